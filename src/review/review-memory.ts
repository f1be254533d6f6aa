// A decision on an incident or a lesson: it moves the confidence, and never deletes.
import { and, eq, sql } from 'drizzle-orm';
import type { ReviewDecision } from '../domain/words.ts';
import type { WriteTx } from '../store/store.ts';
import { lesson } from '../store/tables/lesson.ts';
import { incident } from '../store/tables/memory.ts';
import type { VerbContext } from '../store/verb.ts';
import { moveConfidence } from './confidence.ts';
import { inForce } from './decisions.ts';
import { appendReview, type ReviewSubject, readDecisions } from './review-log.ts';
import { lockIncident, lockLesson } from './rows.ts';

export interface MemoryDecision {
  readonly subjectId: string;
  readonly decision: ReviewDecision;
  readonly notes: string | null;
  readonly reviewer: string;
  readonly path: readonly string[];
}

export interface MemoryReviewed {
  readonly reviewId: string;
  /** Another one than asked for, where that was merged. */
  readonly subjectId: string;
}

export async function reviewIncident(
  tx: WriteTx,
  ctx: VerbContext,
  input: MemoryDecision,
): Promise<MemoryReviewed> {
  const row = await lockIncident(tx, ctx.caller.tenantId, input.subjectId, input.path);
  const subject = { type: 'Incident', key: row.incidentId } as const;
  const { reviewId, confidence } = await judge(tx, ctx, subject, row.confidence, input);
  await tx
    .update(incident)
    .set({ confidence, updatedAt: sql`clock_timestamp()` })
    .where(and(eq(incident.tenantId, row.tenantId), eq(incident.incidentId, row.incidentId)));
  return { reviewId, subjectId: row.incidentId };
}

export async function reviewLesson(
  tx: WriteTx,
  ctx: VerbContext,
  input: MemoryDecision,
): Promise<MemoryReviewed> {
  const row = await lockLesson(tx, ctx.caller.tenantId, input.subjectId, input.path);
  const subject = { type: 'Lesson', key: row.lessonId } as const;
  const { reviewId, confidence } = await judge(tx, ctx, subject, row.confidence, input);
  await tx
    .update(lesson)
    .set({ confidence, updatedAt: sql`clock_timestamp()` })
    .where(and(eq(lesson.tenantId, row.tenantId), eq(lesson.lessonId, row.lessonId)));
  return { reviewId, subjectId: row.lessonId };
}

async function judge(
  tx: WriteTx,
  ctx: VerbContext,
  subject: ReviewSubject,
  confidence: number,
  input: MemoryDecision,
): Promise<{ reviewId: string; confidence: number }> {
  const { tenantId } = ctx.caller;
  const { decision, notes, reviewer } = input;
  const earlier = await readDecisions(tx, tenantId, subject);
  const previous = inForce(earlier).find((d) => d.reviewer === reviewer)?.decision ?? null;
  const { reviewId } = await appendReview(tx, tenantId, ctx.clock.nowUs(), earlier, {
    subject,
    decision,
    notes,
    reviewer,
    about: {},
  });
  return { reviewId, confidence: moveConfidence(confidence, previous, decision) };
}
