// Writes the versions of what a transaction changed, as its last act but the announcement. It finds that by itself:
// whoever changes a subject, or what is linked to it, touches the subject's `updated_at`, and what is the same as its
// last version gets none. Called by the frames of all writers, so that no verb can forget it.
import { sql } from 'drizzle-orm';
import type { WriteTx } from '../store.ts';
import { RELATIONS, type Relation, SUBJECTS } from './relations.ts';

/** Subjects that were written since the transaction began, by the column of their id. */
type Touched = Readonly<Record<keyof typeof SUBJECTS, readonly string[]>>;

/** `all`: also of what bears another time than this transaction's, since it was brought from elsewhere. */
export async function keepVersions(tx: WriteTx, tenantId: number, { all = false } = {}): Promise<void> {
  const touched = await findTouched(tx, tenantId, all);
  for (const relation of RELATIONS) await keep(tx, tenantId, relation, touched);
}

async function findTouched(tx: WriteTx, tenantId: number, all: boolean): Promise<Touched> {
  const of = Object.entries(SUBJECTS).map(
    ([id, table]) =>
      sql`select ${id} as column, ${sql.raw(id)}::text as id from ${sql.raw(table)}
           where tenant_id = ${tenantId} ${all ? sql`` : sql`and updated_at >= transaction_timestamp()`}`,
  );
  const { rows } = await tx.execute<{ column: keyof typeof SUBJECTS; id: string }>(
    sql.join(of, sql` union all `),
  );
  const idsOf = (column: keyof typeof SUBJECTS) => rows.filter((r) => r.column === column).map((r) => r.id);
  return { incident_id: idsOf('incident_id'), lesson_id: idsOf('lesson_id'), hint_id: idsOf('hint_id') };
}

async function keep(tx: WriteTx, tenantId: number, relation: Relation, touched: Touched): Promise<void> {
  const { table, owner, other } = relation;
  const byOwner = touched[owner as keyof Touched];
  const byOther = other !== undefined && other in touched ? touched[other as keyof Touched] : [];
  if (byOwner.length + byOther.length === 0) return;
  const ids = (list: readonly string[]) =>
    sql`(select x::bigint from json_array_elements_text(${JSON.stringify(list)}::json) as l(x))`;
  const otherColumn = sql.raw(other === undefined ? '0::bigint' : `r.${other}`);
  await tx.execute(sql`
    with current as materialized (
      select r.${sql.raw(owner)} as owner_id, ${otherColumn} as other_id, to_jsonb(r) as content
        from ${sql.raw(table)} r
       where r.tenant_id = ${tenantId}
         and (r.${sql.raw(owner)} in ${ids(byOwner)} or ${otherColumn} in ${ids(byOther)})
    ), last as materialized (
      select v.owner_id, v.other_id, v.content, v.known_from
        from memory_version v
       where v.tenant_id = ${tenantId} and v.relation = ${table} and v.known_until is null
         and (v.owner_id in ${ids(byOwner)} or v.other_id in ${ids(byOther)})
    ), moved as materialized (
      select coalesce(c.owner_id, l.owner_id) as owner_id, coalesce(c.other_id, l.other_id) as other_id, c.content,
             greatest(clock_timestamp(), l.known_from + interval '1 microsecond') as at
        from current c full join last l on l.owner_id = c.owner_id and l.other_id = c.other_id
       where c.content is distinct from l.content
    ), ended as (
      update memory_version v set known_until = m.at from moved m
       where v.tenant_id = ${tenantId} and v.relation = ${table} and v.owner_id = m.owner_id
         and v.other_id = m.other_id and v.known_until is null
    )
    insert into memory_version (tenant_id, relation, owner_id, other_id, known_from, content)
    select ${tenantId}::int, ${table}, owner_id, other_id, at, content from moved where content is not null
     order by owner_id, other_id`);
}
