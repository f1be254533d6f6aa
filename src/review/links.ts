// What taught a lesson, and what brings up a runbook hint: the join rows and their provenance.
import { sql } from 'drizzle-orm';
import { ConflictError, ValidationError } from '../domain/errors.ts';
import { type Removal, removeLinks, writeLinks } from '../store/provenance.ts';
import type { WriteTx } from '../store/store.ts';
import { resolveIds } from './rows.ts';

/** Entries of one id list. */
const MAX_IDS = 200;

export function checkIdCount(field: string, ids: readonly string[]): void {
  if (ids.length <= MAX_IDS) return;
  throw new ValidationError(`"${field}" names ${ids.length} ids; the limit is ${MAX_IDS}.`, ['input', field]);
}

const ENDS = {
  incidentIds: { thing: 'incident', type: 'Incident', column: 'incident_id' },
  candidateIds: { thing: 'candidate', type: 'Candidate', column: 'candidate_id' },
  signatureIds: { thing: 'signature', type: 'Signature', column: 'signature_id' },
} as const;

type Field = keyof typeof ENDS;

/** Ids of what a lesson or hint is linked with; absent is none. */
export type Linked = { readonly [F in Field]?: readonly string[] | null | undefined };

interface Owner {
  readonly type: 'Lesson' | 'RunbookHint';
  readonly column: string;
  readonly linkType: 'TAUGHT' | 'HINTS_AT';
  readonly tables: Readonly<Partial<Record<Field, string>>>;
  /** Why it cannot do without any. */
  readonly needs: string;
  /** Where the input names the ends. */
  readonly path: readonly string[];
}

export const LESSON: Owner = {
  type: 'Lesson',
  column: 'lesson_id',
  linkType: 'TAUGHT',
  tables: {
    incidentIds: 'incident_lesson',
    candidateIds: 'candidate_lesson',
    signatureIds: 'lesson_signature',
  },
  needs:
    'A lesson needs a path to its evidence: name at least one incident, candidate or signature that taught it.',
  path: ['input', 'incidentIds'],
};

export const HINT: Owner = {
  type: 'RunbookHint',
  column: 'hint_id',
  linkType: 'HINTS_AT',
  tables: { signatureIds: 'hint_signature', incidentIds: 'hint_incident' },
  needs: 'A hint needs an occasion to be shown: name at least one signature or incident.',
  path: ['input', 'signatureIds'],
};

const fieldsOf = (owner: Owner) => Object.entries(owner.tables) as [Field, string][];
const idsOf = (linked: Linked, field: Field): readonly string[] => linked[field] ?? [];

export function checkLinked(owner: Owner, linked: Linked): void {
  for (const [field] of fieldsOf(owner)) checkIdCount(field, idsOf(linked, field));
}

const isNothing = (linked: Linked) =>
  (Object.keys(ENDS) as Field[]).every((f) => idsOf(linked, f).length === 0);

/** Throws ValidationError where nothing is named. */
export function requireLinked(owner: Owner, linked: Linked): void {
  checkLinked(owner, linked);
  if (isNothing(linked)) throw new ValidationError(owner.needs, owner.path);
}

/** Returns the incidents that carry it now. Throws NotFoundError for an unknown id. */
export async function link(
  tx: WriteTx,
  tenantId: number,
  owner: Owner,
  ownerId: string,
  linked: Linked,
): Promise<readonly string[]> {
  const found = await resolve(tx, tenantId, owner, linked);
  for (const { table, column, ids } of found) {
    await tx.execute(sql`
      insert into ${sql.raw(table)} (tenant_id, ${sql.raw(owner.column)}, ${sql.raw(column)})
      select ${tenantId}::int, ${ownerId}::bigint, x.id::bigint from ${listed(ids)} as x(id) on conflict do nothing`);
  }
  await writeLinks(tx, tenantId, linksOf(owner, ownerId, found));
  return incidentsOf(found);
}

/**
 * Returns the incidents that carried it. Throws NotFoundError for an unknown id, ConflictError where it is not linked
 * with what is named, and ValidationError where nothing would be left, or nothing is named.
 */
export async function unlink(
  tx: WriteTx,
  tenantId: number,
  owner: Owner,
  ownerId: string,
  linked: Linked,
  removal: Removal,
): Promise<readonly string[]> {
  if (isNothing(linked))
    throw new ValidationError('Name at least one thing that it shall no longer be linked with.', owner.path);
  const found = await resolve(tx, tenantId, owner, linked);
  for (const { field, table, column, ids } of found) {
    const { rows } = await tx.execute<{ id: string }>(sql`
      delete from ${sql.raw(table)}
       where tenant_id = ${tenantId} and ${sql.raw(owner.column)} = ${ownerId}::bigint
         and ${sql.raw(column)} in (select x.id::bigint from ${listed(ids)} as x(id))
      returning ${sql.raw(column)}::text as id`);
    const tied = new Set(rows.map(({ id }) => id));
    const stranger = ids.findIndex((id) => !tied.has(id));
    if (stranger >= 0)
      throw new ConflictError(
        'It is not linked with that, or no longer: nothing was changed. Read what it is linked with, then name that.',
        ['input', field, String(stranger)],
      );
  }
  await refuseBare(tx, tenantId, owner, ownerId);
  await removeLinks(tx, tenantId, linksOf(owner, ownerId, found), removal);
  return incidentsOf(found);
}

async function refuseBare(tx: WriteTx, tenantId: number, owner: Owner, ownerId: string): Promise<void> {
  const left = fieldsOf(owner).map(
    ([, table]) => sql`exists (select 1 from ${sql.raw(table)}
      where tenant_id = ${tenantId} and ${sql.raw(owner.column)} = ${ownerId}::bigint)`,
  );
  const { rows } = await tx.execute<{ some: boolean }>(sql`select ${sql.join(left, sql` or `)} as some`);
  if (!rows[0]!.some)
    throw new ValidationError(
      `Nothing would be left. ${owner.needs} Link it with something else first.`,
      owner.path,
    );
}

interface Found {
  readonly field: Field;
  readonly table: string;
  readonly column: string;
  readonly type: (typeof ENDS)[Field]['type'];
  readonly ids: readonly string[];
}

/** One at a time, in the order of the ends: rows are locked. */
async function resolve(tx: WriteTx, tenantId: number, owner: Owner, linked: Linked): Promise<Found[]> {
  const found: Found[] = [];
  for (const [field, table] of fieldsOf(owner)) {
    const { thing, type, column } = ENDS[field];
    const pathOf = (index: number) => ['input', field, String(index)];
    const ids = await resolveIds(tx, tenantId, thing, idsOf(linked, field), pathOf);
    if (ids.length > 0) found.push({ field, table, column, type, ids });
  }
  return found;
}

const listed = (ids: readonly string[]) => sql`json_array_elements_text(${JSON.stringify(ids)}::json)`;

const incidentsOf = (found: readonly Found[]) => found.find(({ type }) => type === 'Incident')?.ids ?? [];

const linksOf = ({ type, linkType }: Owner, key: string, found: readonly Found[]) =>
  found.flatMap((ends) =>
    ends.ids.map((id) => {
      const end = { type: ends.type, key: id } as const;
      const itself = { type, key } as const;
      return linkType === 'TAUGHT'
        ? { source: end, target: itself, linkType }
        : { source: itself, target: end, linkType };
    }),
  );
