// One write transaction with both faces of its connection: Drizzle for statements, the client for COPY.
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Store, WriteTx } from './store.ts';

export interface WriteTransaction {
  readonly tx: WriteTx;
  readonly client: pg.PoolClient;
}

/** Runs `work` between BEGIN and COMMIT; any error rolls back and is thrown on. */
export async function transaction<T>(store: Store, work: (t: WriteTransaction) => Promise<T>): Promise<T> {
  const client = await store.writePool.connect();
  let failure: Error | undefined;
  try {
    return await drizzle(client).transaction((tx) => work({ tx, client }));
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.release(isConnectionLost(failure) ? failure : undefined);
  }
}

/** Whether the connection itself is gone, so that the next one may do better. */
export const isConnectionLost = (error: unknown): boolean =>
  error instanceof Error &&
  /Connection terminated|connection .*(closed|lost)|ECONNRESET|EPIPE/i.test(error.message);

/** The SQLSTATE of a database error, also where Drizzle wrapped it; '' for anything else. */
export function sqlState(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = (at as Error & { code?: unknown }).code;
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return '';
}

/** A unique violation; a distributed PostgreSQL reports it under COPY as XX000, so the words count too. */
export const isDuplicate = (error: unknown): boolean =>
  sqlState(error) === '23505' || (error instanceof Error && /duplicate key value/.test(error.message));
