// What people judged: outcomes of hints, reviews, what they silenced; and the links that lead from events to lessons.
// All of it is append-only, so that what is there already is left alone.
import { hintConfidence } from '../memory/hint-record.ts';
import { addedRows, type MergeContext, type Merged, named, ROOT_OF_KEY, run, staged } from './merge.ts';
import type { NAMED_BY } from './versioned.ts';

const OUTCOMES = `
  insert into hint_outcome (tenant_id, portable_id, hint_id, outcome, incident_id, candidate_id, notes, reporter, created_at)
  select $1, r.id, h.hint_id, r.outcome, i.incident_id, c.id, r.notes, r.reporter, r."createdAt"
    from ${staged('outcome', 'id uuid, hint uuid, outcome text, incident uuid, candidate text, notes text, reporter text, "createdAt" timestamptz')} r
    join runbook_hint h on h.tenant_id = $1 and h.portable_id = r.hint
    left join incident i on i.tenant_id = $1 and i.portable_id = r.incident
    left join ${named('candidate_id')} c on c.name = r.candidate
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
  return addedRows(rows);
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

export const mergeReviews = async (ctx: MergeContext): Promise<Merged> => addedRows(await run(ctx, REVIEWS));
export const mergeSuppressions = async (ctx: MergeContext): Promise<Merged> =>
  addedRows(await run(ctx, SUPPRESSIONS));

/** What stands for each type of end here; the others are named as they are. */
const END_COLUMNS: Readonly<Record<string, keyof typeof NAMED_BY>> = {
  Candidate: 'candidate_id',
  Incident: 'incident_id',
  Lesson: 'lesson_id',
  RunbookHint: 'hint_id',
};

const ENDS: Readonly<Record<string, string>> = {
  Signature: `(select root_id as id, key as name from ${ROOT_OF_KEY} k)`,
  Review: '(select review_id as id, portable_id::text as name from review where tenant_id = $1)',
  Change: '(select change_id as id, portable_id::text as name from change where tenant_id = $1)',
  EvidenceLine: `(select l.evidence_id as id, i.portable_id || '/' || l.event_id as name
                    from incident_event l join incident i on i.tenant_id = $1 and i.incident_id = l.incident_id
                   where l.tenant_id = $1)`,
  ...Object.fromEntries(Object.entries(END_COLUMNS).map(([type, column]) => [type, named(column)])),
};

/** A lookup of its own for each type, so that each is one join. */
const keyOf = (side: 'source' | 'target') =>
  `case e.${side} ->> 'type' when 'Event' then e.${side} ->> 'key' ${Object.keys(ENDS)
    .map((type) => `when '${type}' then ${side}_${type}.id::text`)
    .join(' ')} end`;

const lookups = (side: 'source' | 'target') =>
  Object.entries(ENDS)
    .map(
      ([type, rows]) =>
        `left join ${rows} ${side}_${type} on e.${side} ->> 'type' = '${type}' and ${side}_${type}.name = e.${side} ->> 'key'`,
    )
    .join('\n');

const resolved = (kind: 'link' | 'removedLink', more: string) => `
  (select e.*, ${keyOf('source')} as source_key, ${keyOf('target')} as target_key
     from ${staged(kind, `source jsonb, target jsonb, "linkType" text, metadata jsonb, "createdAt" timestamptz${more}`)} e
     ${lookups('source')} ${lookups('target')})`;

const PROVENANCE = `
  insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type, metadata, created_at)
  select $1, e.source ->> 'type', e.source_key, e.target ->> 'type', e.target_key, e."linkType", nullif(e.metadata, 'null'), e."createdAt"
    from ${resolved('link', '')} e
   where e.source_key is not null and e.target_key is not null
   order by e."createdAt"
  on conflict do nothing returning 1`;

/** Lines of documents come without their links. */
const LINES = `
  insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type)
  select $1::int, 'EvidenceLine', l.evidence_id::text, 'Incident', l.incident_id::text, 'EVIDENCE_OF'
    from ${staged('example', 'incident uuid, id uuid')} r
    join incident i on i.tenant_id = $1 and i.portable_id = r.incident
    join incident_event l on l.tenant_id = $1 and l.incident_id = i.incident_id and l.event_id = r.id
  on conflict do nothing`;

export async function mergeLinks(ctx: MergeContext): Promise<Merged> {
  const rows = await run(ctx, PROVENANCE);
  await run(ctx, LINES);
  return addedRows(rows);
}

const REMOVED = `
  insert into removed_link (tenant_id, link_id, portable_id, source_type, source_key, target_type, target_key, link_type,
                            metadata, created_at, removed_at, removed_by, reason)
  select $1, nextval('mnemograph_id_seq'), e.id, e.source ->> 'type', e.source_key, e.target ->> 'type', e.target_key,
         e."linkType", nullif(e.metadata, 'null'), e."createdAt", e."removedAt", e."removedBy", e.reason
    from ${resolved('removedLink', ', id uuid, "removedAt" timestamptz, "removedBy" text, reason text')} e
   where e.source_key is not null and e.target_key is not null
   order by e."removedAt"
  on conflict (tenant_id, portable_id) do nothing returning 1`;

export const mergeRemovedLinks = async (ctx: MergeContext): Promise<Merged> =>
  addedRows(await run(ctx, REMOVED));
