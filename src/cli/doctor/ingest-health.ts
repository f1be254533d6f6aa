import type postgres from 'postgres';

export interface IngestHealth {
  readonly events: number;
  readonly pendingBatches: number;
  /** Since the oldest batch that waits to be counted was stored. */
  readonly lagMs: number;
  readonly rejected: number;
  /** `name: last error`, where the last error is newer than the last event. */
  readonly failingSources: readonly string[];
}

/** Over all tenants. */
export async function readIngestHealth(read: postgres.Sql, rejectedHours: number): Promise<IngestHealth> {
  const [counts] = await read<{ events: number; pending: number; lag_ms: number; rejected: number }[]>`
    select (select coalesce(sum(n), 0)::float8 from ingest_batch) as events,
           (select count(*)::int from ingest_batch where not folded) as pending,
           (select coalesce(extract(epoch from clock_timestamp() - min(stored_at)) * 1000, 0)::float8
              from ingest_batch where not folded) as lag_ms,
           (select count(*)::int from rejected_input
             where replayed_at is null
               and received_at > clock_timestamp() - make_interval(hours => ${rejectedHours})) as rejected`;
  const failing = await read<{ name: string; last_error: string }[]>`
    select name, last_error from source
     where enabled and last_error is not null and last_error_at > coalesce(last_received_at, '-infinity')
     order by name limit 10`;
  return {
    events: counts?.events ?? 0,
    pendingBatches: counts?.pending ?? 0,
    lagMs: counts?.lag_ms ?? 0,
    rejected: counts?.rejected ?? 0,
    failingSources: failing.map((source) => `${source.name}: ${source.last_error}`),
  };
}
