// Reads a request's body up to a limit, which counts whether or not the sender announced the length.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from './replies.ts';

export type Body = { readonly bytes: Buffer } | { readonly refusal: Refusal };

const MB = 1024 * 1024;
const LINGER_MS = 2_000;

/** Rejects when the sender goes away in the middle. */
export function readBody(req: IncomingMessage, limitBytes: number): Promise<Body> {
  if (Number(req.headers['content-length'] ?? 0) > limitBytes) return Promise.resolve(tooLarge(limitBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve(tooLarge(limitBytes));
      }
    });
    req.on('end', () =>
      resolve({ bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) }),
    );
    req.on('error', reject);
    req.on('close', () => reject(new Error('The client went away.')));
  });
}

/**
 * Lets a refused sender read the answer: closing at once with bytes on their way would reset the connection. What
 * it still sends is thrown away, for a short while.
 */
export function discardRest(req: IncomingMessage, res: ServerResponse): void {
  res.setHeader('connection', 'close');
  req.resume();
  const timer = setTimeout(() => req.socket.destroy(), LINGER_MS);
  req.on('close', () => clearTimeout(timer));
}

const tooLarge = (limitBytes: number): Body => ({
  refusal: {
    status: 413,
    code: 'LIMIT_EXCEEDED',
    message: `The request body is larger than ${limitBytes / MB} MB (${limitBytes} bytes). Send it in several requests, or raise MNEMOGRAPH_BODY_LIMIT_MB.`,
    details: { limitBytes },
  },
});
