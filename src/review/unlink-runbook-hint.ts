import { announce, incidentsUpdated } from '../live/outbox.ts';
import type { VerbContext } from '../store/verb.ts';
import { optionalText } from './checked-text.ts';
import { checkLinked, HINT, type Linked, unlink } from './links.ts';
import { lockHint, touchHint } from './rows.ts';
import { actorOf, inTransaction } from './verb-steps.ts';

/** What brings it up no longer: at least one of what it is linked with. */
export interface UnlinkRunbookHintInput extends Omit<Linked, 'candidateIds'> {
  readonly runbookHintId: string;
  readonly reason?: string | null | undefined;
  /** Default: the caller. */
  readonly author?: string | null | undefined;
}

/**
 * Takes links away; who did it, when and why stays on record, and linking again is an edit. Returns the hint's key.
 * Throws NotFoundError, ConflictError where it is not linked with what is named, ValidationError where nothing is left.
 */
export async function unlinkRunbookHint(ctx: VerbContext, input: UnlinkRunbookHintInput): Promise<string> {
  const { tenantId } = ctx.caller;
  const removal = { by: actorOf(ctx, 'author', input.author), reason: optionalText('reason', input.reason) };
  checkLinked(HINT, input);
  return inTransaction(ctx, async (tx) => {
    const { hintId } = await lockHint(tx, tenantId, input.runbookHintId, ['input', 'runbookHintId']);
    const shownBy = await unlink(tx, tenantId, HINT, hintId, input, removal);
    await touchHint(tx, tenantId, hintId);
    await announce(tx, tenantId, incidentsUpdated(shownBy, 'HINTED'));
    return hintId;
  });
}
