import { type SQL, sql } from 'drizzle-orm';
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

const DETECT_LOCK_CLASS = 7_305;

/**
 * Held until the transaction ends: between the look at the episodes there are and COMMIT none is added. Whoever also
 * locks rows takes it first.
 */
export async function lockDetection(tx: WriteTx, tenantId: number): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${DETECT_LOCK_CLASS}::int, ${tenantId}::int)`);
}
