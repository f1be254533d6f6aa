// Counters by set-based upsert, in sorted order so that writers never wait for each other in a circle.
import type pg from 'pg';
import { formatMicros } from '../domain/time.ts';
import { SUMS_OF_MINUTE } from './signature-minutes.ts';

export interface BucketCounts {
  readonly signatureId: string;
  readonly assetId: string;
  readonly minute: number;
  readonly n: number;
  readonly sourced: number;
  readonly worst: number;
  readonly firstUs: number;
  readonly lastUs: number;
}

export interface SignatureCounts {
  readonly signatureId: string;
  readonly n: number;
  readonly worst: number;
  /** The bit of each severity rank among them. */
  readonly severities: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly example: string;
  /** The readable template of `example`. */
  readonly pattern: string;
}

/** Marks the batches as counted and returns those that nobody had counted yet: only they may be added. */
export async function claimUnfolded(
  client: pg.ClientBase,
  tenantId: number,
  batchIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await client.query<{ batch_id: string }>({
    name: 'claim_unfolded',
    text: `with claimed as (
             select batch_id from ingest_batch
              where tenant_id = $1 and batch_id = any($2::bigint[]) and not folded order by batch_id for update
           )
           update ingest_batch b set folded = true from claimed c
            where b.tenant_id = $1 and b.batch_id = c.batch_id returning b.batch_id`,
    values: [tenantId, batchIds],
  });
  return new Set(rows.map((row) => row.batch_id));
}

/** The tenant's batches that nobody has counted yet. */
export async function findUncounted(client: pg.ClientBase, tenantId: number): Promise<string[]> {
  const { rows } = await client.query<{ batch_id: string }>(
    'select batch_id from ingest_batch where tenant_id = $1 and not folded order by batch_id',
    [tenantId],
  );
  return rows.map((row) => row.batch_id);
}

/** Also to their sums over assets. */
export async function addToBuckets(
  client: pg.ClientBase,
  tenantId: number,
  buckets: readonly BucketCounts[],
): Promise<void> {
  await client.query({
    name: 'add_to_buckets',
    text: `with b as materialized (
             select * from unnest($2::bigint[], $3::bigint[], $4::int[], $5::int[], $6::int[], $7::smallint[], $8::bigint[], $9::bigint[])
               as d(signature_id, asset_id, minute, n, sourced, worst, first_us, last_us)),
           added as (
             insert into feature_bucket as f (tenant_id, signature_id, asset_id, minute, n, sourced, worst, first_us, last_us)
             select $1, b.* from b order by 2, 3, 4
             on conflict (tenant_id, signature_id, asset_id, minute) do update set
               n = f.n + excluded.n, sourced = f.sourced + excluded.sourced, worst = greatest(f.worst, excluded.worst),
               first_us = least(f.first_us, excluded.first_us), last_us = greatest(f.last_us, excluded.last_us))
           insert into signature_minute as m (tenant_id, signature_id, minute, n, sourced, worst, first_us, last_us)
           select $1::int, ${SUMS_OF_MINUTE} from b where b.signature_id <> 0
            group by b.signature_id, b.minute order by b.signature_id, b.minute
           on conflict (tenant_id, signature_id, minute) do update set
             n = m.n + excluded.n, sourced = m.sourced + excluded.sourced, worst = greatest(m.worst, excluded.worst),
             first_us = least(m.first_us, excluded.first_us), last_us = greatest(m.last_us, excluded.last_us)`,
    values: [
      tenantId,
      buckets.map((b) => b.signatureId),
      buckets.map((b) => b.assetId),
      buckets.map((b) => b.minute),
      buckets.map((b) => b.n),
      buckets.map((b) => b.sourced),
      buckets.map((b) => b.worst),
      buckets.map((b) => b.firstUs),
      buckets.map((b) => b.lastUs),
    ],
  });
}

/** The example is that of the earliest event (of several, the least), whatever the order of arrival. */
export async function addToSignatures(
  client: pg.ClientBase,
  tenantId: number,
  counts: readonly SignatureCounts[],
): Promise<void> {
  const sorted = [...counts].sort((a, b) => (BigInt(a.signatureId) < BigInt(b.signatureId) ? -1 : 1));
  const ids = sorted.map((c) => c.signatureId);
  await client.query({
    name: 'lock_signatures',
    text: 'select 1 from signature where tenant_id = $1 and signature_id = any($2::bigint[]) order by signature_id for update',
    values: [tenantId, ids],
  });
  await client.query({
    name: 'add_to_signatures',
    text: `update signature s set
             occurrence_count = s.occurrence_count + d.n,
             worst_severity = case when s.occurrence_count = 0 then d.worst else greatest(s.worst_severity, d.worst) end,
             severities = s.severities | d.severities,
             first_seen_at = case when s.occurrence_count = 0 then d.first_at else least(s.first_seen_at, d.first_at) end,
             last_seen_at = case when s.occurrence_count = 0 then d.last_at else greatest(s.last_seen_at, d.last_at) end,
             example_message = case when d.earlier then d.example else s.example_message end,
             pattern = case when d.earlier and not coalesce((s.metadata ->> 'coarse')::boolean, false) then d.pattern else s.pattern end
           from (
             select i.*, x.occurrence_count = 0 or (i.first_at, i.example collate "C") < (x.first_seen_at, x.example_message collate "C") as earlier
               from unnest($2::bigint[], $3::bigint[], $4::smallint[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::text[], $9::smallint[])
                 as i(signature_id, n, worst, first_at, last_at, example, pattern, severities)
               join signature x on x.tenant_id = $1 and x.signature_id = i.signature_id
           ) d
           where s.tenant_id = $1 and s.signature_id = d.signature_id`,
    values: [
      tenantId,
      ids,
      sorted.map((c) => c.n),
      sorted.map((c) => c.worst),
      sorted.map((c) => formatMicros(c.firstUs)),
      sorted.map((c) => formatMicros(c.lastUs)),
      sorted.map((c) => c.example),
      sorted.map((c) => c.pattern),
      sorted.map((c) => c.severities),
    ],
  });
}

/** What the source's page shows: how much came, and up to when. */
export async function addToSources(
  client: pg.ClientBase,
  tenantId: number,
  batchIds: readonly string[],
): Promise<void> {
  await client.query({
    name: 'add_to_sources',
    text: `update source s set
             received = s.received + d.n,
             last_event_at = greatest(s.last_event_at, d.last_event_at),
             last_received_at = greatest(s.last_received_at, d.last_received_at)
           from (
             select source_id, sum(n) as n, max(max_ts) as last_event_at, max(received_at) as last_received_at
               from ingest_batch where tenant_id = $1 and batch_id = any($2::bigint[]) group by source_id
           ) d
           where s.tenant_id = $1 and s.source_id = d.source_id`,
    values: [tenantId, batchIds],
  });
}
