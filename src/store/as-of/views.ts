// What was known at a time, as views that bear the names of the tables: a reader whose search path begins with their
// schema asks the very questions that it asks of today. `mnemograph.as_of` holds the time.
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { COUNTS_SQL } from './counts-sql.ts';
import { DERIVED_VIEWS } from './derived-views.ts';
import { RELATIONS } from './relations.ts';

export const AS_OF_SCHEMA = 'mnemograph_as_of';

/** Rows that are only ever added, and the column that tells since when they are known. */
const APPENDED: Readonly<Record<string, string>> = {
  signature_form: 'created_at',
  signature_alias: 'created_at',
  candidate_version: 'created_at',
  hint_outcome: 'created_at',
  review: 'reviewed_at',
  ingest_batch: 'received_at',
  change: 'created_at',
  correlation_group: 'created_at',
  incident_merge: 'merged_at',
  incident_recurrence: 'start_at',
  incident_event: 'event_ts',
  source_gap: 'to_at',
  removed_link: 'removed_at',
};

const AT = `current_setting('mnemograph.as_of')::timestamptz`;

interface Column {
  readonly name: string;
  readonly type: string;
}

type ColumnsOf = (table: string) => readonly Column[];

/** `expressions` replace columns of `row`. Types are kept to the letter, so that a prepared statement fits both. */
const select = (
  columns: readonly Column[],
  row: string,
  expressions: Readonly<Record<string, string>> = {},
) =>
  columns
    .map(({ name, type }) => `(${expressions[name] ?? `${row}."${name}"`})::${type} as "${name}"`)
    .join(', ');

function viewsOf(columnsOf: ColumnsOf, base: string): string[] {
  const view = (table: string, body: string) => `create view ${AS_OF_SCHEMA}."${table}" as ${body}`;
  const versioned = RELATIONS.map(({ table, owner, other }) =>
    view(
      table,
      `select ${select(columnsOf(table), 'p', { tenant_id: 'v.tenant_id', [owner]: 'v.owner_id', ...(other ? { [other]: 'v.other_id' } : {}) })}
         from ${base}.memory_version v cross join lateral jsonb_populate_record(null::${base}."${table}", v.content) p
        where v.relation = '${table}' and v.known_from <= ${AT} and (v.known_until is null or v.known_until > ${AT})`,
    ),
  );
  const appended = Object.entries(APPENDED).map(([table, since]) =>
    view(
      table,
      `select ${select(columnsOf(table), 'r')} from ${base}."${table}" r where r.${since} <= ${AT}`,
    ),
  );
  const derived = Object.entries(DERIVED_VIEWS).map(([table, { expressions, from }]) =>
    view(table, `select ${select(columnsOf(table), 'r', expressions(AT))} from ${from(base, AT)}`),
  );
  return [...versioned, ...appended, ...derived];
}

/** Before migrations: a table cannot be changed beneath its view. */
export const dropAsOfViews = (client: pg.ClientBase) =>
  client.query(`drop schema if exists ${AS_OF_SCHEMA} cascade`);

/** After migrations, in their lock. What is as it should be is left alone. */
export async function createAsOfViews(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ base: string; table: string; name: string; type: string }>(
    `select quote_ident(current_schema()) as base, c.relname as table, a.attname as name,
            format_type(a.atttypid, a.atttypmod) as type
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') order by c.oid, a.attnum`,
  );
  const base = rows[0]!.base;
  const columnsOf: ColumnsOf = (table) => rows.filter((row) => row.table === table);
  const statements = [
    `create schema ${AS_OF_SCHEMA}`,
    ...COUNTS_SQL(AS_OF_SCHEMA, base),
    ...viewsOf(columnsOf, base),
  ];
  const digest = createHash('sha256').update(statements.join(';\n')).digest('hex');
  const known = await client.query<{ digest: string | null }>(
    `select obj_description(oid, 'pg_namespace') as digest from pg_namespace where nspname = $1`,
    [AS_OF_SCHEMA],
  );
  if (known.rows[0]?.digest === digest) return;
  await dropAsOfViews(client);
  for (const statement of statements) await client.query(statement);
  await client.query(`comment on schema ${AS_OF_SCHEMA} is '${digest}'`);
}
