// The only place that names a table. Whatever a plan touches, joins and subqueries included, it gets from here
// together with the caller's tenant: isolation does not depend on anyone remembering it.
import { and, type SQL, sql } from 'drizzle-orm';
import { type AnyPgColumn, alias, type PgTable } from 'drizzle-orm/pg-core';

/** The caller's tenant is `$1` of every statement; see `render.ts`. */
export const TENANT_PARAMETER = sql.raw('$1');

/** Only tables that carry the tenant can be read at all. */
export type TenantTable = PgTable & { readonly tenantId: AnyPgColumn };

/** An aliased row of `T`: its columns render as `"t3"."column"`. */
export type Row<T extends TenantTable> = T;

export interface ScopedTable<T extends TenantTable> {
  readonly row: Row<T>;
  /** `"table" "t3"` */
  readonly from: SQL;
  /** `"t3"."tenant_id" = $1` */
  readonly mine: SQL;
  /** `"t3"` */
  readonly name: SQL;
}

/** A to-one neighbour whose columns a row shows as its own. Compared by identity: joined once per row. */
export interface Lookup<P extends TenantTable, T extends TenantTable> {
  readonly table: T;
  readonly on: (parent: Row<P>, row: Row<T>, scope: TenantScope) => SQL;
}

export class TenantScope {
  #aliases = 0;

  table<T extends TenantTable>(table: T): ScopedTable<T> {
    const name = `t${++this.#aliases}`;
    const row = alias(table, name) as unknown as Row<T>;
    const identifier = sql.identifier(name);
    return {
      row,
      from: sql`${table} ${identifier}`,
      mine: sql`${row.tenantId} = ${TENANT_PARAMETER}`,
      name: sql`${identifier}`,
    };
  }

  exists<T extends TenantTable>(table: T, where: (row: Row<T>) => SQL | undefined): SQL {
    const { row, from, mine } = this.table(table);
    return sql`exists (select 1 from ${from} where ${and(mine, where(row))})`;
  }

  /** `(select …)`: for `in`, or as a scalar where at most one row matches. */
  select<T extends TenantTable>(
    table: T,
    pick: (row: Row<T>) => SQL | AnyPgColumn,
    where: (row: Row<T>) => SQL | undefined,
  ): SQL {
    const { row, from, mine } = this.table(table);
    return sql`(select ${pick(row)} from ${from} where ${and(mine, where(row))})`;
  }
}

/** The scope of one row: what is looked up for it is joined beside it. */
export class RowScope {
  readonly #scope: TenantScope;
  readonly #parent: TenantTable;
  readonly #joined = new Map<unknown, TenantTable>();
  readonly joins: SQL[] = [];

  constructor(scope: TenantScope, parent: TenantTable) {
    this.#scope = scope;
    this.#parent = parent;
  }

  lookup<P extends TenantTable, T extends TenantTable>(lookup: Lookup<P, T>): Row<T> {
    const known = this.#joined.get(lookup);
    if (known) return known as T;
    const { row, from, mine } = this.#scope.table(lookup.table);
    this.#joined.set(lookup, row);
    this.joins.push(sql` left join ${from} on ${and(mine, lookup.on(this.#parent as P, row, this.#scope))}`);
    return row;
  }
}
