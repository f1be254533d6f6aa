// What the sample's operators have already done with one of its stories, so that the first question has an answer
// worth reading: the unlucky deploy is an incident with a lesson and a hint. All of it through the verbs of review.
import { formatMicros, type Micros } from '../../domain/time.ts';
import type { SeenBefore } from '../../memory/seen-before/answer.ts';
import { seenBefore } from '../../memory/seen-before/seen-before.ts';
import { createLesson } from '../../review/create-lesson.ts';
import { createRunbookHint } from '../../review/create-runbook-hint.ts';
import { promoteCandidate } from '../../review/promote-candidate.ts';
import { recordHintOutcome } from '../../review/record-hint-outcome.ts';
import type { VerbContext } from '../../store/verb.ts';
import { newLines } from './new-lines.ts';

const REVIEWER = 'ana@larkspur.example';

const INCIDENT = {
  title: 'Checkout failed after the deploy of shop 2.14.0',
  summary:
    'Version 2.14.0 reads the column discount_code, but its migration had not run. Checkouts failed on both web servers from 14:03 until the rollback to 2.13.4 at 14:11.',
  incidentType: 'deploy',
  impactLevel: 'HIGH',
} as const;

const LESSON = {
  title: 'Migrate first, then deploy',
  summary: 'The code reached production before the column that it reads.',
  recommendation:
    'Run the migrations before traffic reaches the new version, and let deployctl refuse a version whose migrations are pending.',
  confidence: 0.8,
};

const HINT = {
  title: 'Roll the shop back',
  hintText: 'deployctl rollback shop (takes 40 seconds), then run the pending migration and deploy again.',
  priority: 10,
};

interface SampleCandidate {
  readonly id: string;
  readonly state: string;
}

/** Does what is still to do: nothing the second time, and nothing once a person has decided otherwise. */
export async function rememberDeploy(ctx: VerbContext, anchorUs: Micros): Promise<void> {
  const known = await askAboutDeploy(ctx, anchorUs);
  if (known.signatureId === null) return;
  const candidates = await sampleCandidates(ctx, known.signatureId, anchorUs);
  const decidedOtherwise = known.incidents.length === 0 && candidates.some(({ state }) => state !== 'OPEN');
  if (candidates.length === 0 || decidedOtherwise) return;
  const incidentId = await promoteAll(ctx, candidates, known.incidents[0]?.incidentId ?? null);
  if (known.lessonIds.length === 0) await createLesson(ctx, { ...LESSON, incidentIds: [incidentId] });
  if (known.runbookHintIds.length > 0) return;
  const runbookHintId = await createRunbookHint(ctx, { ...HINT, incidentIds: [incidentId] });
  await recordHintOutcome(ctx, { runbookHintId, incidentId, outcome: 'WORKED', reporter: REVIEWER });
}

/** The question that the demo prints: a line of the deploy's family that was never ingested. */
export const askAboutDeploy = (ctx: VerbContext, anchorUs: Micros): Promise<SeenBefore> =>
  seenBefore(ctx, { message: { text: newLines(anchorUs).unluckyDeploy } });

export interface RememberedIncident {
  readonly title: string;
  readonly summary: string;
}

/** The incidents that the answer recalls, foremost first. */
export async function recalledIncidents(
  { store, caller }: VerbContext,
  answer: SeenBefore,
): Promise<RememberedIncident[]> {
  const ids = answer.incidents.map(({ incidentId }) => incidentId);
  return store.read<RememberedIncident[]>`
    select title, summary from incident
     where tenant_id = ${caller.tenantId} and incident_id = any(${ids}::bigint[])
     order by array_position(${ids}::bigint[], incident_id)`;
}

async function promoteAll(
  ctx: VerbContext,
  candidates: readonly SampleCandidate[],
  existingId: string | null,
): Promise<string> {
  let incidentId = existingId;
  for (const { id } of candidates.filter(({ state }) => state === 'OPEN')) {
    const wish = incidentId === null ? INCIDENT : { mergeIntoIncidentId: incidentId };
    const promoted = await promoteCandidate(ctx, { candidateId: id, reviewer: REVIEWER, ...wish });
    incidentId = promoted.incidentId;
  }
  return incidentId!;
}

async function sampleCandidates(
  { store, caller }: VerbContext,
  signatureId: string,
  anchorUs: Micros,
): Promise<SampleCandidate[]> {
  return store.read<SampleCandidate[]>`
    select c.candidate_id as id, c.state
      from candidate c
      join candidate_signature s on s.tenant_id = c.tenant_id and s.candidate_id = c.candidate_id
     where c.tenant_id = ${caller.tenantId} and s.signature_id = ${signatureId}::bigint
       and not c.withdrawn and c.redirected_to_id is null
       and c.last_seen_at < ${formatMicros(anchorUs)}::timestamptz
     order by c.score desc, c.candidate_id`;
}
