// Turns the many ways in which a database cannot be reached into one sentence that says what to do.
import { CallerError, UnavailableError } from '../domain/errors.ts';
import type { DatabaseTarget } from './target.ts';

const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Start that server, or correct DATABASE_URL',
  ENOENT: 'there is no such socket. Start that server, or correct DATABASE_URL',
  ENOTFOUND: 'there is no such host. Correct the host in DATABASE_URL',
  EAI_AGAIN: 'the name of the host cannot be looked up. Correct it in DATABASE_URL, or mend the name service',
  ETIMEDOUT: 'it does not answer. Correct DATABASE_URL, or open the way through the firewall',
  EHOSTUNREACH: 'there is no way to that host. Correct DATABASE_URL, or mend the network',
  ECONNRESET:
    'it closed the connection. Make sure that PostgreSQL is what listens there, and look into its log',
  '28P01': 'it refuses the password. Correct user and password in DATABASE_URL',
  '28000': 'it refuses this user. Correct the user in DATABASE_URL, or let it in (pg_hba.conf)',
  '3D000': 'it has no such database. Create it (createdb), or correct the name in DATABASE_URL',
  '42501': 'the user may not do what is needed. Grant it rights to create tables in this database',
  '53300': 'it has no connection left. Raise its max_connections, or close other clients',
  '57P03': 'it is starting up or shutting down. Try again in a moment',
};

/** An UnavailableError that names the server, without its password. */
export function explainUnreachable(error: unknown, target: DatabaseTarget): CallerError {
  if (error instanceof CallerError) return error;
  const reason = ADVICE[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
  return new UnavailableError(`The database ${nameOf(target)} cannot be used: ${reason}.`);
}

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause ?? firstOf(at)) {
    const { code } = at as NodeJS.ErrnoException;
    if (code !== undefined && code in ADVICE) return code;
    if (/Connection terminated/.test(at.message)) return 'ECONNRESET';
  }
  return '';
}

// A host with several addresses fails with one error for each.
const firstOf = (error: Error): unknown => (error instanceof AggregateError ? error.errors[0] : undefined);

/** `user@host:port/database`, or the socket's directory. */
export function nameOf(target: DatabaseTarget): string {
  if (!('connectionString' in target)) return `${target.database} in ${target.host}`;
  const text = target.connectionString.replace('@/', '@localhost/');
  if (!URL.canParse(text)) return 'of DATABASE_URL';
  const url = new URL(text);
  const user = url.username === '' ? '' : `${decodeURIComponent(url.username)}@`;
  return `${user}${url.searchParams.get('host') ?? (url.host || 'localhost')}${url.pathname}`;
}
