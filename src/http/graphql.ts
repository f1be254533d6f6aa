// GraphQL over HTTP and SSE: Yoga behind our own reading of bodies, which costs half of what Yoga's limit does.
import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DocumentNode, type GraphQLSchema, getOperationAST, OperationTypeNode } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Caller } from '../domain/caller.ts';
import { ValidationError } from '../domain/errors.ts';
import type { Logger } from '../domain/logger.ts';
import { discardRest, readBody } from './body.ts';
import { useDocumentLimits } from './document-limits.ts';
import { errorMasker } from './errors.ts';
import { type Refusal, sendRefusal } from './replies.ts';
import { subscribeAfresh } from './subscribe.ts';
import { type Callers, TENANT_HEADER, tenantSlug } from './tenants.ts';

export const GRAPHQL_PATH = '/graphql';

/** What is known of a request before its operation is. */
export interface ServerContext {
  readonly tenantSlug: string;
}

export type Yoga = YogaServerInstance<ServerContext, object>;

export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly callers: Pick<Callers, 'callerOf'>;
  /** What resolvers get. */
  readonly contextOf: (caller: Caller, operation: OperationTypeNode) => object;
  /** Resolves when what was acknowledged before is counted and looked at, or after a moment. */
  readonly settled: (tenantId: number) => Promise<void>;
  readonly logger: Logger;
}

export function createGraphql(options: GraphqlOptions): Yoga {
  return createYoga<ServerContext>({
    schema: options.schema,
    graphqlEndpoint: GRAPHQL_PATH,
    maxRequestBodySize: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    cors: false,
    logging: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    maskedErrors: { maskError: errorMasker(options.logger) },
    plugins: [useDocumentLimits(), useCaller(options)],
  });
}

/**
 * Queries see the tenant as it is, with all that was acknowledged to it so far; a mutation's tenant is made when it
 * does not exist yet.
 */
function useCaller({ callers, contextOf, settled }: GraphqlOptions): Plugin<ServerContext> {
  async function contextFor(args: {
    document: DocumentNode;
    operationName?: unknown;
    contextValue: unknown;
  }) {
    const operation =
      getOperationAST(args.document, args.operationName as string | null)?.operation ??
      OperationTypeNode.QUERY;
    const { tenantSlug: slug } = args.contextValue as ServerContext;
    const caller = await callers.callerOf(slug, operation === OperationTypeNode.MUTATION);
    if (operation === OperationTypeNode.QUERY) await settled(caller.tenantId);
    return contextOf(caller, operation);
  }
  return {
    async onExecute({ args, extendContext }) {
      extendContext(await contextFor(args));
    },
    async onSubscribe({ args, extendContext, setSubscribeFn }) {
      extendContext(await contextFor(args));
      setSubscribeFn(subscribeAfresh);
    },
  };
}

export interface Endpoint {
  readonly yoga: Yoga;
  readonly limitBytes: number;
  /** Responses that stay open for as long as their subscription does. */
  readonly streams: Set<ServerResponse>;
}

/** Answers one request for GRAPHQL_PATH. */
export async function handleGraphql(
  endpoint: Endpoint,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { yoga, limitBytes, streams } = endpoint;
  const operation = await readOperation(req, limitBytes);
  if ('refusal' in operation) {
    if (!req.complete) discardRest(req, res);
    return sendRefusal(res, operation.refusal);
  }
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const request = new yoga.fetchAPI.Request(`http://localhost${req.url}`, {
    method: req.method ?? 'GET',
    headers: req.headers as Record<string, string>,
    body: operation.body,
    signal: gone.signal,
  });
  await send(await yoga.fetch(request, operation.context), res, streams);
}

type Operation = { readonly body: string | null; readonly context: ServerContext };

async function readOperation(
  req: IncomingMessage,
  limitBytes: number,
): Promise<Operation | { refusal: Refusal }> {
  const refusal = refuseMethod(req) ?? refuseBodyType(req);
  if (refusal !== null) return { refusal };
  const context = readContext(req);
  if ('refusal' in context || req.method !== 'POST')
    return 'refusal' in context ? context : { body: null, context };
  const read = await readBody(req, limitBytes);
  if ('refusal' in read) return read;
  if (!isUtf8(read.bytes)) return { refusal: badRequest('The request body is not UTF-8, as JSON must be.') };
  return { body: read.bytes.toString('utf8'), context };
}

function readContext(req: IncomingMessage): ServerContext | { refusal: Refusal } {
  try {
    return { tenantSlug: tenantSlug(req.headers[TENANT_HEADER]) };
  } catch (error) {
    if (error instanceof ValidationError) return { refusal: badRequest(error.message) };
    throw error;
  }
}

// Framing is Node's matter, and nothing is encoded.
const NOT_PASSED_ON = new Set(['connection', 'content-encoding', 'content-length', 'transfer-encoding']);

async function send(response: Response, res: ServerResponse, streams: Set<ServerResponse>): Promise<void> {
  if (res.destroyed) return void response.body?.cancel().catch(() => {});
  for (const [name, value] of response.headers) if (!NOT_PASSED_ON.has(name)) res.setHeader(name, value);
  res.setHeader('cache-control', 'no-store');
  res.writeHead(response.status);
  if (!isStream(response)) return void res.end(await response.text());
  streams.add(res);
  res.once('close', () => streams.delete(res));
  await sendStream(response.body as ReadableStream<Uint8Array>, res);
}

const isStream = (response: Response): boolean =>
  response.body !== null &&
  /^(text\/event-stream|multipart\/)/.test(response.headers.get('content-type') ?? '');

async function sendStream(body: ReadableStream<Uint8Array>, res: ServerResponse): Promise<void> {
  const reader = body.getReader();
  res.once('close', () => void reader.cancel().catch(() => {}));
  res.flushHeaders();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || res.destroyed) break;
    if (!res.write(value)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
  }
  res.end();
}

function refuseMethod(req: IncomingMessage): Refusal | null {
  if (req.method === 'GET' || req.method === 'POST') return null;
  return {
    status: 405,
    code: 'VALIDATION',
    message: `${req.method} is not possible here; send GET or POST.`,
    headers: { allow: 'GET, POST' },
  };
}

// Only JSON: a browser cannot send it to another site without asking first.
function refuseBodyType(req: IncomingMessage): Refusal | null {
  if (req.method !== 'POST') return null;
  const [type] = (req.headers['content-type'] ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/json')
    return unsupported('Send the operation as JSON, with the header content-type: application/json.');
  if (!['', 'identity'].includes(req.headers['content-encoding'] ?? ''))
    return unsupported('Send the body without content-encoding.');
  return null;
}

const unsupported = (message: string): Refusal => ({ status: 415, code: 'VALIDATION', message });
const badRequest = (message: string): Refusal => ({ status: 400, code: 'VALIDATION', message });
