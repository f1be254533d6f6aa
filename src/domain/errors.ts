// The few ways in which a caller's request can fail. Each is mapped to the wire in one place; everything else is a bug.

export const ERROR_CODES = [
  'VALIDATION',
  'NOT_FOUND',
  'CONFLICT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'LIMIT_EXCEEDED',
  'RETRY_LATER',
  'UNAVAILABLE',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What the caller caused: `message` says what is wrong and what to do, `path` which part of the input. */
export abstract class CallerError extends Error {
  abstract readonly code: ErrorCode;
  readonly path: readonly string[] | null;

  constructor(message: string, path: readonly string[] | null = null) {
    super(message);
    this.name = new.target.name;
    this.path = path;
  }
}

export class ValidationError extends CallerError {
  readonly code = 'VALIDATION';
}

export class NotFoundError extends CallerError {
  readonly code = 'NOT_FOUND';
}

export class ConflictError extends CallerError {
  readonly code = 'CONFLICT';
}

export class LimitExceededError extends CallerError {
  readonly code = 'LIMIT_EXCEEDED';
}

/** Nobody we know: what was presented names no one, or nothing was. */
export class UnauthenticatedError extends CallerError {
  readonly code = 'UNAUTHENTICATED';
}

/** Known or not, this one may not. */
export class ForbiddenError extends CallerError {
  readonly code = 'FORBIDDEN';
}

/** The server is full, not broken: the same request succeeds after `retryAfterMs`. */
export class RetryLaterError extends CallerError {
  readonly code = 'RETRY_LATER';
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

export class UnavailableError extends CallerError {
  readonly code = 'UNAVAILABLE';
}
