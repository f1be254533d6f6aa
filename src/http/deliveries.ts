// Requests in a sender's own protocol: read, decompressed, handed to whoever answers them, and answered.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Delivery, Reply } from '../domain/delivery.ts';
import { CallerError } from '../domain/errors.ts';
import { discardRest, readBody } from './body.ts';
import { type Refusal, sendJson, sendRefusal } from './replies.ts';
import { TENANT_HEADER, tenantSlug } from './tenants.ts';

export interface Deliveries {
  accepts(method: string, path: string): boolean;
  /** null: nobody answers it after all. */
  deliver(delivery: Delivery, isOwnPage: boolean): Promise<Reply | null>;
}

interface Options {
  readonly deliveries: Deliveries;
  readonly limitBytes: number;
}

const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

export async function answerDelivery(
  { deliveries, limitBytes }: Options,
  req: IncomingMessage,
  res: ServerResponse,
  isOwnPage: boolean,
): Promise<void> {
  const read = await readDelivery(req, limitBytes);
  if ('refusal' in read) {
    if (!req.complete) discardRest(req, res);
    return sendRefusal(res, read.refusal);
  }
  const reply = await deliveries.deliver(read, isOwnPage);
  if (reply === null)
    return sendRefusal(res, { status: 404, code: 'NOT_FOUND', message: `Nobody answers ${read.path}.` });
  for (const [name, value] of Object.entries(reply.headers ?? {})) res.setHeader(name, value);
  if (reply.body !== undefined) return sendJson(res, reply.status, reply.body);
  res.writeHead(reply.status);
  res.end(reply.bytes);
}

async function readDelivery(
  req: IncomingMessage,
  limitBytes: number,
): Promise<Delivery | { refusal: Refusal }> {
  const url = new URL(req.url ?? '/', 'http://localhost');
  const slug = readSlug(req);
  if (typeof slug !== 'string') return slug;
  const body = await readBody(req, limitBytes);
  if ('refusal' in body) return body;
  const plain = await decompress(body.bytes, req.headers['content-encoding'], limitBytes);
  if ('refusal' in plain) return plain;
  return {
    method: req.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: req.headers as Record<string, string | undefined>,
    body: plain,
    tenantSlug: slug,
  };
}

function readSlug(req: IncomingMessage): string | { refusal: Refusal } {
  try {
    return tenantSlug(req.headers[TENANT_HEADER]);
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    return { refusal: { status: 400, code: error.code, message: error.message } };
  }
}

async function decompress(
  bytes: Buffer,
  encoding: string | undefined,
  limitBytes: number,
): Promise<Buffer | { refusal: Refusal }> {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return bytes;
  const decoder = DECODERS[name as keyof typeof DECODERS];
  if (decoder === undefined)
    return {
      refusal: badBody(`The content encoding "${name}" is not known: send gzip, deflate, br or none.`),
    };
  try {
    return await decoder(bytes, { maxOutputLength: limitBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      return {
        refusal: {
          status: 413,
          code: 'LIMIT_EXCEEDED',
          message: `Decompressed the body is larger than ${limitBytes} bytes. Send it in several requests.`,
        },
      };
    return { refusal: badBody(`The body is no ${name}: ${(error as Error).message}.`) };
  }
}

const badBody = (message: string): Refusal => ({ status: 400, code: 'VALIDATION', message });
