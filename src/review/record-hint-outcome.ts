import { and, eq, sql } from 'drizzle-orm';
import { hintConfidence } from '../memory/hint-record.ts';
import { hintOutcome, runbookHint } from '../store/tables/lesson.ts';
import type { VerbContext } from '../store/verb.ts';
import { optionalText } from './checked-text.ts';
import { lockHint, resolveId } from './rows.ts';
import { actorOf, inTransaction } from './verb-steps.ts';

export type HintOutcome = (typeof hintOutcome.$inferSelect)['outcome'];

export interface RecordHintOutcomeInput {
  readonly runbookHintId: string;
  readonly outcome: HintOutcome;
  /** Where it was tried. */
  readonly incidentId?: string | null | undefined;
  readonly candidateId?: string | null | undefined;
  readonly notes?: string | null | undefined;
  readonly reporter?: string | null | undefined;
}

/**
 * Appends what happened when a hint was followed; the counts and the confidence keep up. NOT_APPLICABLE counts as
 * shown and speaks neither for nor against. Returns the hint's key. Throws ValidationError, NotFoundError.
 */
export async function recordHintOutcome(ctx: VerbContext, input: RecordHintOutcomeInput): Promise<string> {
  const { outcome } = input;
  const notes = optionalText('notes', input.notes);
  const reporter = actorOf(ctx, 'reporter', input.reporter);
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    const row = await lockHint(tx, tenantId, input.runbookHintId, ['input', 'runbookHintId']);
    const incidentId = await resolveId(tx, tenantId, 'incident', input.incidentId, ['input', 'incidentId']);
    const candidateId = await resolveId(tx, tenantId, 'candidate', input.candidateId, [
      'input',
      'candidateId',
    ]);
    await tx.insert(hintOutcome).values({
      tenantId,
      hintId: row.hintId,
      outcome,
      incidentId,
      candidateId,
      notes,
      reporter,
    });
    const worked = row.workedCount + (outcome === 'WORKED' ? 1 : 0);
    const failed = row.failedCount + (outcome === 'FAILED' ? 1 : 0);
    await tx
      .update(runbookHint)
      .set({
        shownCount: row.shownCount + 1,
        workedCount: worked,
        failedCount: failed,
        confidence: hintConfidence({ worked, failed }),
        updatedAt: sql`clock_timestamp()`,
      })
      .where(and(eq(runbookHint.tenantId, tenantId), eq(runbookHint.hintId, row.hintId)));
    return row.hintId;
  });
}
