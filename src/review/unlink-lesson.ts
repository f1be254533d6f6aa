import { announce, incidentsUpdated } from '../live/outbox.ts';
import type { VerbContext } from '../store/verb.ts';
import { optionalText } from './checked-text.ts';
import { checkLinked, LESSON, type Linked, unlink } from './links.ts';
import { lockLesson, touchLesson } from './rows.ts';
import { actorOf, inTransaction } from './verb-steps.ts';

/** What taught it no longer, or never did: at least one of what it is linked with. */
export interface UnlinkLessonInput extends Linked {
  readonly lessonId: string;
  readonly reason?: string | null | undefined;
  /** Default: the caller. */
  readonly author?: string | null | undefined;
}

/**
 * Takes links away; who did it, when and why stays on record, and linking again is an edit. Returns the lesson's key.
 * Throws NotFoundError, ConflictError where it is not linked with what is named, ValidationError where nothing is left.
 */
export async function unlinkLesson(ctx: VerbContext, input: UnlinkLessonInput): Promise<string> {
  const { tenantId } = ctx.caller;
  const removal = { by: actorOf(ctx, 'author', input.author), reason: optionalText('reason', input.reason) };
  checkLinked(LESSON, input);
  return inTransaction(ctx, async (tx) => {
    const { lessonId } = await lockLesson(tx, tenantId, input.lessonId, ['input', 'lessonId']);
    const taughtBy = await unlink(tx, tenantId, LESSON, lessonId, input, removal);
    await touchLesson(tx, tenantId, lessonId);
    await announce(tx, tenantId, incidentsUpdated(taughtBy, 'TAUGHT'));
    return lessonId;
  });
}
