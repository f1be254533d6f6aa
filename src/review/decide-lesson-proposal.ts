import { and, eq, sql } from 'drizzle-orm';
import { ConflictError, ValidationError } from '../domain/errors.ts';
import { formatMicros, type Micros } from '../domain/time.ts';
import { announce, incidentsUpdated } from '../live/outbox.ts';
import type { WriteTx } from '../store/store.ts';
import { lessonProposal } from '../store/tables/lesson.ts';
import type { VerbContext } from '../store/verb.ts';
import { givenText, optionalText } from './checked-text.ts';
import { insertLesson } from './create-lesson.ts';
import { notFound } from './rows.ts';
import { actorOf, inTransaction } from './verb-steps.ts';

export interface AcceptLessonProposalInput {
  readonly proposalId: string;
  /** What is left out is taken from the proposal; the recommendation must come from one of the two. */
  readonly title?: string | null | undefined;
  readonly summary?: string | null | undefined;
  readonly recommendation?: string | null | undefined;
  readonly confidence?: number | null | undefined;
  readonly decidedBy?: string | null | undefined;
}

export interface DismissLessonProposalInput {
  readonly proposalId: string;
  readonly notes?: string | null | undefined;
  readonly decidedBy?: string | null | undefined;
}

export interface ProposalDecided {
  readonly proposalId: string;
  /** Of what was accepted. */
  readonly lessonId: string | null;
}

type Proposal = typeof lessonProposal.$inferSelect;
const PATH = ['input', 'proposalId'];

/**
 * The proposal becomes a lesson, taught by its signature and by the incidents and candidates of that. Throws
 * ValidationError, NotFoundError, and ConflictError where somebody decided before.
 */
export async function acceptLessonProposal(
  ctx: VerbContext,
  input: AcceptLessonProposalInput,
): Promise<ProposalDecided> {
  const given = {
    title: givenText('title', input.title),
    summary: givenText('summary', input.summary),
    recommendation: givenText('recommendation', input.recommendation),
  };
  const decidedBy = actorOf(ctx, 'reviewer', input.decidedBy);
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    const proposal = await decide(tx, ctx, input.proposalId, { state: 'ACCEPTED', decidedBy });
    const recommendation = given.recommendation ?? proposal.recommendation;
    if (recommendation === null)
      throw new ValidationError('The proposal does not know what to do: say it in "recommendation".', [
        'input',
        'recommendation',
      ]);
    const { lessonId, taughtBy } = await insertLesson(tx, tenantId, {
      title: given.title ?? proposal.title,
      summary: given.summary ?? proposal.summary,
      recommendation,
      confidence: input.confidence,
      ...(await teachersOf(tx, proposal)),
    });
    await tx
      .update(lessonProposal)
      .set({ lessonId })
      .where(and(eq(lessonProposal.tenantId, tenantId), eq(lessonProposal.proposalId, proposal.proposalId)));
    await announce(tx, tenantId, incidentsUpdated(taughtBy, 'TAUGHT'));
    return { proposalId: proposal.proposalId, lessonId };
  });
}

/** Reviews from now on may propose it again. Throws NotFoundError, and ConflictError where somebody decided before. */
export async function dismissLessonProposal(
  ctx: VerbContext,
  input: DismissLessonProposalInput,
): Promise<ProposalDecided> {
  const notes = optionalText('notes', input.notes);
  const decidedBy = actorOf(ctx, 'reviewer', input.decidedBy);
  return inTransaction(ctx, async (tx) => {
    const { proposalId } = await decide(tx, ctx, input.proposalId, { state: 'DISMISSED', decidedBy, notes });
    return { proposalId, lessonId: null };
  });
}

async function decide(
  tx: WriteTx,
  { clock, caller: { tenantId } }: VerbContext,
  proposalId: string,
  decision: Pick<typeof lessonProposal.$inferInsert, 'state' | 'decidedBy' | 'notes'>,
): Promise<Proposal> {
  const itself = and(eq(lessonProposal.tenantId, tenantId), eq(lessonProposal.proposalId, proposalId));
  const [decided] = await tx
    .update(lessonProposal)
    .set({ ...decision, decidedAt: afterReviews(clock.nowUs()), updatedAt: sql`clock_timestamp()` })
    .where(and(itself, eq(lessonProposal.state, 'OPEN')))
    .returning();
  if (decided !== undefined) return decided;
  const [known] = await tx.select().from(lessonProposal).where(itself);
  if (known === undefined) throw notFound('lesson proposal', PATH);
  const what = known.state === 'ACCEPTED' ? 'accepted' : 'dismissed';
  throw new ConflictError(`${known.decidedBy} has ${what} the proposal already: nothing was changed.`, PATH);
}

/** Not before any review that the decision knew, whatever the clock of who recorded that. */
const afterReviews = (nowUs: Micros) => sql`greatest(
  ${formatMicros(nowUs)}::timestamptz,
  (select max(r.reviewed_at) from review r
    where r.tenant_id = ${lessonProposal.tenantId} and r.signature_id = ${lessonProposal.signatureId}))`;

const MAX_TEACHERS = 50;

async function teachersOf(
  tx: WriteTx,
  { tenantId, signatureId }: Proposal,
): Promise<{ signatureIds: string[]; incidentIds: string[]; candidateIds: string[] }> {
  const { rows } = await tx.execute<{ root: string; incidents: string[]; candidates: string[] }>(sql`
    with root as (
      select coalesce(s.merged_into_id, s.signature_id) as id from signature s
       where s.tenant_id = ${tenantId} and s.signature_id = ${signatureId}::bigint)
    select root.id::text as root,
           array(select i.incident_id::text from incident_signature x
                   join incident i on i.tenant_id = x.tenant_id and i.incident_id = x.incident_id
                  where x.tenant_id = ${tenantId} and x.signature_id = root.id
                    and i.status <> 'RETIRED' and i.merged_into_id is null
                  order by i.last_observed_at desc, i.incident_id limit ${MAX_TEACHERS}) as incidents,
           array(select r.candidate_id::text from review r
                  where r.tenant_id = ${tenantId} and r.signature_id = root.id and r.candidate_id is not null
                    and r.decision in ('USEFUL', 'PROMOTE')
                  group by r.candidate_id order by r.candidate_id limit ${MAX_TEACHERS}) as candidates
      from root`);
  const { root, incidents, candidates } = rows[0]!;
  return { signatureIds: [root], incidentIds: incidents, candidateIds: candidates };
}
