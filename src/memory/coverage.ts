// From when memory speaks, until when, and where it has holes. Reads the state that ingest keeps; never the wall clock.
import type postgres from 'postgres';
import { utcTime } from '../detect/text.ts';
import type { Micros } from '../domain/time.ts';
import { type CoverageGap, readGaps } from './coverage-gaps.ts';
import { microsOf } from './moments.ts';

export interface Coverage {
  /** Times of the earliest and latest event; null: nothing was ever ingested. */
  readonly fromUs: Micros | null;
  readonly toUs: Micros | null;
  readonly complete: boolean;
  readonly gaps: readonly CoverageGap[];
  /** Whether events are stored that no counter holds yet. */
  readonly hasUncounted: boolean;
}

export async function readCoverage(read: postgres.Sql, tenantId: number): Promise<Coverage> {
  const [span, gaps] = await Promise.all([readSpan(read, tenantId), readGaps(read, tenantId)]);
  const { fromUs, toUs, hasUncounted, eventsFromUs, heardFromUs } = span;
  if (fromUs === null || toUs === null) return { fromUs, toUs, complete: false, gaps, hasUncounted };
  const all = [...gaps];
  if (eventsFromUs !== null && fromUs < eventsFromUs) all.push(expiredGap(fromUs, eventsFromUs));
  if (heardFromUs === null || fromUs < heardFromUs) all.push(importedGap(fromUs, toUs, heardFromUs));
  return { fromUs, toUs, complete: all.length === 0, gaps: all, hasUncounted };
}

/** Documents tell of what was before: a few lines each, and that in another's choice. */
const importedGap = (fromUs: Micros, toUs: Micros, heardFromUs: Micros | null): CoverageGap => ({
  kind: 'IMPORTED',
  fromUs,
  toUs: heardFromUs,
  reason: `What is remembered of ${utcTime(fromUs)} to ${utcTime(heardFromUs ?? toUs)} came with imported documents: their example lines alone, not all that was logged.`,
  sourceId: null,
});

export const expiredGap = (fromUs: Micros, toUs: Micros): CoverageGap => ({
  kind: 'EXPIRED',
  fromUs,
  toUs,
  reason: `The lines of before ${utcTime(toUs)} are past the retention and were dropped. Their signatures, counts and episodes are still known.`,
  sourceId: null,
});

interface Span extends Pick<Coverage, 'fromUs' | 'toUs' | 'hasUncounted'> {
  /** Events before it were dropped. */
  readonly eventsFromUs: Micros | null;
  /** When events begin that were received, here or where a memory was exported; null: none ever was. */
  readonly heardFromUs: Micros | null;
}

interface SpanRow {
  readonly from_at: string | null;
  readonly to_at: string | null;
  readonly events_from: string | null;
  readonly has_uncounted: boolean;
  readonly heard_from: string | null;
}

/** Counted events by their signatures, and the batches that are stored but not counted yet. */
async function readSpan(read: postgres.Sql, tenantId: number): Promise<Span> {
  const [row] = await read<SpanRow[]>`
    select (select events_from from tenant where tenant_id = ${tenantId}) as events_from,
           exists (select 1 from ingest_batch where tenant_id = ${tenantId} and not folded) as has_uncounted,
           coalesce(
             least(
               (select to_timestamp(first_minute * 60::float8) from event_clock where tenant_id = ${tenantId}),
               (select min(min_ts) from ingest_batch where tenant_id = ${tenantId} and not folded and n > 0)),
             (select min(min_ts) from ingest_batch where tenant_id = ${tenantId} and n > 0)) as heard_from,
           least(
             (select first_seen_at from signature where tenant_id = ${tenantId} and occurrence_count > 0
               order by first_seen_at limit 1),
             (select min(min_ts) from ingest_batch where tenant_id = ${tenantId} and not folded and n > 0)) as from_at,
           greatest(
             (select last_seen_at from signature where tenant_id = ${tenantId} and occurrence_count > 0
               order by last_seen_at desc limit 1),
             (select max(max_ts) - interval '1 microsecond' from ingest_batch where tenant_id = ${tenantId} and not folded and n > 0)) as to_at`;
  const { from_at, to_at, events_from, has_uncounted, heard_from } = row!;
  return {
    fromUs: from_at === null ? null : microsOf(from_at),
    toUs: to_at === null ? null : microsOf(to_at),
    hasUncounted: has_uncounted,
    eventsFromUs: events_from === null ? null : microsOf(events_from),
    heardFromUs: heard_from === null ? null : microsOf(heard_from),
  };
}
