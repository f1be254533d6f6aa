// From when to when memory spoke at an earlier time, and the holes that were known then. Takes a reader of that time.
import type postgres from 'postgres';
import { utcTime } from '../detect/text.ts';
import { formatMicros, type Micros } from '../domain/time.ts';
import { type Coverage, expiredGap } from './coverage.ts';
import { type CoverageGap, readRecordedGaps } from './coverage-gaps.ts';
import { microsOf } from './moments.ts';

interface Span {
  readonly from_at: string | null;
  readonly to_at: string | null;
  readonly events_from: string | null;
}

export async function readCoverageAsOf(
  read: postgres.Sql,
  tenantId: number,
  asOfUs: Micros,
): Promise<Coverage> {
  const { fromUs, toUs, eventsFromUs } = await readSpan(read, tenantId, asOfUs);
  const expired = eventsFromUs !== null && fromUs !== null && fromUs < eventsFromUs;
  const gaps = [
    ...(await readRecordedGaps(read, tenantId)),
    ...(expired ? [expiredGap(fromUs, eventsFromUs), uncertainGap(fromUs, eventsFromUs, asOfUs)] : []),
  ];
  return { fromUs, toUs, complete: gaps.length === 0 && fromUs !== null, gaps, hasUncounted: true };
}

/** Without its lines a count cannot be told from what was received later. */
const uncertainGap = (fromUs: Micros, toUs: Micros, asOfUs: Micros): CoverageGap => ({
  kind: 'EXPIRED',
  fromUs,
  toUs,
  reason: `What was counted before ${utcTime(toUs)} may hold events that were received after ${utcTime(asOfUs)}.`,
  sourceId: null,
});

/** What was received by then; what an import brought counts from its own time on. */
async function readSpan(read: postgres.Sql, tenantId: number, asOfUs: Micros) {
  const at = formatMicros(asOfUs);
  const [row] = await read<Span[]>`
    with received as (
      select min(min_ts) as from_at, max(max_ts) - interval '1 microsecond' as to_at from ingest_batch
       where tenant_id = ${tenantId} and n > 0
    ), brought as (
      select timestamptz 'epoch' + min(first_us) * interval '1 microsecond' as from_at,
             timestamptz 'epoch' + max(last_us) * interval '1 microsecond' as to_at
        from feature_bucket where tenant_id = ${tenantId} and signature_id = 0
         and exists (select 1 from event_clock where tenant_id = ${tenantId})
         and not exists (select 1 from received where from_at is not null)
    )
    select coalesce(r.from_at, b.from_at) as from_at, least(coalesce(r.to_at, b.to_at), ${at}::timestamptz) as to_at,
           (select events_from from tenant where tenant_id = ${tenantId}) as events_from
      from received r left join brought b on true`;
  const { from_at, to_at, events_from } = row!;
  return {
    fromUs: from_at === null ? null : microsOf(from_at),
    toUs: to_at === null ? null : microsOf(to_at),
    eventsFromUs: events_from === null ? null : microsOf(events_from),
  };
}
