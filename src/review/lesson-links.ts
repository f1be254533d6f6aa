// What taught a lesson, and what a runbook hint hints at: the join rows and their provenance.
import { ValidationError } from '../domain/errors.ts';
import { writeLinks } from '../store/provenance.ts';
import type { WriteTx } from '../store/store.ts';
import {
  candidateLesson,
  hintIncident,
  hintSignature,
  incidentLesson,
  lessonSignature,
} from '../store/tables/memory.ts';
import { resolveIds } from './rows.ts';

/** Entries of one id list. */
const MAX_IDS = 200;

export function checkIdCount(field: string, ids: readonly string[]): void {
  if (ids.length <= MAX_IDS) return;
  throw new ValidationError(`"${field}" names ${ids.length} ids; the limit is ${MAX_IDS}.`, ['input', field]);
}

const entryOf = (field: string) => (index: number) => ['input', field, String(index)];

export interface Teachers {
  readonly incidentIds: readonly string[];
  readonly candidateIds: readonly string[];
  readonly signatureIds: readonly string[];
}

export function checkTeachers(teachers: Teachers): void {
  for (const [field, ids] of Object.entries(teachers)) checkIdCount(field, ids);
}

export const withoutEvidence = () =>
  new ValidationError(
    'A lesson needs a path to its evidence: name at least one incident, candidate or signature that taught it.',
    ['input', 'incidentIds'],
  );

/** Returns the incidents that now carry the lesson. Throws NotFoundError for an unknown id. */
export async function linkLesson(
  tx: WriteTx,
  tenantId: number,
  lessonId: string,
  teachers: Teachers,
): Promise<string[]> {
  const incidentIds = await resolveIds(
    tx,
    tenantId,
    'incident',
    teachers.incidentIds,
    entryOf('incidentIds'),
  );
  const candidateIds = await resolveIds(
    tx,
    tenantId,
    'candidate',
    teachers.candidateIds,
    entryOf('candidateIds'),
  );
  const signatureIds = await resolveIds(
    tx,
    tenantId,
    'signature',
    teachers.signatureIds,
    entryOf('signatureIds'),
  );
  if (signatureIds.length > 0) {
    const rows = signatureIds.map((signatureId) => ({ tenantId, lessonId, signatureId }));
    await tx.insert(lessonSignature).values(rows).onConflictDoNothing();
  }
  if (incidentIds.length > 0) {
    const rows = incidentIds.map((incidentId) => ({ tenantId, incidentId, lessonId }));
    await tx.insert(incidentLesson).values(rows).onConflictDoNothing();
  }
  if (candidateIds.length > 0) {
    const rows = candidateIds.map((candidateId) => ({ tenantId, candidateId, lessonId }));
    await tx.insert(candidateLesson).values(rows).onConflictDoNothing();
  }
  const target = { type: 'Lesson', key: lessonId } as const;
  await writeLinks(tx, tenantId, [
    ...incidentIds.map((key) => ({
      source: { type: 'Incident', key } as const,
      target,
      linkType: 'TAUGHT' as const,
    })),
    ...candidateIds.map((key) => ({
      source: { type: 'Candidate', key } as const,
      target,
      linkType: 'TAUGHT' as const,
    })),
    ...signatureIds.map((key) => ({
      source: { type: 'Signature', key } as const,
      target,
      linkType: 'TAUGHT' as const,
    })),
  ]);
  return incidentIds;
}

export interface Triggers {
  readonly signatureIds: readonly string[];
  readonly incidentIds: readonly string[];
}

/** Returns the incidents that now show the hint. Throws NotFoundError for an unknown id. */
export async function linkHint(
  tx: WriteTx,
  tenantId: number,
  hintId: string,
  triggers: Triggers,
): Promise<string[]> {
  const signatureIds = await resolveIds(
    tx,
    tenantId,
    'signature',
    triggers.signatureIds,
    entryOf('signatureIds'),
  );
  const incidentIds = await resolveIds(
    tx,
    tenantId,
    'incident',
    triggers.incidentIds,
    entryOf('incidentIds'),
  );
  if (signatureIds.length > 0) {
    const rows = signatureIds.map((signatureId) => ({ tenantId, hintId, signatureId }));
    await tx.insert(hintSignature).values(rows).onConflictDoNothing();
  }
  if (incidentIds.length > 0) {
    const rows = incidentIds.map((incidentId) => ({ tenantId, hintId, incidentId }));
    await tx.insert(hintIncident).values(rows).onConflictDoNothing();
  }
  const source = { type: 'RunbookHint', key: hintId } as const;
  await writeLinks(tx, tenantId, [
    ...signatureIds.map((key) => ({
      source,
      target: { type: 'Signature', key } as const,
      linkType: 'HINTS_AT' as const,
    })),
    ...incidentIds.map((key) => ({
      source,
      target: { type: 'Incident', key } as const,
      linkType: 'HINTS_AT' as const,
    })),
  ]);
  return incidentIds;
}
