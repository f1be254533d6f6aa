// What a merge adds to the incident that lives on, and how it is taken back. What came to it since stays.
import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import { removeLinksWhere, UNDONE } from '../store/provenance.ts';
import type { WriteTx } from '../store/store.ts';
import { incidentMerge, type MergedIds, type MergeJournal } from '../store/tables/memory.ts';

type Merge = typeof incidentMerge.$inferSelect;

const HELD = {
  candidates: ['incident_candidate', 'candidate_id'],
  signatures: ['incident_signature', 'signature_id'],
  assets: ['incident_asset', 'asset_id'],
  lessons: ['incident_lesson', 'lesson_id'],
  hints: ['hint_incident', 'hint_id'],
} as const;

const KINDS = Object.keys(HELD) as (keyof MergedIds)[];

/** Copies what the merged incident holds, with the links to its lessons and hints. */
export async function addFromMerged(
  tx: WriteTx,
  tenantId: number,
  fromId: string,
  intoId: string,
): Promise<MergeJournal> {
  const perKind = (text: (table: SQL, column: SQL, kind: SQL) => SQL) =>
    sql.join(
      KINDS.map((kind) => {
        const [table, column] = HELD[kind];
        return text(sql.raw(table), sql.raw(column), sql.raw(kind));
      }),
      sql`, `,
    );
  const { rows } = await tx.execute<{ journal: MergeJournal }>(sql`
    with ${perKind(
      (table, column, kind) => sql`${kind} as (
        insert into ${table} (tenant_id, incident_id, ${column})
        select tenant_id, ${intoId}::bigint, ${column} from ${table}
         where tenant_id = ${tenantId} and incident_id = ${fromId}::bigint
        on conflict do nothing returning ${column}::text as id)`,
    )},
    taught as (
      insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type)
      select ${tenantId}::int, 'Incident', ${intoId}::text, 'Lesson', id, 'TAUGHT' from lessons
      on conflict do nothing),
    hinted as (
      insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type)
      select ${tenantId}::int, 'RunbookHint', id, 'Incident', ${intoId}::text, 'HINTS_AT' from hints
      on conflict do nothing)
    select json_build_object(
             'added', json_build_object(${perKind(
               (_, __, kind) =>
                 sql`'${kind}', (select coalesce(json_agg(id order by id), '[]') from ${kind})`,
             )}),
             'brought', json_build_object(${perKind(
               (table, column, kind) => sql`'${kind}', (
                 select coalesce(json_agg(${column}::text order by ${column}), '[]') from ${table}
                  where tenant_id = f.tenant_id and incident_id = f.incident_id)`,
             )}),
             'ownSignatures', (select coalesce(json_agg(signature_id::text), '[]') from incident_signature
                                where tenant_id = i.tenant_id and incident_id = i.incident_id),
             'firstObservedAt', i.first_observed_at, 'lastObservedAt', i.last_observed_at,
             'priorCount', f.recurrence_count - (select count(*) from incident_recurrence
                              where tenant_id = f.tenant_id and incident_id = f.incident_id)) as journal
      from incident i join incident f on f.tenant_id = i.tenant_id and f.incident_id = ${fromId}::bigint
     where i.tenant_id = ${tenantId} and i.incident_id = ${intoId}::bigint`);
  return rows[0]!.journal;
}

/** What the merge brought, without what the incident held by itself and what another merge that stands brought too. */
function taken(merge: Merge, all: readonly Merge[]): MergedIds {
  const idsOf = (kind: keyof MergedIds): readonly string[] => {
    const added = new Set(all.flatMap((m) => m.journal.added[kind]));
    const standing = all.filter((m) => m.undoneAt === null && m.mergeId !== merge.mergeId);
    const kept = new Set(standing.flatMap((m) => m.journal.brought[kind]));
    return merge.journal.brought[kind].filter((id) => added.has(id) && !kept.has(id));
  };
  return Object.fromEntries(KINDS.map((kind) => [kind, idsOf(kind)])) as MergedIds;
}

const idsIn = (keys: readonly string[]) =>
  sql`(select a.id::bigint from json_array_elements_text(${JSON.stringify(keys)}::json) as a(id))`;

/** Takes back what the merge added. A candidate that joined since keeps its signatures and assets there. */
export async function takeBackMerged(tx: WriteTx, merge: Merge): Promise<void> {
  const { tenantId, intoId, journal } = merge;
  const all = await tx
    .select()
    .from(incidentMerge)
    .where(and(eq(incidentMerge.tenantId, tenantId), eq(incidentMerge.intoId, intoId)))
    .orderBy(asc(incidentMerge.mergeId));
  const gone = taken(merge, all);
  const drop = (
    kind: keyof MergedIds,
    unless: (column: SQL) => SQL = () => sql`false`,
    ids = idsIn(gone[kind]),
  ) => {
    const [table, column] = HELD[kind];
    return tx.execute(sql`
      delete from ${sql.raw(table)} x
       where x.tenant_id = ${tenantId} and x.incident_id = ${intoId}::bigint
         and x.${sql.raw(column)} in ${ids} and not (${unless(sql`x.${sql.raw(column)}`)})`);
  };
  await drop('candidates');
  await drop('lessons');
  await drop('hints');
  await drop('assets', (id) => heldByCandidate(merge, 'candidate_asset', 'asset_id', id));
  const own = rootsOf(tenantId, all[0]!.journal.ownSignatures);
  await drop(
    'signatures',
    (id) => sql`${id} in ${own} or ${heldByCandidate(merge, 'candidate_signature', 'signature_id', id)}`,
    rootsOf(tenantId, gone.signatures),
  );
  await dropLinks(tx, merge, gone);
  await tx.execute(sql`
    update incident i set
           recurrence_count = i.recurrence_count - ${journal.priorCount}::int,
           first_observed_at = coalesce(
             (select min(c.first_seen_at) from incident_candidate ic
                join candidate c on c.tenant_id = ic.tenant_id and c.candidate_id = ic.candidate_id
                                and c.redirected_to_id is null and not c.withdrawn
               where ic.tenant_id = i.tenant_id and ic.incident_id = i.incident_id),
             ${journal.firstObservedAt}::timestamptz),
           last_observed_at = ${journal.lastObservedAt}::timestamptz
     where i.tenant_id = ${tenantId} and i.incident_id = ${intoId}::bigint`);
}

/** Signatures may have been joined since: what is bound is what they are joined into. */
const rootsOf = (tenantId: number, keys: readonly string[]) => sql`(
  select coalesce(s.merged_into_id, s.signature_id) from signature s
   where s.tenant_id = ${tenantId} and s.signature_id in ${idsIn(keys)})`;

const heldByCandidate = ({ tenantId, intoId }: Merge, table: string, column: string, id: SQL) => sql`
  exists (select 1 from incident_candidate ic
            join ${sql.raw(table)} c on c.tenant_id = ic.tenant_id and c.candidate_id = ic.candidate_id
           where ic.tenant_id = ${tenantId} and ic.incident_id = ${intoId}::bigint and c.${sql.raw(column)} = ${id})`;

const dropLinks = (tx: WriteTx, { tenantId, intoId }: Merge, gone: MergedIds) =>
  removeLinksWhere(
    tx,
    tenantId,
    sql`l.source_type = 'Incident' and l.source_key = ${intoId}::text and l.link_type = 'TAUGHT'
          and l.target_key::bigint in ${idsIn(gone.lessons)}
     or l.target_type = 'Incident' and l.target_key = ${intoId}::text and l.link_type = 'HINTS_AT'
          and l.source_key::bigint in ${idsIn(gone.hints)}`,
    UNDONE,
  );
