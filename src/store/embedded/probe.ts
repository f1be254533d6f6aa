// Asks a server for one sign of life.
import pg from 'pg';
import { APPLICATION_NAME } from '../target.ts';
import { EMBEDDED_DATABASE, EMBEDDED_USER } from './server-settings.ts';

/** `busy`: it starts, recovers or stops, and says so. `absent`: nobody listens. */
export type ServerState = 'ready' | 'without-database' | 'busy' | 'absent';

const CONNECT_TIMEOUT_MS = 5_000;
/** SQLSTATE class: sessions are being ended. */
const OPERATOR_INTERVENTION = '57';
const SQLSTATE_STATES: Readonly<Record<string, ServerState>> = {
  '57P03': 'busy',
  '3D000': 'without-database',
  // It is full, hence alive.
  '53300': 'ready',
};

/** Throws what the server answers beyond these states, e.g. that a configuration file refuses us. */
export async function probeServer(socketDir: string, port: number): Promise<ServerState> {
  try {
    await withConnection(socketDir, port, EMBEDDED_DATABASE, (client) => client.query('select 1'));
    return 'ready';
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'absent';
    const state = SQLSTATE_STATES[code];
    if (state === undefined && error instanceof pg.DatabaseError && !code.startsWith(OPERATOR_INTERVENTION))
      throw error;
    return state ?? 'busy';
  }
}

export async function createDatabase(socketDir: string, port: number): Promise<void> {
  await withConnection(socketDir, port, 'postgres', (client) =>
    client.query(`create database ${EMBEDDED_DATABASE}`),
  );
}

async function withConnection(
  socketDir: string,
  port: number,
  database: string,
  work: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client({
    host: socketDir,
    port,
    user: EMBEDDED_USER,
    database,
    ssl: false,
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
