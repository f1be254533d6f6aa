import { and, eq, isNull, sql } from 'drizzle-orm';
import { ConflictError, ValidationError } from '../domain/errors.ts';
import { formatMicros } from '../domain/time.ts';
import { announce, incidentsUpdated } from '../live/outbox.ts';
import { lockDetection } from '../pipeline/incidents/context.ts';
import { recountRecurrences } from '../pipeline/incidents/recurrences.ts';
import { writeLinks } from '../store/provenance.ts';
import type { WriteTx } from '../store/store.ts';
import { incident, incidentMerge } from '../store/tables/memory.ts';
import type { VerbContext } from '../store/verb.ts';
import { optionalText } from './checked-text.ts';
import { checkIdCount } from './links.ts';
import { addFromMerged } from './merge-journal.ts';
import { type IncidentRow, lockIncident, lockIncidents, resolveIds } from './rows.ts';
import { settle } from './settle.ts';
import { actorOf, inTransaction } from './verb-steps.ts';

export interface MergeIncidentsInput {
  /** What becomes part of the other; at least one. */
  readonly fromIncidentIds: readonly string[];
  readonly intoIncidentId: string;
  readonly notes?: string | null | undefined;
  /** Default: the caller. */
  readonly author?: string | null | undefined;
}

export interface IncidentsMerged {
  readonly incidentId: string;
  readonly mergedIds: readonly string[];
}

const INTO = ['input', 'intoIncidentId'];
const FROM = ['input', 'fromIncidentIds'];

/**
 * Makes several incidents one: what they hold is the one's from then on, their ids lead to it, and each merge can be
 * undone apart. Throws ValidationError, NotFoundError, ConflictError.
 */
export async function mergeIncidents(ctx: VerbContext, input: MergeIncidentsInput): Promise<IncidentsMerged> {
  const notes = optionalText('notes', input.notes);
  const author = actorOf(ctx, 'author', input.author);
  checkIdCount('fromIncidentIds', input.fromIncidentIds);
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    await lockDetection(tx, tenantId);
    const { into, from } = await lockBoth(tx, tenantId, input);
    for (const row of from) {
      const mergedAt = formatMicros(ctx.clock.nowUs());
      await mergeOne(tx, into.incidentId, row, { notes, author, mergedAt });
    }
    await recountRecurrences({ tx, tenantId }, [into.incidentId]);
    if ([into, ...from].some(({ status }) => status === 'ACTIVE'))
      await settle(tx, tenantId, into.incidentId, 'ACTIVE');
    const mergedIds = from.map(({ incidentId }) => incidentId);
    await announce(tx, tenantId, incidentsUpdated([into.incidentId, ...mergedIds], 'MERGED'));
    return { incidentId: into.incidentId, mergedIds };
  });
}

/** The living incidents that the ids lead to, locked in the order of their ids. */
async function lockBoth(
  tx: WriteTx,
  tenantId: number,
  { fromIncidentIds, intoIncidentId }: MergeIncidentsInput,
): Promise<{ into: IncidentRow; from: IncidentRow[] }> {
  if (fromIncidentIds.length === 0)
    throw new ValidationError('Name at least one incident that is to become part of the other.', FROM);
  const pathOf = (i: number) => [...FROM, String(i)];
  const [intoId] = await resolveIds(tx, tenantId, 'incident', [intoIncidentId], () => INTO);
  const fromIds = await resolveIds(tx, tenantId, 'incident', fromIncidentIds, pathOf);
  if (fromIds.includes(intoId!))
    throw new ConflictError(
      'An incident cannot become part of itself: one of them already is the other, or was merged into it.',
      FROM,
    );
  await lockIncidents(tx, tenantId, [intoId!, ...fromIds]);
  const into = await lockIncident(tx, tenantId, intoId!, INTO);
  if (into.status === 'RETIRED')
    throw new ConflictError(
      `The incident "${into.title}" is retired. Set its status to ACTIVE first, or merge it into another.`,
      INTO,
    );
  const from: IncidentRow[] = [];
  for (const id of fromIds) from.push(await lockIncident(tx, tenantId, id, FROM));
  return { into, from };
}

async function mergeOne(
  tx: WriteTx,
  intoId: string,
  from: IncidentRow,
  how: Pick<typeof incidentMerge.$inferInsert, 'notes' | 'author' | 'mergedAt'>,
): Promise<void> {
  const { tenantId, incidentId: fromId } = from;
  const journal = await addFromMerged(tx, tenantId, fromId, intoId);
  await tx.insert(incidentMerge).values({ tenantId, fromId, intoId, journal, ...how });
  await tx
    .update(incident)
    .set({ mergedIntoId: intoId, updatedAt: sql`clock_timestamp()` })
    .where(
      and(eq(incident.tenantId, tenantId), eq(incident.incidentId, fromId), isNull(incident.mergedIntoId)),
    );
  await tx
    .update(incident)
    .set({ recurrenceCount: sql`${incident.recurrenceCount} + ${journal.priorCount}::int` })
    .where(and(eq(incident.tenantId, tenantId), eq(incident.incidentId, intoId)));
  await writeLinks(tx, tenantId, [
    {
      source: { type: 'Incident', key: fromId },
      target: { type: 'Incident', key: intoId },
      linkType: 'MERGED_INTO',
    },
  ]);
}
