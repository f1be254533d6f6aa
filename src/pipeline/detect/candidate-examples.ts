// The example events of candidates: from each span of the evidence its earliest ones, in equal shares. The choice depends
// on the evidence alone, and is made anew only where events came up that may change it.
import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { EvidenceSpan, Finding } from '../../detect/finding.ts';
import { minuteOf } from '../../domain/time.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { type Example, findExamples, type SearchedSpan } from './example-search.ts';
import { idRows } from './facts.ts';
import type { Linking } from './stored-candidates.ts';
import { groupBy, type Touched, type Work } from './touched.ts';

const MAX_EXAMPLE_EVENTS = 50;

/** The events that may be others than before. */
export type ChangedEvents = Omit<Work, 'matched'>;

/** A candidate that is written, and what its links were made from before; null: it has none. */
export interface CandidateFinding {
  readonly candidateId: string;
  readonly finding: Finding;
  readonly linking: Linking | null;
}

const shareOf = ({ examples }: Finding): number => Math.floor(MAX_EXAMPLE_EVENTS / examples.length);

const spanKey = ({ signatureIds, assetId, fromUs }: EvidenceSpan): string =>
  `${signatureIds.join(',')}@${assetId}:${fromUs}`;

/** Equal for findings whose links are the same as long as the events are. */
function madeFrom({ signatureIds, assetIds, groupIds, examples }: Finding): string {
  const ids = [signatureIds, assetIds, groupIds].map((list) => [...list].sort());
  return createHash('sha1')
    .update(JSON.stringify([...ids, examples.map(spanKey)]))
    .digest('base64url');
}

/** Whether events came up in a span, up to the given minute. */
type IsTouched = (span: EvidenceSpan, untilMinute: number) => boolean;

function touchedSpans({ touched, regrouped }: ChangedEvents): IsTouched {
  const series = groupBy([...touched, ...regrouped], (t) => `${t.signatureId}|${t.assetId}`);
  const reaches = (t: Touched, span: EvidenceSpan, untilMinute: number) =>
    t.fromMinute <= untilMinute && t.toMinute >= minuteOf(span.fromUs);
  return (span, untilMinute) =>
    span.signatureIds.some((id) =>
      series.get(`${id}|${span.assetId}`)?.some((t) => reaches(t, span, untilMinute)),
    );
}

const endOf = (span: EvidenceSpan): number => minuteOf(span.toUs);

/** The candidates whose links may be others than those that were made before. */
export function toBeLinked(written: readonly CandidateFinding[], work: ChangedEvents): CandidateFinding[] {
  const isTouched = touchedSpans(work);
  const moved = movedSignatures(work);
  return written.filter(
    ({ finding, linking }) =>
      linking === null ||
      linking.madeFrom !== madeFrom(finding) ||
      finding.signatureIds.some((id) => moved.has(id)) ||
      finding.examples.some((span, i) => isTouched(span, linking.fullSince[i] ?? endOf(span))),
  );
}

/** Signatures that took over events, or gave some away. */
const movedSignatures = ({ regrouped, restated }: ChangedEvents): Set<string> =>
  new Set([...regrouped.map((t) => t.signatureId), ...restated]);

/** The first events of a span. */
interface SpanExamples {
  readonly key: string;
  readonly events: readonly Example[];
  /** The span holds no others. */
  readonly isAll: boolean;
}

/** Links the examples of these candidates, and no others. */
export async function linkExamples(
  ctx: DetectContext,
  candidateIds: string,
  written: readonly CandidateFinding[],
  work: ChangedEvents,
): Promise<void> {
  const examples = await examplesOf(ctx, written, work);
  const rows = written.flatMap(({ candidateId }, i) =>
    examples[i]!.flatMap(({ events }) =>
      events.map(([, at, eventId]) => ({ candidate_id: candidateId, at, event_id: eventId })),
    ),
  );
  await query(
    ctx,
    sql`with wanted as (
          select distinct * from json_to_recordset(${asJson(rows)}::json)
              as w(candidate_id bigint, at timestamptz, event_id uuid)),
        gone as (
          delete from candidate_event l
           using json_to_recordset(${candidateIds}::json) as c(id bigint)
           where l.tenant_id = ${ctx.tenantId} and l.candidate_id = c.id
             and (l.candidate_id, l.event_ts, l.event_id) not in (select w.candidate_id, w.at, w.event_id from wanted w))
        insert into candidate_event (tenant_id, candidate_id, event_ts, event_id)
        select ${ctx.tenantId}::int, w.candidate_id, w.at, w.event_id from wanted w
        on conflict do nothing`,
  );
  await remember(ctx, written, examples);
}

/** Per candidate those of each span, in order: as they were where no event came up that may change them. */
async function examplesOf(
  ctx: DetectContext,
  written: readonly CandidateFinding[],
  work: ChangedEvents,
): Promise<SpanExamples[][]> {
  const known = await loadKnown(ctx, written);
  const isTouched = touchedSpans(work);
  const moved = movedSignatures(work);
  const searched: SearchedSpan[] = [];
  const examples = written.map(({ candidateId, finding }) => {
    const share = shareOf(finding);
    return finding.examples.map((span) => {
      const own = known.get(candidateId)?.get(spanKey(span));
      const asBefore =
        own === undefined || span.signatureIds.some((id) => moved.has(id))
          ? null
          : stillHolding(own, share, (untilMinute) => isTouched(span, untilMinute ?? endOf(span)));
      if (asBefore === null) searched.push(searchFor(span, searched.length, share));
      return asBefore ?? { key: spanKey(span), i: searched.length - 1, share };
    });
  });
  const found = await findExamples(ctx, searched);
  return examples.map((spans) =>
    spans.map((span) => {
      if ('events' in span) return span;
      const events = found[span.i]!;
      return { key: span.key, events, isAll: events.length < span.share };
    }),
  );
}

/** Null where they may not hold any more. `isTouched(null)`: anywhere in the span. */
function stillHolding(
  { key, events, isAll }: SpanExamples,
  share: number,
  isTouched: (untilMinute: number | null) => boolean,
): SpanExamples | null {
  if (events.length >= share) {
    const own = events.slice(0, share);
    return isTouched(own.at(-1)![0]) ? null : { key, events: own, isAll: isAll && events.length === share };
  }
  return isAll && !isTouched(null) ? { key, events, isAll } : null;
}

async function loadKnown(
  ctx: DetectContext,
  written: readonly CandidateFinding[],
): Promise<Map<string, Map<string, SpanExamples>>> {
  const linked = written.filter(({ linking }) => linking !== null);
  if (linked.length === 0) return new Map();
  const rows = await query<{ id: string; spans: SpanExamples[] }>(
    ctx,
    sql`select l.candidate_id as id, l.spans
          from json_to_recordset(${idRows(linked.map((c) => c.candidateId))}::json) as r(id bigint)
          join candidate_linking l on l.tenant_id = ${ctx.tenantId} and l.candidate_id = r.id`,
  );
  return new Map(rows.map(({ id, spans }) => [id, new Map(spans.map((span) => [span.key, span]))]));
}

async function remember(
  ctx: DetectContext,
  written: readonly CandidateFinding[],
  examples: readonly (readonly SpanExamples[])[],
): Promise<void> {
  const rows = written.map(({ candidateId, finding }, i) => ({
    candidate_id: candidateId,
    made_from: madeFrom(finding),
    full_since: examples[i]!.map(({ events }) =>
      events.length < shareOf(finding) ? null : events.at(-1)![0],
    ),
    spans: examples[i],
  }));
  await query(
    ctx,
    sql`insert into candidate_linking (tenant_id, candidate_id, made_from, full_since, spans)
        select ${ctx.tenantId}::int, r.* from json_to_recordset(${asJson(rows)}::json)
            as r(candidate_id bigint, made_from text, full_since jsonb, spans jsonb)
        on conflict (tenant_id, candidate_id) do update
           set made_from = excluded.made_from, full_since = excluded.full_since, spans = excluded.spans`,
  );
}

const searchFor = (span: EvidenceSpan, i: number, share: number): SearchedSpan => ({
  i,
  signature_ids: span.signatureIds,
  asset_id: span.assetId,
  from_minute: minuteOf(span.fromUs),
  to_minute: minuteOf(span.toUs),
  from_at: moment(span.fromUs),
  to_at: moment(span.toUs),
  share,
});
