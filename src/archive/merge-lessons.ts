// Lessons, hints and proposals of lessons, known by their portable ids. Of two versions the one edited last stands; what
// they are linked to adds up.
import { latest, linkMembers, type MergeContext, type Merged, named, run, staged, tally } from './merge.ts';

const LESSONS = `
  insert into lesson as l (tenant_id, portable_id, title, summary, recommendation, confidence, metadata, created_at, updated_at)
  select $1::int, id, title, summary, recommendation, confidence, nullif(metadata, 'null'), "createdAt", "updatedAt"
    from ${latest('lesson', 'id uuid, title text, summary text, recommendation text, confidence int, metadata jsonb, "createdAt" timestamptz, "updatedAt" timestamptz')} r
  on conflict (tenant_id, portable_id) do update set
    title = excluded.title, summary = excluded.summary, recommendation = excluded.recommendation,
    confidence = excluded.confidence, metadata = excluded.metadata, updated_at = excluded.updated_at
   where excluded.updated_at > l.updated_at
  returning xmax = 0 as added`;

const LESSON_LINKS = [
  linkMembers('lesson', 'signatures', 'lesson_signature', 'lesson_id'),
  linkMembers('lesson', 'incidents', 'incident_lesson', 'lesson_id'),
  linkMembers('lesson', 'candidates', 'candidate_lesson', 'lesson_id'),
];

const HINTS = `
  insert into runbook_hint as h (tenant_id, portable_id, title, hint_text, priority, confidence, shown_count,
                                 worked_count, failed_count, metadata, created_at, updated_at)
  select $1::int, id, title, "hintText", priority, confidence, shown, worked, failed,
         nullif(metadata, 'null'), "createdAt", "updatedAt"
    from ${latest('hint', 'id uuid, title text, "hintText" text, priority int, confidence int, shown int, worked int, failed int, metadata jsonb, "createdAt" timestamptz, "updatedAt" timestamptz')} r
  on conflict (tenant_id, portable_id) do update set
    title = excluded.title, hint_text = excluded.hint_text, priority = excluded.priority,
    metadata = excluded.metadata, updated_at = excluded.updated_at
   where excluded.updated_at > h.updated_at
  returning xmax = 0 as added`;

const HINT_LINKS = [
  linkMembers('hint', 'signatures', 'hint_signature', 'hint_id'),
  linkMembers('hint', 'incidents', 'hint_incident', 'hint_id'),
];

const PROPOSALS = `
  insert into lesson_proposal as p (tenant_id, portable_id, signature_id, state, title, summary, recommendation,
                                    lesson_id, decided_by, decided_at, notes, created_at, updated_at)
  select $1, r.id, s.id, r.state, r.title, r.summary, r.recommendation, l.id, r."decidedBy", r."decidedAt", r.notes,
         r."createdAt", r."updatedAt"
    from ${staged('proposal', 'id uuid, signature text, state text, title text, summary text, recommendation text, lesson text, "decidedBy" text, "decidedAt" timestamptz, notes text, "createdAt" timestamptz, "updatedAt" timestamptz')} r
    join ${named('signature_id')} s on s.name = r.signature
    left join ${named('lesson_id')} l on l.name = r.lesson
   order by r."createdAt", r.id
  on conflict (tenant_id, portable_id) do update set
    state = excluded.state, title = excluded.title, summary = excluded.summary, recommendation = excluded.recommendation,
    lesson_id = excluded.lesson_id, decided_by = excluded.decided_by, decided_at = excluded.decided_at,
    notes = excluded.notes, updated_at = excluded.updated_at
   where excluded.updated_at > p.updated_at
  returning xmax = 0 as added`;

const mergeWith =
  (rows: string, links: readonly string[]) =>
  async (ctx: MergeContext): Promise<Merged> => {
    const merged = await run<{ added: boolean }>(ctx, rows);
    for (const link of links) await run(ctx, link);
    return tally(merged);
  };

export const mergeLessons = mergeWith(LESSONS, LESSON_LINKS);
export const mergeHints = mergeWith(HINTS, HINT_LINKS);
export const mergeProposals = mergeWith(PROPOSALS, []);
