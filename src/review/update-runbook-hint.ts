import { and, eq, sql } from 'drizzle-orm';
import { announce, incidentsUpdated } from '../live/outbox.ts';
import { runbookHint } from '../store/tables/lesson.ts';
import type { VerbContext } from '../store/verb.ts';
import { givenText, optionalJsonObject } from './checked-text.ts';
import { checkLinked, HINT, type Linked, link } from './links.ts';
import { checkPriority } from './priority.ts';
import { lockHint } from './rows.ts';
import { inTransaction } from './verb-steps.ts';

/** Absent or null leaves a field as it is; ids are added to what the hint is shown with. */
export interface UpdateRunbookHintInput extends Omit<Linked, 'candidateIds'> {
  readonly runbookHintId: string;
  readonly title?: string | null | undefined;
  readonly hintText?: string | null | undefined;
  readonly priority?: number | null | undefined;
  readonly metadata?: unknown;
}

/** Returns the hint's key. Throws ValidationError, NotFoundError. */
export async function updateRunbookHint(ctx: VerbContext, input: UpdateRunbookHintInput): Promise<string> {
  const title = givenText('title', input.title);
  const hintText = givenText('hintText', input.hintText);
  const priority =
    input.priority === null || input.priority === undefined ? null : checkPriority(input.priority);
  const metadata = optionalJsonObject('metadata', input.metadata);
  checkLinked(HINT, input);
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    const row = await lockHint(tx, tenantId, input.runbookHintId, ['input', 'runbookHintId']);
    await tx
      .update(runbookHint)
      .set({
        title: title ?? row.title,
        hintText: hintText ?? row.hintText,
        priority: priority ?? row.priority,
        metadata: metadata ?? row.metadata,
        updatedAt: sql`clock_timestamp()`,
      })
      .where(and(eq(runbookHint.tenantId, tenantId), eq(runbookHint.hintId, row.hintId)));
    const shownBy = await link(tx, tenantId, HINT, row.hintId, input);
    await announce(tx, tenantId, incidentsUpdated(shownBy, 'HINTED'));
    return row.hintId;
  });
}
