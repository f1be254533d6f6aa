import { and, eq, isNull, sql } from 'drizzle-orm';
import { ConflictError } from '../domain/errors.ts';
import { formatMicros } from '../domain/time.ts';
import { announce, incidentsUpdated } from '../live/outbox.ts';
import { lockDetection } from '../pipeline/incidents/context.ts';
import { recountRecurrences } from '../pipeline/incidents/recurrences.ts';
import { removeLinks, UNDONE } from '../store/provenance.ts';
import type { WriteTx } from '../store/store.ts';
import { incident, incidentMerge } from '../store/tables/memory.ts';
import type { VerbContext } from '../store/verb.ts';
import { takeBackMerged } from './merge-journal.ts';
import { lockIncidents, notFound } from './rows.ts';
import { actorOf, inTransaction } from './verb-steps.ts';

export interface UndoIncidentMergeInput {
  /** The incident that became part of another. */
  readonly incidentId: string;
  /** Default: the caller. */
  readonly author?: string | null | undefined;
}

export interface IncidentParted {
  readonly incidentId: string;
  /** What it had been part of. */
  readonly partedFromId: string;
}

const PATH = ['input', 'incidentId'];

/**
 * The merged incident stands for itself again, with all that it held; the other keeps what came to it since. Throws
 * NotFoundError, ValidationError, and ConflictError where there is no merge to undo, or a later one to undo first.
 */
export async function undoIncidentMerge(
  ctx: VerbContext,
  input: UndoIncidentMergeInput,
): Promise<IncidentParted> {
  const author = actorOf(ctx, 'author', input.author);
  const { tenantId } = ctx.caller;
  const { incidentId } = input;
  return inTransaction(ctx, async (tx) => {
    await lockDetection(tx, tenantId);
    const merge = await findMerge(tx, tenantId, incidentId);
    const { intoId } = merge;
    await refuseWithinAnother(tx, tenantId, incidentId, intoId);
    await tx
      .update(incidentMerge)
      .set({ undoneAt: formatMicros(ctx.clock.nowUs()), undoneBy: author })
      .where(and(eq(incidentMerge.tenantId, tenantId), eq(incidentMerge.mergeId, merge.mergeId)));
    await tx
      .update(incident)
      .set({ mergedIntoId: null, updatedAt: sql`clock_timestamp()` })
      .where(and(eq(incident.tenantId, tenantId), eq(incident.incidentId, incidentId)));
    await takeBackMerged(tx, merge);
    await removeLinks(
      tx,
      tenantId,
      [
        {
          source: { type: 'Incident', key: incidentId },
          target: { type: 'Incident', key: intoId },
          linkType: 'MERGED_INTO',
        },
      ],
      UNDONE,
    );
    await recountRecurrences({ tx, tenantId }, [incidentId, intoId]);
    await announce(tx, tenantId, incidentsUpdated([incidentId, intoId], 'PARTED'));
    return { incidentId, partedFromId: intoId };
  });
}

async function findMerge(tx: WriteTx, tenantId: number, incidentId: string) {
  const [merge] = await tx
    .select()
    .from(incidentMerge)
    .where(
      and(
        eq(incidentMerge.tenantId, tenantId),
        eq(incidentMerge.fromId, incidentId),
        isNull(incidentMerge.undoneAt),
      ),
    )
    .for('update');
  if (merge !== undefined) return merge;
  const known = await tx
    .select({ mergedIntoId: incident.mergedIntoId })
    .from(incident)
    .where(and(eq(incident.tenantId, tenantId), eq(incident.incidentId, incidentId)));
  if (known.length === 0) throw notFound('incident', PATH);
  if (known[0]!.mergedIntoId !== null)
    throw new ConflictError(
      'It was merged before this memory took it over, and what that merge brought is not on record: it cannot be undone.',
      PATH,
    );
  throw new ConflictError(
    'The incident is not part of another: there is nothing to undo. Name the one that was merged, not the one it went into.',
    PATH,
  );
}

async function refuseWithinAnother(
  tx: WriteTx,
  tenantId: number,
  incidentId: string,
  intoId: string,
): Promise<void> {
  const rows = await lockIncidents(tx, tenantId, [incidentId, intoId]);
  const into = rows.find((row) => row.incidentId === intoId)!;
  if (into.mergedIntoId === null) return;
  throw new ConflictError(
    `The incident "${into.title}", into which it was merged, has become part of another itself. Undo that merge first.`,
    PATH,
  );
}
