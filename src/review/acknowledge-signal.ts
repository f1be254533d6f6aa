import { and, eq, sql } from 'drizzle-orm';
import { formatMicros } from '../domain/time.ts';
import { announce } from '../live/outbox.ts';
import { signal } from '../store/tables/detection.ts';
import type { VerbContext } from '../store/verb.ts';
import { optionalText } from './checked-text.ts';
import { notFound } from './rows.ts';
import { actorOf, inTransaction } from './verb-steps.ts';

export interface AcknowledgeSignalInput {
  readonly signalId: string;
  readonly notes?: string | null | undefined;
  /** Default: the caller. */
  readonly acknowledgedBy?: string | null | undefined;
}

export interface Acknowledged {
  readonly signalId: string;
  /** False: somebody had acknowledged it before, and that stands. */
  readonly first: boolean;
}

/** The first acknowledgement stands; repeating it changes nothing. Throws ValidationError, NotFoundError. */
export async function acknowledgeSignal(
  ctx: VerbContext,
  input: AcknowledgeSignalInput,
): Promise<Acknowledged> {
  const { signalId } = input;
  const notes = optionalText('notes', input.notes);
  const acknowledgedBy = actorOf(ctx, 'acknowledgedBy', input.acknowledgedBy);
  const { tenantId } = ctx.caller;
  const itself = and(eq(signal.tenantId, tenantId), eq(signal.signalId, signalId));
  return inTransaction(ctx, async (tx) => {
    const { rowCount } = await tx
      .update(signal)
      .set({
        acknowledged: true,
        acknowledgedAt: formatMicros(ctx.clock.nowUs()),
        acknowledgedBy,
        notes: notes ?? sql`${signal.notes}`,
      })
      .where(and(itself, eq(signal.acknowledged, false)));
    if (rowCount === 0) {
      const known = await tx.select({ signalId: signal.signalId }).from(signal).where(itself);
      if (known.length === 0) throw notFound('signal', ['input', 'id']);
      return { signalId, first: false };
    }
    await announce(tx, tenantId, [{ topic: 'signal', subjectId: signalId, kind: 'UPDATED' }]);
    return { signalId, first: true };
  });
}
