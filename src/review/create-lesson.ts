import { announce, incidentsUpdated } from '../live/outbox.ts';
import type { WriteTx } from '../store/store.ts';
import { lesson } from '../store/tables/lesson.ts';
import type { VerbContext } from '../store/verb.ts';
import { millionthsOf, optionalJsonObject, requiredText } from './checked-text.ts';
import { LESSON, type Linked, link, requireLinked } from './links.ts';
import { inTransaction } from './verb-steps.ts';

/** With what taught it: at least one incident, candidate or signature. */
export interface CreateLessonInput extends Linked {
  readonly title: string;
  readonly summary: string;
  readonly recommendation: string;
  /** 0..1; default 0.5. */
  readonly confidence?: number | null | undefined;
  readonly metadata?: unknown;
}

const DEFAULT_CONFIDENCE = 0.5;

/** Returns the lesson's key. Throws ValidationError, NotFoundError. */
export async function createLesson(ctx: VerbContext, input: CreateLessonInput): Promise<string> {
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    const { lessonId, taughtBy } = await insertLesson(tx, tenantId, input);
    await announce(tx, tenantId, incidentsUpdated(taughtBy, 'TAUGHT'));
    return lessonId;
  });
}

/** Within a verb's transaction; `taughtBy` are the incidents that carry it. */
export async function insertLesson(
  tx: WriteTx,
  tenantId: number,
  input: CreateLessonInput,
): Promise<{ lessonId: string; taughtBy: readonly string[] }> {
  const values = {
    title: requiredText('title', input.title),
    summary: requiredText('summary', input.summary),
    recommendation: requiredText('recommendation', input.recommendation),
    confidence: millionthsOf('confidence', input.confidence ?? DEFAULT_CONFIDENCE),
    metadata: optionalJsonObject('metadata', input.metadata),
  };
  requireLinked(LESSON, input);
  const [row] = await tx
    .insert(lesson)
    .values({ tenantId, ...values })
    .returning({ lessonId: lesson.lessonId });
  const { lessonId } = row!;
  return { lessonId, taughtBy: await link(tx, tenantId, LESSON, lessonId, input) };
}
