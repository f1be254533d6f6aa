// The one place where errors become what clients see: what the caller caused in words, everything else masked.
import { GraphQLError } from 'graphql';
import { CallerError, type ErrorCode, LimitExceededError, UnavailableError } from '../domain/errors.ts';
import type { Logger } from '../domain/logger.ts';
import { toGraphQLError } from '../graph/caller-errors.ts';
import { READ_TIMEOUT_MS } from '../store/store.ts';
import { sqlState } from '../store/transaction.ts';

/** The HTTP status of an error that kept the operation from being executed at all. */
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
/** SQLSTATE of a statement that ran into its timeout. */
const QUERY_CANCELED = '57014';
const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|08\d{3}|57P0[123])$/;

/** For Yoga: logs bugs and shows `fallback` in their place. */
export const errorMasker =
  (logger: Logger) =>
  (error: unknown, fallback: string): Error => {
    const cause = rootCause(error);
    if (cause instanceof CallerError) return fromCaller(cause, error);
    if (cause instanceof GraphQLError) return withCode(error as GraphQLError);
    if (sqlState(cause) === QUERY_CANCELED) return fromCaller(tooSlow(), error);
    if (isUnreachable(cause)) {
      logger.warn({ reason: (cause as Error).message }, 'the database did not answer an operation');
      return fromCaller(databaseAway(), error);
    }
    logger.error({ err: cause }, 'an operation failed');
    return new GraphQLError(fallback, {
      ...placeOf(error),
      extensions: { code: 'INTERNAL_SERVER_ERROR', http: { status: 500 } },
    });
  };

/** What graphql-js itself found wrong with a request's variables has no code of its own. */
function withCode(error: GraphQLError): GraphQLError {
  if (error.extensions.code === undefined) error.extensions.code = 'VALIDATION' satisfies ErrorCode;
  return error;
}

const tooSlow = () =>
  new LimitExceededError(
    `The operation took longer than ${READ_TIMEOUT_MS / 1_000} s and was stopped. Narrow it: a shorter time, a filter, a smaller "first".`,
  );

const databaseAway = () =>
  new UnavailableError('The database does not answer. Try again in a moment; /readyz says when it is back.');

function rootCause(error: unknown): unknown {
  let at = error;
  while (at instanceof GraphQLError && at.originalError !== undefined) at = at.originalError;
  return at;
}

function fromCaller(cause: CallerError, error: unknown): GraphQLError {
  const executed = error instanceof GraphQLError && error.path !== undefined;
  const { message, extensions } = toGraphQLError(cause);
  return new GraphQLError(message, {
    ...placeOf(error),
    extensions: executed ? extensions : { ...extensions, http: { status: STATUS[cause.code] } },
  });
}

const placeOf = (error: unknown) =>
  error instanceof GraphQLError
    ? {
        nodes: error.nodes ?? null,
        source: error.source ?? null,
        positions: error.positions ?? null,
        path: error.path ?? null,
      }
    : {};

function isUnreachable(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (code !== undefined && UNREACHABLE.test(code)) return true;
  }
  return false;
}
