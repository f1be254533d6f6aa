import { and, eq, sql } from 'drizzle-orm';
import { announce, incidentsUpdated } from '../live/outbox.ts';
import { lesson } from '../store/tables/lesson.ts';
import type { VerbContext } from '../store/verb.ts';
import { givenText, millionthsOf, optionalJsonObject } from './checked-text.ts';
import { checkLinked, LESSON, type Linked, link } from './links.ts';
import { lockLesson } from './rows.ts';
import { inTransaction } from './verb-steps.ts';

/** Absent or null leaves a field as it is; ids are added to what taught the lesson. */
export interface UpdateLessonInput extends Linked {
  readonly lessonId: string;
  readonly title?: string | null | undefined;
  readonly summary?: string | null | undefined;
  readonly recommendation?: string | null | undefined;
  /** 0..1; reviews move it on from there. */
  readonly confidence?: number | null | undefined;
  readonly metadata?: unknown;
}

/** Returns the lesson's key. Throws ValidationError, NotFoundError. */
export async function updateLesson(ctx: VerbContext, input: UpdateLessonInput): Promise<string> {
  const title = givenText('title', input.title);
  const summary = givenText('summary', input.summary);
  const recommendation = givenText('recommendation', input.recommendation);
  const confidence =
    input.confidence === null || input.confidence === undefined
      ? null
      : millionthsOf('confidence', input.confidence);
  const metadata = optionalJsonObject('metadata', input.metadata);
  checkLinked(LESSON, input);
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    const row = await lockLesson(tx, tenantId, input.lessonId, ['input', 'lessonId']);
    await tx
      .update(lesson)
      .set({
        title: title ?? row.title,
        summary: summary ?? row.summary,
        recommendation: recommendation ?? row.recommendation,
        confidence: confidence ?? row.confidence,
        metadata: metadata ?? row.metadata,
        updatedAt: sql`clock_timestamp()`,
      })
      .where(and(eq(lesson.tenantId, tenantId), eq(lesson.lessonId, row.lessonId)));
    const taughtBy = await link(tx, tenantId, LESSON, row.lessonId, input);
    await announce(tx, tenantId, incidentsUpdated(taughtBy, 'TAUGHT'));
    return row.lessonId;
  });
}
