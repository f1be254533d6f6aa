// Finds and locks the rows that a verb is about. What does not exist for the caller's tenant is not found, whoever's
// it may be.
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { NotFoundError } from '../domain/errors.ts';
import type { WriteTx } from '../store/store.ts';
import { asset } from '../store/tables/asset.ts';
import { candidate } from '../store/tables/candidate.ts';
import { lesson, runbookHint } from '../store/tables/lesson.ts';
import { incident } from '../store/tables/memory.ts';
import { signature } from '../store/tables/signature.ts';

export type CandidateRow = typeof candidate.$inferSelect;
export type IncidentRow = typeof incident.$inferSelect;
export type LessonRow = typeof lesson.$inferSelect;
export type HintRow = typeof runbookHint.$inferSelect;

type Path = readonly string[];

const LIST_OF = {
  candidate: 'candidates',
  incident: 'incidents',
  lesson: 'lessons',
  'runbook hint': 'runbookHints',
  'lesson proposal': 'lessonProposals',
  signature: 'signatures',
  signal: 'signals',
  'signature binding': 'signatureBindings',
  asset: 'assets',
  rule: 'rules',
} as const;

export type Thing = keyof typeof LIST_OF;

export const notFound = (thing: Thing, path: Path) =>
  new NotFoundError(
    `This tenant has no ${thing} with the given id. Take the id from "${LIST_OF[thing]}", and check the tenant.`,
    path,
  );

/** The candidate itself, locked; an id that was joined with another leads to the one that lives on. */
export async function lockCandidate(
  tx: WriteTx,
  tenantId: number,
  candidateId: string,
  path: Path,
): Promise<CandidateRow> {
  const followed = new Set<string>();
  for (let id = candidateId; !followed.has(id); ) {
    followed.add(id);
    const [row] = await tx
      .select()
      .from(candidate)
      .where(and(eq(candidate.tenantId, tenantId), eq(candidate.candidateId, id)))
      .for('update');
    if (row === undefined) break;
    if (row.redirectedToId === null) return row;
    id = row.redirectedToId;
  }
  throw notFound('candidate', path);
}

/** The incident itself, locked; an id that was merged leads to the one that lives on. */
export async function lockIncident(
  tx: WriteTx,
  tenantId: number,
  incidentId: string,
  path: Path,
): Promise<IncidentRow> {
  const followed = new Set<string>();
  for (let id = incidentId; !followed.has(id); ) {
    followed.add(id);
    const [row] = await tx
      .select()
      .from(incident)
      .where(and(eq(incident.tenantId, tenantId), eq(incident.incidentId, id)))
      .for('update');
    if (row === undefined) break;
    if (row.mergedIntoId === null) return row;
    id = row.mergedIntoId;
  }
  throw notFound('incident', path);
}

/** The rows themselves, wherever they lead, locked in the order of their ids. */
export function lockIncidents(tx: WriteTx, tenantId: number, ids: readonly string[]): Promise<IncidentRow[]> {
  return tx
    .select()
    .from(incident)
    .where(and(eq(incident.tenantId, tenantId), inArray(incident.incidentId, [...ids])))
    .orderBy(asc(incident.incidentId))
    .for('update');
}

export async function lockLesson(
  tx: WriteTx,
  tenantId: number,
  lessonId: string,
  path: Path,
): Promise<LessonRow> {
  const [row] = await tx
    .select()
    .from(lesson)
    .where(and(eq(lesson.tenantId, tenantId), eq(lesson.lessonId, lessonId)))
    .for('update');
  if (row === undefined) throw notFound('lesson', path);
  return row;
}

export async function lockHint(tx: WriteTx, tenantId: number, hintId: string, path: Path): Promise<HintRow> {
  const [row] = await tx
    .select()
    .from(runbookHint)
    .where(and(eq(runbookHint.tenantId, tenantId), eq(runbookHint.hintId, hintId)))
    .for('update');
  if (row === undefined) throw notFound('runbook hint', path);
  return row;
}

/** Says that what the lesson is linked with changed. */
export const touchLesson = (tx: WriteTx, tenantId: number, lessonId: string) =>
  tx
    .update(lesson)
    .set({ updatedAt: sql`clock_timestamp()` })
    .where(and(eq(lesson.tenantId, tenantId), eq(lesson.lessonId, lessonId)));

/** Says that what the hint is linked with changed. */
export const touchHint = (tx: WriteTx, tenantId: number, hintId: string) =>
  tx
    .update(runbookHint)
    .set({ updatedAt: sql`clock_timestamp()` })
    .where(and(eq(runbookHint.tenantId, tenantId), eq(runbookHint.hintId, hintId)));

interface Referable {
  readonly table: PgTable;
  readonly tenantId: PgColumn;
  readonly id: PgColumn;
  /** Where the id leads, when the row was joined into another. */
  readonly leadsTo: PgColumn | null;
}

const REFERABLE = {
  candidate: {
    table: candidate,
    tenantId: candidate.tenantId,
    id: candidate.candidateId,
    leadsTo: candidate.redirectedToId,
  },
  incident: {
    table: incident,
    tenantId: incident.tenantId,
    id: incident.incidentId,
    leadsTo: incident.mergedIntoId,
  },
  signature: {
    table: signature,
    tenantId: signature.tenantId,
    id: signature.signatureId,
    leadsTo: signature.mergedIntoId,
  },
  asset: { table: asset, tenantId: asset.tenantId, id: asset.assetId, leadsTo: null },
} as const satisfies Record<string, Referable>;

/**
 * The rows' ids, without repetitions, each led to the row that lives on. Throws NotFoundError with the path of the
 * first unknown one.
 */
export async function resolveIds(
  tx: WriteTx,
  tenantId: number,
  thing: keyof typeof REFERABLE,
  ids: readonly string[],
  pathOf: (index: number) => Path,
): Promise<string[]> {
  if (ids.length === 0) return [];
  const { table, tenantId: tenantColumn, id: idColumn, leadsTo }: Referable = REFERABLE[thing];
  const known = new Map<string, string>();
  let wanted = [...new Set(ids)];
  while (wanted.length > 0) {
    const found = tx
      .select({ id: idColumn, to: leadsTo ?? sql<null>`null` })
      .from(table)
      .where(and(eq(tenantColumn, tenantId), inArray(idColumn, wanted)));
    // A signature that is joined meanwhile takes along what is linked to it by then.
    const rows = await (thing === 'signature' ? found.for('share') : found);
    for (const row of rows) known.set(row.id as string, (row.to as string | null) ?? (row.id as string));
    wanted = rows.flatMap(({ to }) => (to === null || known.has(to as string) ? [] : [to as string]));
  }
  const unknown = ids.findIndex((id) => !known.has(id));
  if (unknown >= 0) throw notFound(thing, pathOf(unknown));
  return [...new Set(ids.map((id) => follow(known, id)))];
}

/** One id, or none. Throws NotFoundError with `path`. */
export async function resolveId(
  tx: WriteTx,
  tenantId: number,
  thing: keyof typeof REFERABLE,
  id: string | null | undefined,
  path: Path,
): Promise<string | null> {
  if (id === null || id === undefined) return null;
  const [found] = await resolveIds(tx, tenantId, thing, [id], () => path);
  return found as string;
}

function follow(known: ReadonlyMap<string, string>, id: string): string {
  let at = id;
  for (let hops = 0; hops <= known.size; hops++) {
    const to = known.get(at);
    if (to === undefined || to === at) return at;
    at = to;
  }
  return at;
}
