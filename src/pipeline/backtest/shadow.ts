// A scratch memory inside a transaction that is rolled back. Temporary tables hide those that detection writes, views
// hide what came later: the same code runs, and neither writes to nor waits for the memory itself.

import { sql } from 'drizzle-orm';
import { RetryLaterError } from '../../domain/errors.ts';
import { US_PER_MINUTE } from '../../domain/time.ts';
import { DERIVED_TABLES } from '../../store/derived-tables.ts';
import { LockClass } from '../../store/lock-classes.ts';
import type { Store, WriteTx } from '../../store/store.ts';
import { transaction } from '../../store/transaction.ts';
import { moment } from '../detect/context.ts';

/** What detection also writes to, but starts from; what it derives is empty in the scratch memory. */
export const CONTINUED = ['signature', 'anomaly_verdict'];

export interface Shadowed {
  readonly tenantId: number;
  /** Minutes since 1970; nothing from it on is seen. */
  readonly untilMinute: number;
}

const RETRY_AFTER_MS = 5_000;

class RolledBack extends Error {
  readonly result: unknown;

  constructor(result: unknown) {
    super('rolled back');
    this.result = result;
  }
}

/**
 * Runs `work` on a scratch memory of one tenant, and forgets everything that it wrote. One at a time: it is heavy, and
 * holds a connection that ingest could use. Throws RetryLaterError while another runs.
 */
export async function onScratch<T>(
  store: Store,
  shadowed: Shadowed,
  work: (tx: WriteTx) => Promise<T>,
): Promise<T> {
  try {
    return await transaction(store, async ({ tx }): Promise<T> => {
      await claim(tx);
      await hide(tx, shadowed);
      throw new RolledBack(await work(tx));
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.result as T;
    throw error;
  }
}

async function claim(tx: WriteTx): Promise<void> {
  const { rows } = await tx.execute(
    sql`select pg_try_advisory_xact_lock(${LockClass.BACKTEST}::int, 0) as claimed`,
  );
  if (rows[0]!.claimed !== true)
    throw new RetryLaterError('Another backtest is running. Try again when it is done.', RETRY_AFTER_MS);
}

async function hide(tx: WriteTx, { tenantId, untilMinute }: Shadowed): Promise<void> {
  const { rows } = await tx.execute(sql`select current_schema() as name`);
  const memory = sql.identifier(rows[0]!.name as string);
  for (const name of [...DERIVED_TABLES, ...CONTINUED]) {
    const table = sql.identifier(name);
    await tx.execute(sql`create temp table ${table} (like ${memory}.${table} including all) on commit drop`);
  }
  for (const name of CONTINUED) {
    const table = sql.identifier(name);
    await tx.execute(
      sql`insert into pg_temp.${table} select * from ${memory}.${table} where tenant_id = ${tenantId}`,
    );
    await tx.execute(sql`analyze pg_temp.${table}`);
  }
  await tx.execute(
    sql`insert into pg_temp.event_clock
        select tenant_id, first_minute, least(now_minute, ${untilMinute - 1}::int) from ${memory}.event_clock
         where tenant_id = ${tenantId} and first_minute < ${untilMinute}::int`,
  );
  await tx.execute(
    sql`create temp view feature_bucket as
    select * from ${memory}.feature_bucket where minute < ${sql.raw(String(Math.trunc(untilMinute)))}`,
  );
  await tx.execute(
    sql`create temp view signature_minute as
    select * from ${memory}.signature_minute where minute < ${sql.raw(String(Math.trunc(untilMinute)))}`,
  );
  await tx.execute(
    sql`create temp view event as
    select * from ${memory}.event where ts < ${sql.raw(`'${moment(untilMinute * US_PER_MINUTE)}'`)}::timestamptz`,
  );
}
