// The holes of memory that ingest knows of, each with what happened and what to do.
import type postgres from 'postgres';
import { type Micros, US_PER_HOUR } from '../domain/time.ts';
import { counted, microsOf, shortened, spanText } from './moments.ts';

export type GapKind =
  | 'REJECTED'
  | 'DROPPED'
  | 'FAILING'
  | 'DISABLED'
  | 'SILENT'
  | 'EXPIRED'
  | 'IMPORTED'
  | 'COARSE';

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
const NOTE_CHARS = 160;

type StoredKind = Exclude<GapKind, 'EXPIRED' | 'IMPORTED' | 'COARSE'>;

interface GapRow {
  readonly kind: StoredKind;
  readonly source_id: string | null;
  readonly name: string | null;
  readonly from_at: string;
  readonly to_at: string | null;
  /** Inputs lost or rejected; microseconds of silence. */
  readonly n: string;
  readonly note: string | null;
}

/** Those that are open first. */
export const readGaps = (read: postgres.Sql, tenantId: number): Promise<CoverageGap[]> =>
  fetchGaps(
    read,
    read`${stopped(read, tenantId)} union all ${silent(read, tenantId)}
         union all ${dropped(read, tenantId)} union all ${rejected(read, tenantId)}`,
  );

/** Those whose time is on record, so that they can be told of an earlier moment, too. */
export const readRecordedGaps = (read: postgres.Sql, tenantId: number): Promise<CoverageGap[]> =>
  fetchGaps(read, read`${dropped(read, tenantId)} union all ${rejected(read, tenantId)}`);

async function fetchGaps(
  read: postgres.Sql,
  found: postgres.PendingQuery<postgres.Row[]>,
): Promise<CoverageGap[]> {
  const rows = await read<GapRow[]>`
    select kind, source_id, name, from_at, to_at, n, note
      from (${found}) g (rank, kind, source_id, name, from_at, to_at, n, note)
     order by rank, to_at desc, name, source_id`;
  return rows.map((row) => ({
    kind: row.kind,
    fromUs: microsOf(row.from_at),
    toUs: row.to_at === null ? null : microsOf(row.to_at),
    reason: REASON[row.kind](row),
    sourceId: row.source_id,
  }));
}

const REASON: Record<StoredKind, (row: GapRow) => string> = {
  FAILING: ({ name, note }) =>
    `"${name}" is failing: ${shortened(note ?? 'no reason was given', NOTE_CHARS)}`,
  DISABLED: ({ name }) => `"${name}" is disabled: nothing comes in by it until it is enabled again.`,
  SILENT: ({ name, n }) =>
    `Nothing came from "${name}" for ${spanText(Number(n))} while other sources went on.`,
  DROPPED: ({ name, n, note }) => `"${name}" lost ${counted(Number(n), 'input')}. ${note}`,
  REJECTED: ({ name, n, note }) =>
    `${counted(Number(n), 'input')}${name === null ? '' : ` of "${name}"`} could not be stored and ${n === '1' ? 'waits' : 'wait'} to be replayed. The last one: ${shortened(note ?? '', NOTE_CHARS)}`,
};

/** Sources that bring nothing now: their last attempt ended in an error, or somebody turned them off. */
const stopped = (read: postgres.Sql, tenantId: number) => read`
  select 1, case when enabled then 'FAILING' else 'DISABLED' end, source_id, name,
         coalesce(last_received_at, last_error_at, created_at), null::timestamptz, 0::bigint, last_error
    from source
   where tenant_id = ${tenantId} and (not enabled or last_error_at > coalesce(last_received_at, '-infinity'))`;

const silent = (read: postgres.Sql, tenantId: number) => read`
  select 2, 'SILENT', t.source_id, s.name, t.last_at, null, (extract(epoch from t.quiet) * 1000000)::bigint, null
    from (
      select source_id, max(received_at) as last_at,
             max(max(received_at)) over () - max(received_at) as quiet,
             percentile_disc(0.95) within group (order by pause) as usual,
             count(*) >= ${STREAM_MIN_BATCHES} and max(received_at) - min(received_at) >= ${STREAM_MIN_SPAN}::interval as flows
        from (select source_id, received_at,
                     received_at - lag(received_at) over (partition by source_id order by received_at) as pause
                from (select source_id, received_at from ingest_batch where tenant_id = ${tenantId}
                       order by batch_id desc limit ${BATCHES_LOOKED_AT}) recent) paused
       group by source_id) t
    join source s on s.tenant_id = ${tenantId} and s.source_id = t.source_id
   where t.flows and s.enabled
     and t.quiet > greatest(${SILENCE_FLOOR_US / 1_000_000} * interval '1 second', ${SILENCE_FACTOR} * t.usual)`;

const dropped = (read: postgres.Sql, tenantId: number) => read`
  select 3, 'DROPPED', g.source_id, s.name, g.from_at, g.to_at, g.lost, g.reason
    from (select source_id, from_at, to_at, lost, reason from source_gap
           where tenant_id = ${tenantId} order by to_at desc limit ${LOSSES_SHOWN}) g
    join source s on s.tenant_id = ${tenantId} and s.source_id = g.source_id`;

const rejected = (read: postgres.Sql, tenantId: number) => read`
  select 4, 'REJECTED', r.source_id, max(s.name), min(r.received_at), max(r.received_at), count(*),
         (array_agg(r.reason order by r.received_at desc))[1]
    from (select source_id, received_at, reason from rejected_input
           where tenant_id = ${tenantId} and replayed_at is null and request ->> 'kind' <> 'record'
           order by received_at desc limit ${REJECTIONS_LOOKED_AT}) r
    left join source s on s.tenant_id = ${tenantId} and s.source_id = r.source_id
   group by r.source_id`;
