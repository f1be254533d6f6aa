// Answers that several protocols share: JSON like the rest of the server's, and what an error is as a status.
import type { Reply } from '../domain/delivery.ts';
import { type CallerError, type ErrorCode, RetryLaterError, ValidationError } from '../domain/errors.ts';
import type { IngestOutcome } from '../pipeline/input.ts';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  VALIDATION: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  LIMIT_EXCEEDED: 413,
  RETRY_LATER: 429,
  UNAVAILABLE: 503,
};

export const statusOf = (error: CallerError): number => STATUS[error.code];

/** Tells a sender how long to wait before it sends the same again. */
export function retryHeaders(error: CallerError): Record<string, string> {
  if (!(error instanceof RetryLaterError)) return {};
  return { 'retry-after': String(Math.ceil(error.retryAfterMs / 1_000)) };
}

export const refuseAsJson = (error: CallerError): Reply => ({
  status: statusOf(error),
  headers: retryHeaders(error),
  body: { errors: [{ message: error.message, extensions: { code: error.code } }] },
});

export const outcomeReply = ({ accepted, duplicates, rejectedIds }: IngestOutcome): Reply => ({
  status: 200,
  body: { accepted, duplicates, rejected: rejectedIds.length },
});

/** The credentials of `Authorization: <scheme> …`; null where there are none of this scheme. */
export function authorization(header: string | undefined, scheme: string): string | null {
  const prefix = `${scheme} `;
  if (header?.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) return null;
  return header.slice(prefix.length).trim() || null;
}

/** The password of HTTP's basic authentication, whoever the user; null where there is none. */
export function passwordOf(header: string | undefined): string | null {
  const encoded = authorization(header, 'Basic');
  if (encoded === null) return null;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? null : pair.slice(colon + 1) || null;
}

/** A part of a path as it was meant; what cannot be decoded stands as it is. */
export function pathPart(part = ''): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Throws ValidationError that tells where. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ValidationError(`This is no JSON: ${(error as Error).message}.`);
  }
}

/** Throws ValidationError where the body is not UTF-8. */
export function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new ValidationError('The body is not UTF-8.');
  }
}
