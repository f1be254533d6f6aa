// Forgets changes that nobody will ask for again, and remembers up to where: the newest forgotten row stays as a
// tombstone, so that whoever resumes from before it is told of the gap.

import type pg from 'pg';
import type { Logger } from '../domain/logger.ts';
import { LockClass } from '../store/lock-classes.ts';
import type { Store } from '../store/store.ts';
import { PRUNED } from './outbox-reader.ts';

const INTERVAL_MS = 10 * 60_000;
const MAX_ROWS = 1_000_000;

export interface OutboxRetention {
  readonly maxAgeHours: number;
  /** Per tenant. */
  readonly maxRows: number;
}

/** Prunes now and then; `stop` ends it. */
export function startPruning(store: Store, maxAgeHours: number, logger: Logger): { stop(): void } {
  const prune = () =>
    pruneOutbox(store, { maxAgeHours, maxRows: MAX_ROWS }).catch((err) =>
      logger.warn({ err }, 'pruning the outbox failed; it is tried again later'),
    );
  const timer = setInterval(prune, INTERVAL_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** Returns how many rows went. Processes that prune at once do not wait for each other. */
export async function pruneOutbox(store: Store, retention: OutboxRetention): Promise<number> {
  const tenants = await store.read<{ tenant_id: number }[]>`select tenant_id from tenant`;
  let pruned = 0;
  for (const { tenant_id: tenantId } of tenants)
    pruned += await pruneTenant(store.writePool, tenantId, retention);
  return pruned;
}

async function pruneTenant(pool: pg.Pool, tenantId: number, retention: OutboxRetention): Promise<number> {
  const mark = await pruneMark(pool, tenantId, retention);
  if (mark === null) return 0;
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('begin');
    const lock = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_xact_lock($1::int, $2::int) as taken',
      [LockClass.PRUNE, tenantId],
    );
    const pruned = lock.rows[0]?.taken ? await forgetUpTo(client, tenantId, mark) : 0;
    await client.query('commit');
    return pruned;
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.release(failure);
  }
}

/** The newest row that may go. Within a tenant `at` rises with `seq`: both are drawn under its lock. */
async function pruneMark(
  pool: pg.Pool,
  tenantId: number,
  { maxAgeHours, maxRows }: OutboxRetention,
): Promise<string | null> {
  const { rows } = await pool.query<{ mark: string | null }>(
    `with young as (
       select seq from outbox
        where tenant_id = $1 and at >= clock_timestamp() - make_interval(hours => $2)
        order by seq limit 1
     ), surplus as (
       select seq from outbox where tenant_id = $1 order by seq desc offset $3 limit 1
     )
     select greatest(
              (select max(seq) from outbox
                where tenant_id = $1 and seq < coalesce((select seq from young), 9223372036854775807)),
              (select seq from surplus)
            )::text as mark`,
    [tenantId, maxAgeHours, maxRows],
  );
  return rows[0]?.mark ?? null;
}

async function forgetUpTo(client: pg.PoolClient, tenantId: number, mark: string): Promise<number> {
  const marked = await client.query(
    'update outbox set topic = $3 where tenant_id = $1 and seq = $2 and topic <> $3',
    [tenantId, mark, PRUNED],
  );
  if (marked.rowCount === 0) return 0;
  const deleted = await client.query('delete from outbox where tenant_id = $1 and seq < $2', [
    tenantId,
    mark,
  ]);
  return deleted.rowCount ?? 0;
}
