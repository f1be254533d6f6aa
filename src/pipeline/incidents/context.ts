import { type SQL, sql } from 'drizzle-orm';
import { LockClass } from '../../store/lock-classes.ts';
import type { WriteTx } from '../../store/store.ts';

/** One tenant, inside the caller's transaction. */
export interface IncidentContext {
  readonly tx: WriteTx;
  readonly tenantId: number;
}

export async function query<Row extends object>({ tx }: IncidentContext, statement: SQL): Promise<Row[]> {
  const result = await tx.execute(statement);
  return result.rows as unknown as Row[];
}

/**
 * Held until the transaction ends: between the look at the episodes there are and COMMIT none is added. Whoever also
 * locks rows takes it first.
 */
export async function lockDetection(tx: WriteTx, tenantId: number): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${LockClass.DETECT}::int, ${tenantId}::int)`);
}
