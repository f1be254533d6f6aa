// The holes of memory that ingest knows of, each with what happened and what to do.
import type postgres from 'postgres';
import { type Micros, US_PER_HOUR } from '../domain/time.ts';
import { counted, microsOf, shortened, spanText } from './moments.ts';

export type GapKind = 'REJECTED' | 'DROPPED' | 'FAILING' | 'DISABLED' | 'SILENT' | 'EXPIRED';

export interface CoverageGap {
  readonly kind: GapKind;
  readonly fromUs: Micros;
  /** null: it is still open. */
  readonly toUs: Micros | null;
  readonly reason: string;
  readonly sourceId: string | null;
}

/** A stream is known by batches over at least a day; only a stream can fall silent, a file simply ends. */
const STREAM_MIN_BATCHES = 10;
const STREAM_MIN_SPAN = '1 day';
const SILENCE_FLOOR_US = US_PER_HOUR;
/** Silent beyond this many times its usual (95th percentile) pause between batches. */
const SILENCE_FACTOR = 5;
const BATCHES_LOOKED_AT = 2_000;
const REJECTIONS_LOOKED_AT = 10_000;
const LOSSES_SHOWN = 100;

/** Those that are open first. */
export async function readGaps(read: postgres.Sql, tenantId: number): Promise<CoverageGap[]> {
  const kinds = await Promise.all([
    stoppedGaps(read, tenantId),
    silentGaps(read, tenantId),
    droppedGaps(read, tenantId),
    rejectedGaps(read, tenantId),
  ]);
  return kinds.flat();
}

export async function rejectedGaps(read: postgres.Sql, tenantId: number): Promise<CoverageGap[]> {
  const rows = await read<
    {
      source_id: string | null;
      name: string | null;
      n: number;
      from_at: string;
      to_at: string;
      reason: string;
    }[]
  >`
    select r.source_id, max(s.name) as name, count(*)::int as n, min(r.received_at) as from_at,
           max(r.received_at) as to_at, (array_agg(r.reason order by r.received_at desc))[1] as reason
      from (select source_id, received_at, reason from rejected_input
             where tenant_id = ${tenantId} and replayed_at is null
             order by received_at desc limit ${REJECTIONS_LOOKED_AT}) r
      left join source s on s.tenant_id = ${tenantId} and s.source_id = r.source_id
     group by r.source_id order by max(r.received_at) desc`;
  return rows.map((row) => ({
    kind: 'REJECTED',
    fromUs: microsOf(row.from_at),
    toUs: microsOf(row.to_at),
    reason: `${counted(row.n, 'input')}${fromSource(row.name)} could not be stored and ${row.n === 1 ? 'waits' : 'wait'} to be replayed. The last one: ${shortened(row.reason, 160)}`,
    sourceId: row.source_id,
  }));
}

const fromSource = (name: string | null) => (name === null ? '' : ` of "${name}"`);

export async function droppedGaps(read: postgres.Sql, tenantId: number): Promise<CoverageGap[]> {
  const rows = await read<
    { source_id: string; name: string; from_at: string; to_at: string; lost: string; reason: string }[]
  >`
    select g.source_id, s.name, g.from_at, g.to_at, g.lost, g.reason
      from source_gap g join source s on s.tenant_id = ${tenantId} and s.source_id = g.source_id
     where g.tenant_id = ${tenantId} order by g.to_at desc limit ${LOSSES_SHOWN}`;
  return rows.map((row) => ({
    kind: 'DROPPED',
    fromUs: microsOf(row.from_at),
    toUs: microsOf(row.to_at),
    reason: `"${row.name}" lost ${counted(Number(row.lost), 'input')}. ${row.reason}`,
    sourceId: row.source_id,
  }));
}

/** Sources that bring nothing now: their last attempt ended in an error, or somebody turned them off. */
async function stoppedGaps(read: postgres.Sql, tenantId: number): Promise<CoverageGap[]> {
  const rows = await read<
    { source_id: string; name: string; enabled: boolean; last_error: string | null; since: string }[]
  >`
    select source_id, name, enabled, last_error, coalesce(last_received_at, last_error_at, created_at) as since
      from source
     where tenant_id = ${tenantId}
       and (not enabled or last_error_at > coalesce(last_received_at, '-infinity'))
     order by name`;
  return rows.map((row) => ({
    kind: row.enabled ? 'FAILING' : 'DISABLED',
    fromUs: microsOf(row.since),
    toUs: null,
    reason: row.enabled
      ? `"${row.name}" is failing: ${shortened(row.last_error ?? 'no reason was given', 160)}`
      : `"${row.name}" is disabled: nothing comes in by it until it is enabled again.`,
    sourceId: row.source_id,
  }));
}

async function silentGaps(read: postgres.Sql, tenantId: number): Promise<CoverageGap[]> {
  const rows = await read<
    { source_id: string; name: string; last_at: string; newest_at: string; usual_us: string }[]
  >`
    with recent as (
      select source_id, received_at from ingest_batch where tenant_id = ${tenantId}
       order by batch_id desc limit ${BATCHES_LOOKED_AT}
    ), paused as (
      select source_id, received_at,
             received_at - lag(received_at) over (partition by source_id order by received_at) as pause
        from recent
    ), stream as (
      select source_id, max(received_at) as last_at, max(max(received_at)) over () as newest_at,
             percentile_disc(0.95) within group (order by pause) as usual,
             count(*) >= ${STREAM_MIN_BATCHES} and max(received_at) - min(received_at) >= ${STREAM_MIN_SPAN}::interval as flows
        from paused group by source_id
    )
    select t.source_id, s.name, t.last_at, t.newest_at, (extract(epoch from t.usual) * 1000000)::bigint as usual_us
      from stream t join source s on s.tenant_id = ${tenantId} and s.source_id = t.source_id
     where t.flows and s.enabled and t.newest_at > t.last_at
     order by s.name`;
  return rows.flatMap((row) => {
    const fromUs = microsOf(row.last_at);
    const quietUs = microsOf(row.newest_at) - fromUs;
    const allowedUs = Math.max(SILENCE_FLOOR_US, SILENCE_FACTOR * Number(row.usual_us));
    if (quietUs <= allowedUs) return [];
    return {
      kind: 'SILENT',
      fromUs,
      toUs: null,
      reason: `Nothing came from "${row.name}" for ${spanText(quietUs)} while other sources went on.`,
      sourceId: row.source_id,
    };
  });
}
