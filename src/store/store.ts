// The two pools: postgres.js reads (pipelined, prepared) and listens, pg writes (it survives a backend's death
// inside a transaction and every end of COPY).
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { parse } from 'pg-connection-string';
import postgres from 'postgres';
import { APPLICATION_NAME, type DatabaseTarget } from './target.ts';

export type WriteDb = NodePgDatabase<Record<string, never>>;
export type WriteTx = Parameters<Parameters<WriteDb['transaction']>[0]>[0];

export interface Store {
  readonly target: DatabaseTarget;
  /** Writes: Drizzle over node-postgres. */
  readonly db: WriteDb;
  readonly writePool: pg.Pool;
  /** Reads: single prepared statements. Its parsers are its own: Drizzle never touches this client. */
  readonly read: postgres.Sql;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly writeConnections?: number;
  readonly readConnections?: number;
  /** Called with the faults of idle connections; the pools recover by themselves. */
  readonly onConnectionError?: (error: Error) => void;
}

const TEXT_OIDS = [20, 1082, 1114, 1184, 1700];

/** Opens both pools; nothing is sent before the first query. */
export function openStore(target: DatabaseTarget, options: StoreOptions = {}): Store {
  const report = options.onConnectionError ?? (() => {});
  const writePool = new pg.Pool({
    ...target,
    max: options.writeConnections ?? 6,
    application_name: APPLICATION_NAME,
    options: '-c timezone=UTC',
  });
  writePool.on('error', report);
  writePool.on('connect', (client) => client.on('error', report));
  const read = openReader(target, options.readConnections ?? 8);
  return {
    target,
    db: drizzle(writePool),
    writePool,
    read,
    async close() {
      await Promise.all([writePool.end(), read.end({ timeout: 5 })]);
    },
  };
}

/** No reader may hold the server longer: what it asks must be narrowed. */
export const READ_TIMEOUT_MS = 30_000;

type ReaderOptions = postgres.Options<Record<string, postgres.PostgresType>> & {
  /** Understood by postgres.js, missing from its types. */
  onnotify?: (channel: string, payload: string) => void;
};

/** A postgres.js client whose bigint and timestamp values stay text. */
export function openReader(target: DatabaseTarget, max: number, more: ReaderOptions = {}): postgres.Sql {
  const options: ReaderOptions = {
    ...more,
    max,
    onnotice: () => {},
    connection: { application_name: APPLICATION_NAME, TimeZone: 'UTC', statement_timeout: READ_TIMEOUT_MS },
    backoff: (retries) => Math.min(0.02 * 2 ** retries, 0.1),
    types: {
      verbatim: { to: 25, from: TEXT_OIDS, serialize: String, parse: (text: string) => text },
    },
  };
  const place = placeOf(target);
  return typeof place === 'string' ? postgres(place, options) : postgres({ ...options, ...place });
}

// postgres.js takes a socket's directory by option, not by URL.
function placeOf(target: DatabaseTarget): string | postgres.Options<Record<string, postgres.PostgresType>> {
  if (!('connectionString' in target)) return { ...target };
  const { host, port, user, password, database } = parse(target.connectionString);
  if (!host?.startsWith('/')) return target.connectionString;
  const given = { user, password, database, ...(port ? { port: Number(port) } : {}) };
  return { host, ...Object.fromEntries(Object.entries(given).filter(([, value]) => Boolean(value))) };
}
