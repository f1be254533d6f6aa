// GraphQL over WebSocket (graphql-transport-ws) on the same path, through the same Yoga as HTTP.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { GRAPHQL_PATH, type ServerContext, type Yoga } from './graphql.ts';
import type { Refusal } from './replies.ts';
import { TENANT_HEADER, tenantSlug } from './tenants.ts';

export interface WebSocketOptions {
  readonly yoga: Yoga;
  readonly limitBytes: number;
  readonly refuse: (req: IncomingMessage) => Refusal | null;
}

/** A close frame holds 123 bytes of reason. */
const MAX_REASON = 120;

type EnvelopedArgs = ExecutionArgs & {
  readonly rootValue: { readonly execute: Run; readonly subscribe: Run };
};
type Run = (args: ExecutionArgs) => never;

/** Takes the server's upgrades for GRAPHQL_PATH; returns what closes all sockets, cleanly. */
export function serveWebSockets(server: Server, options: WebSocketOptions): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: options.limitBytes });
  const disposable = useServer(
    {
      execute: (args) => (args as EnvelopedArgs).rootValue.execute(args),
      subscribe: (args) => (args as EnvelopedArgs).rootValue.subscribe(args),
      onSubscribe: (ctx, _id, params) => prepare(options.yoga, slugOf(ctx), params),
      onConnect: (ctx) => admit(ctx),
    },
    sockets,
  );
  server.on('upgrade', (req, socket, head) => {
    const refusal = options.refuse(req) ?? refusePath(req);
    if (refusal !== null) return refuseUpgrade(socket, refusal);
    sockets.handleUpgrade(req, socket, head, (ws) => sockets.emit('connection', ws, req));
  });
  return async () => {
    await disposable.dispose();
  };
}

interface Connection {
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
  readonly extra: { readonly request: IncomingMessage; readonly socket: WebSocket };
}

// A reason that clients can read takes our own close; the protocol's refusal has none.
function admit(connection: Connection): boolean {
  try {
    slugOf(connection);
    return true;
  } catch (error) {
    connection.extra.socket.close(CloseCode.BadRequest, (error as Error).message.slice(0, MAX_REASON));
    return false;
  }
}

/** The connection parameter `tenant`, or the header's name, or the header of the upgrade. */
const slugOf = ({ connectionParams, extra }: Connection): string =>
  tenantSlug(
    connectionParams?.tenant ??
      Object.entries(connectionParams ?? {}).find(([name]) => name.toLowerCase() === TENANT_HEADER)?.[1] ??
      extra.request.headers[TENANT_HEADER],
  );

interface Params {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

async function prepare(
  yoga: Yoga,
  slug: string,
  params: Params,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const context: ServerContext = { tenantSlug: slug };
  const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
    ...context,
    params,
  } as never);
  try {
    const document = parse(params.query);
    const errors = validate(schema, document);
    if (errors.length > 0) return errors;
    return {
      schema,
      document,
      operationName: params.operationName,
      variableValues: params.variables,
      contextValue: await contextFactory(),
      rootValue: { execute, subscribe },
    };
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

function refusePath(req: IncomingMessage): Refusal | null {
  if (req.url?.split('?')[0] === GRAPHQL_PATH) return null;
  return { status: 404, code: 'NOT_FOUND', message: `WebSockets are taken at ${GRAPHQL_PATH} only.` };
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const body = JSON.stringify({ errors: [{ message: refusal.message, extensions: { code: refusal.code } }] });
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${refusal.status} Refused\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
