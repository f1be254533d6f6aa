import { ValidationError } from '../domain/errors.ts';
import { announce, incidentsUpdated } from '../live/outbox.ts';
import { lesson } from '../store/tables/memory.ts';
import type { VerbContext } from '../store/verb.ts';
import { millionthsOf, optionalJsonObject, requiredText } from './checked-text.ts';
import { checkIdCount, linkLesson } from './lesson-links.ts';
import { inTransaction } from './verb-steps.ts';

export interface CreateLessonInput {
  readonly title: string;
  readonly summary: string;
  readonly recommendation: string;
  /** 0..1; default 0.5. */
  readonly confidence?: number | null | undefined;
  /** What taught it: at least one incident or candidate. */
  readonly incidentIds?: readonly string[] | null | undefined;
  readonly candidateIds?: readonly string[] | null | undefined;
  readonly metadata?: unknown;
}

const DEFAULT_CONFIDENCE = 0.5;

/** Returns the lesson's key. Throws ValidationError, NotFoundError. */
export async function createLesson(ctx: VerbContext, input: CreateLessonInput): Promise<string> {
  const values = {
    title: requiredText('title', input.title),
    summary: requiredText('summary', input.summary),
    recommendation: requiredText('recommendation', input.recommendation),
    confidence: millionthsOf('confidence', input.confidence ?? DEFAULT_CONFIDENCE),
    metadata: optionalJsonObject('metadata', input.metadata),
  };
  const incidentIds = input.incidentIds ?? [];
  const candidateIds = input.candidateIds ?? [];
  checkIdCount('incidentIds', incidentIds);
  checkIdCount('candidateIds', candidateIds);
  if (incidentIds.length + candidateIds.length === 0) {
    throw new ValidationError(
      'A lesson needs a path to its evidence: name at least one incident or candidate that taught it.',
      ['input', 'incidentIds'],
    );
  }
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    const [row] = await tx
      .insert(lesson)
      .values({ tenantId, ...values })
      .returning({ lessonId: lesson.lessonId });
    const { lessonId } = row!;
    const taughtBy = await linkLesson(tx, tenantId, lessonId, { incidentIds, candidateIds });
    await announce(tx, tenantId, incidentsUpdated(taughtBy, 'TAUGHT'));
    return lessonId;
  });
}
