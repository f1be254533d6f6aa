// What people judged: outcomes of hints, reviews, what they silenced; and the links that lead from events to lessons.
// All of it is append-only, so that what is there already is left alone.
import { hintConfidence } from '../memory/hint-record.ts';
import { type MergeContext, type Merged, ROOT_OF_KEY, run, staged } from './merge.ts';

const added = (rows: readonly unknown[]): Merged => ({ added: rows.length, changed: 0 });

const OUTCOMES = `
  insert into hint_outcome (tenant_id, portable_id, hint_id, outcome, incident_id, notes, reporter, created_at)
  select $1, r.id, h.hint_id, r.outcome, i.incident_id, r.notes, r.reporter, r."createdAt"
    from ${staged('outcome', 'id uuid, hint uuid, outcome text, incident uuid, notes text, reporter text, "createdAt" timestamptz')} r
    join runbook_hint h on h.tenant_id = $1 and h.portable_id = r.hint
    left join incident i on i.tenant_id = $1 and i.portable_id = r.incident
   order by r."createdAt", r.id
  on conflict (tenant_id, portable_id) do nothing returning hint_id as "hintId"`;

/** The record of a hint is at least what its outcomes add up to. */
const RECORDS = `
  update runbook_hint h set
    shown_count = greatest(h.shown_count, o.shown), worked_count = greatest(h.worked_count, o.worked),
    failed_count = greatest(h.failed_count, o.failed)
   from (select hint_id, count(*)::int as shown, count(*) filter (where outcome = 'WORKED')::int as worked,
                count(*) filter (where outcome = 'FAILED')::int as failed
           from hint_outcome where tenant_id = $1 group by hint_id) o
  where h.tenant_id = $1 and h.hint_id = o.hint_id
    and (h.shown_count < o.shown or h.worked_count < o.worked or h.failed_count < o.failed)
  returning h.hint_id as id, h.worked_count as worked, h.failed_count as failed`;

export async function mergeOutcomes(ctx: MergeContext): Promise<Merged> {
  const rows = await run(ctx, OUTCOMES);
  const grown = await run<{ id: string; worked: number; failed: number }>(ctx, RECORDS);
  await ctx.client.query(
    `update runbook_hint h set confidence = d.confidence
       from unnest($2::bigint[], $3::int[]) as d(hint_id, confidence) where h.tenant_id = $1 and h.hint_id = d.hint_id`,
    [ctx.tenantId, grown.map((hint) => hint.id), grown.map(hintConfidence)],
  );
  return added(rows);
}

const REVIEWS = `
  insert into review (tenant_id, portable_id, candidate_id, incident_id, lesson_id, candidate_type, signature_id,
                      decision, notes, reviewer, score_before, score_after, band_before, band_after, reviewed_at)
  select $1, r.id, coalesce(p.candidate_id, c.candidate_id), i.incident_id, l.lesson_id, r."candidateType", k.root_id,
         r.decision, r.notes, r.reviewer, r."scoreBefore", r."scoreAfter", r."bandBefore", r."bandAfter", r."reviewedAt"
    from ${staged('review', 'id uuid, candidate uuid, incident uuid, lesson uuid, "candidateType" text, signature text, decision text, notes text, reviewer text, "scoreBefore" int, "scoreAfter" int, "bandBefore" text, "bandAfter" text, "reviewedAt" timestamptz')} r
    left join placed_candidate p on p.id = r.candidate
    left join candidate c on c.tenant_id = $1 and c.portable_id = r.candidate
    left join incident i on i.tenant_id = $1 and i.portable_id = r.incident
    left join lesson l on l.tenant_id = $1 and l.portable_id = r.lesson
    left join ${ROOT_OF_KEY} k on k.key = r.signature
   order by r."reviewedAt", r.id
  on conflict (tenant_id, portable_id) do nothing returning 1`;

const SUPPRESSIONS = `
  insert into suppression (tenant_id, type, subject, review_id, reason, from_at, until_at, max_severity, max_peak, created_at)
  select $1, r.type, r.subject, v.review_id, r.reason, r."fromAt", r."untilAt", r."maxSeverity", r."maxPeak", r."createdAt"
    from ${staged('suppression', 'review uuid, type text, subject text, reason text, "fromAt" timestamptz, "untilAt" timestamptz, "maxSeverity" smallint, "maxPeak" int, "createdAt" timestamptz')} r
    join review v on v.tenant_id = $1 and v.portable_id = r.review
   where not exists (select 1 from suppression s where s.tenant_id = $1 and s.review_id = v.review_id
                        and s.type = r.type and s.subject = r.subject)
   order by r."createdAt" returning 1`;

export const mergeReviews = async (ctx: MergeContext): Promise<Merged> => added(await run(ctx, REVIEWS));
export const mergeSuppressions = async (ctx: MergeContext): Promise<Merged> =>
  added(await run(ctx, SUPPRESSIONS));

const rowOf = (type: string, side: string) => {
  const name = `r.${side} ->> 'key'`;
  const known = (table: string, id: string) =>
    `(select x.${id}::text from ${table} x where x.tenant_id = $1 and x.portable_id::text = ${name})`;
  switch (type) {
    case 'Signature':
      return `(select k.root_id::text from ${ROOT_OF_KEY} k where k.key = ${name})`;
    case 'Candidate':
      return `coalesce((select p.candidate_id::text from placed_candidate p where p.id::text = ${name}), ${known('candidate', 'candidate_id')})`;
    case 'Incident':
      return known('incident', 'incident_id');
    case 'Lesson':
      return known('lesson', 'lesson_id');
    case 'RunbookHint':
      return known('runbook_hint', 'hint_id');
    case 'Review':
      return known('review', 'review_id');
    default:
      return name;
  }
};

const END_TYPES = ['Event', 'Signature', 'Candidate', 'Incident', 'Lesson', 'RunbookHint', 'Review'];

const keyOf = (side: 'source' | 'target') =>
  `case r.${side} ->> 'type' ${END_TYPES.map((type) => `when '${type}' then ${rowOf(type, side)}`).join(' ')} end`;

const PROVENANCE = `
  insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type, metadata, created_at)
  select $1, e.source ->> 'type', e.source_key, e.target ->> 'type', e.target_key, e."linkType", nullif(e.metadata, 'null'), e."createdAt"
    from (select r.*, ${keyOf('source')} as source_key, ${keyOf('target')} as target_key
            from ${staged('link', 'source jsonb, target jsonb, "linkType" text, metadata jsonb, "createdAt" timestamptz')} r) e
   where e.source_key is not null and e.target_key is not null
   order by e."createdAt"
  on conflict do nothing returning 1`;

export const mergeLinks = async (ctx: MergeContext): Promise<Merged> => added(await run(ctx, PROVENANCE));
