// Where people keep finding one family worth remembering, there is a lesson in it: it is proposed, and a person writes
// it or declines. What is proposed follows from the reviews alone.
import { sql } from 'drizzle-orm';
import { namedSome, shortened } from '../memory/moments.ts';
import type { WriteTx } from '../store/store.ts';
import { MAX_CHARS } from './checked-text.ts';

/** USEFUL and PROMOTE decisions in force, since a person last decided on a proposal of this family. */
export const PROPOSE_FROM = 2;

const NOTES_SHOWN = 5;
const NOTE_CHARS = 300;

interface Found {
  readonly reviewer: string;
  readonly decision: string;
  readonly notes: string | null;
}

/** Call it after a decision on a candidate of the family was recorded. */
export async function proposeLesson(tx: WriteTx, tenantId: number, signatureId: string): Promise<void> {
  await tx.execute(sql`
    select pg_advisory_xact_lock(hashtextextended(${`lesson proposal ${tenantId} ${signatureId}`}::text, 0))`);
  const found = await findDecisions(tx, tenantId, signatureId);
  if (found.length < PROPOSE_FROM) return;
  const draft = await draftOf(tx, tenantId, signatureId, found);
  if (draft === null) return;
  const open = sql`
    select p.proposal_id from lesson_proposal p
     where p.tenant_id = ${tenantId} and p.state = 'OPEN' and p.signature_id in ${familyOf(tenantId, signatureId)}`;
  await tx.execute(sql`
    with renewed as (
      update lesson_proposal p set title = ${draft.title}, summary = ${draft.summary},
             recommendation = ${draft.recommendation}::text, updated_at = clock_timestamp()
       where p.tenant_id = ${tenantId} and p.proposal_id in (${open}))
    insert into lesson_proposal (tenant_id, signature_id, title, summary, recommendation)
    select ${tenantId}::int, ${signatureId}::bigint, ${draft.title}::text, ${draft.summary}::text,
           ${draft.recommendation}::text
     where not exists (${open})`);
}

/** The signature and all that were joined into it. */
const familyOf = (tenantId: number, signatureId: string) => sql`(
  select s.signature_id from signature s
   where s.tenant_id = ${tenantId}
     and (s.signature_id = ${signatureId}::bigint or s.merged_into_id = ${signatureId}::bigint))`;

/** The latest decision of each reviewer on each candidate counts. */
async function findDecisions(tx: WriteTx, tenantId: number, signatureId: string): Promise<Found[]> {
  const { rows } = await tx.execute<Found & Record<string, unknown>>(sql`
    select r.reviewer, r.decision, r.notes
      from (select distinct on (candidate_id, reviewer) * from review
             where tenant_id = ${tenantId} and signature_id = ${signatureId}::bigint and candidate_id is not null
             order by candidate_id, reviewer, reviewed_at desc, review_id desc) r
     where r.decision in ('USEFUL', 'PROMOTE')
       and r.reviewed_at > coalesce(
             (select max(p.decided_at) from lesson_proposal p
               where p.tenant_id = ${tenantId} and p.signature_id in ${familyOf(tenantId, signatureId)}), '-infinity')
     order by r.reviewed_at, r.review_id`);
  return rows;
}

interface Draft {
  readonly title: string;
  readonly summary: string;
  readonly recommendation: string | null;
}

/** null: a lesson of this family is written already. */
async function draftOf(
  tx: WriteTx,
  tenantId: number,
  signatureId: string,
  found: readonly Found[],
): Promise<Draft | null> {
  const { rows } = await tx.execute<{ pattern: string; hint: string | null; taught: boolean }>(sql`
    select s.pattern, exists (
             select 1 from lesson_signature x where x.tenant_id = s.tenant_id and x.signature_id = s.signature_id
             union all
             select 1 from incident_signature x
               join incident_lesson l on l.tenant_id = x.tenant_id and l.incident_id = x.incident_id
              where x.tenant_id = s.tenant_id and x.signature_id = s.signature_id
             union all
             select 1 from candidate_signature x
               join candidate_lesson l on l.tenant_id = x.tenant_id and l.candidate_id = x.candidate_id
              where x.tenant_id = s.tenant_id and x.signature_id = s.signature_id) as taught,
           (select h.hint_text from runbook_hint h
             where h.tenant_id = s.tenant_id and h.hint_id in (
                     select hint_id from hint_signature x
                      where x.tenant_id = s.tenant_id and x.signature_id = s.signature_id
                     union
                     select y.hint_id from incident_signature x
                       join hint_incident y on y.tenant_id = x.tenant_id and y.incident_id = x.incident_id
                      where x.tenant_id = s.tenant_id and x.signature_id = s.signature_id)
             order by h.rank desc, h.hint_id limit 1) as hint
      from signature s where s.tenant_id = ${tenantId} and s.signature_id = ${signatureId}::bigint`);
  const [row] = rows;
  if (row === undefined || row.taught) return null;
  const who = found.map(({ reviewer, decision }) => `${reviewer} (${decision})`);
  const notes = found.flatMap((f) => (f.notes === null ? [] : [`"${shortened(f.notes, NOTE_CHARS)}"`]));
  const said = notes.length === 0 ? '' : ` They wrote: ${namedSome([...new Set(notes)], NOTES_SHOWN)}.`;
  return {
    title: shortened(`What to do about «${row.pattern}»`, MAX_CHARS.title),
    summary: shortened(
      `${found.length} reviews found «${row.pattern}» worth remembering: ${namedSome(who, NOTES_SHOWN)}.${said}`,
      MAX_CHARS.summary,
    ),
    recommendation: row.hint,
  };
}
