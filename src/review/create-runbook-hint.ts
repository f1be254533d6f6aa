import { ValidationError } from '../domain/errors.ts';
import { announce, incidentsUpdated } from '../live/outbox.ts';
import { hintConfidence } from '../memory/hint-record.ts';
import { runbookHint } from '../store/tables/memory.ts';
import type { VerbContext } from '../store/verb.ts';
import { optionalJsonObject, requiredText } from './checked-text.ts';
import { checkIdCount, linkHint } from './lesson-links.ts';
import { checkPriority } from './priority.ts';
import { inTransaction } from './verb-steps.ts';

export interface CreateRunbookHintInput {
  readonly title: string;
  readonly hintText: string;
  /** 0..100, greater comes first; default 0. */
  readonly priority?: number | null | undefined;
  /** What it is shown with: at least one signature or incident. */
  readonly signatureIds?: readonly string[] | null | undefined;
  readonly incidentIds?: readonly string[] | null | undefined;
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
  const signatureIds = input.signatureIds ?? [];
  const incidentIds = input.incidentIds ?? [];
  checkIdCount('signatureIds', signatureIds);
  checkIdCount('incidentIds', incidentIds);
  if (signatureIds.length + incidentIds.length === 0) {
    throw new ValidationError(
      'A hint needs an occasion to be shown: name at least one signature or incident.',
      ['input', 'signatureIds'],
    );
  }
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    const [row] = await tx
      .insert(runbookHint)
      .values({ tenantId, ...values })
      .returning({ hintId: runbookHint.hintId });
    const { hintId } = row!;
    const shownBy = await linkHint(tx, tenantId, hintId, { signatureIds, incidentIds });
    await announce(tx, tenantId, incidentsUpdated(shownBy, 'HINTED'));
    return hintId;
  });
}
