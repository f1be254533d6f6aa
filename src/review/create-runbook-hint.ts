import { announce, incidentsUpdated } from '../live/outbox.ts';
import { hintConfidence } from '../memory/hint-record.ts';
import { runbookHint } from '../store/tables/lesson.ts';
import type { VerbContext } from '../store/verb.ts';
import { optionalJsonObject, requiredText } from './checked-text.ts';
import { HINT, type Linked, link, requireLinked } from './links.ts';
import { checkPriority } from './priority.ts';
import { inTransaction } from './verb-steps.ts';

/** With what it is shown with: at least one signature or incident. */
export interface CreateRunbookHintInput extends Omit<Linked, 'candidateIds'> {
  readonly title: string;
  readonly hintText: string;
  /** 0..100, greater comes first; default 0. */
  readonly priority?: number | null | undefined;
  readonly metadata?: unknown;
}

/** Returns the hint's key. Throws ValidationError, NotFoundError. */
export async function createRunbookHint(ctx: VerbContext, input: CreateRunbookHintInput): Promise<string> {
  const values = {
    title: requiredText('title', input.title),
    hintText: requiredText('hintText', input.hintText),
    priority: checkPriority(input.priority ?? 0),
    confidence: hintConfidence({ worked: 0, failed: 0 }),
    metadata: optionalJsonObject('metadata', input.metadata),
  };
  requireLinked(HINT, input);
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    const [row] = await tx
      .insert(runbookHint)
      .values({ tenantId, ...values })
      .returning({ hintId: runbookHint.hintId });
    const { hintId } = row!;
    const shownBy = await link(tx, tenantId, HINT, hintId, input);
    await announce(tx, tenantId, incidentsUpdated(shownBy, 'HINTED'));
    return hintId;
  });
}
