// The words in which a field declares how it is read. They travel in `extensions.plan` of the GraphQL field;
// the compiler turns a selection of such fields into one SQL statement.
import type { SQL } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { NodeType } from '../../domain/words.ts';
import type { Row, RowScope, TenantScope, TenantTable } from './scope.ts';

/** The table that a GraphQL node type is read from. */
export interface NodeTable<T extends TenantTable = TenantTable> {
  readonly type: NodeType;
  readonly table: T;
  /** The column that, with the tenant, identifies a row. */
  readonly key: (row: Row<T>) => AnyPgColumn;
  readonly keyType: 'bigint' | 'uuid';
  /** What `row` must satisfy to be the node named `key`; the default is equality of the key column. */
  readonly isNamed?: (row: Row<T>, key: SQL, scope: TenantScope) => SQL;
  /** Rows that no list shows. */
  readonly listed?: (row: Row<T>) => SQL | undefined;
}

export type SelectedColumns = Record<string, AnyPgColumn | SQL>;

/** Columns (of the row and of its lookups) that computed fields share, read once under `name`. */
export interface ColumnBundle<
  T extends TenantTable = TenantTable,
  S extends SelectedColumns = SelectedColumns,
> {
  readonly name: string;
  readonly select: (row: Row<T>, scope: RowScope) => S;
}

/** How a child row is found from its parent's. */
export type Relation<P extends TenantTable, C extends TenantTable> = (
  parent: Row<P>,
  child: Row<C>,
  scope: TenantScope,
) => SQL | undefined;

/** Non-null columns, most significant first; the primary key must come last. One direction for all. */
export interface Order<T extends TenantTable = TenantTable> {
  readonly name: string;
  readonly direction: 'asc' | 'desc';
  readonly columns: (row: Row<T>) => readonly AnyPgColumn[];
}

/** One key of a filter input: the condition that `value`, a bound parameter, puts on `row`. */
export interface FilterTerm<T extends TenantTable = TenantTable> {
  readonly where: (row: Row<T>, value: SQL, scope: TenantScope) => SQL;
  /** From the coerced argument to the parameter; throws ValidationError. */
  readonly encode: (value: unknown, path: readonly string[]) => unknown;
}

export type FilterTerms<T extends TenantTable = TenantTable> = Readonly<Record<string, FilterTerm<T>>>;

/**
 * A list that many keys of one index feed: the window is read for each row of `table` apart, and the windows merged,
 * so that its cost depends on the page and not on all that lies behind it.
 */
export interface Fan<P extends TenantTable, C extends TenantTable, F extends TenantTable = TenantTable> {
  readonly table: F;
  readonly of: (fan: Row<F>, parent: Row<P>, scope: TenantScope) => SQL;
  readonly feeds: (fan: Row<F>, child: Row<C>) => SQL;
}

export interface RowSet<P extends TenantTable = TenantTable, C extends TenantTable = TenantTable> {
  readonly node: () => NodeTable<C>;
  /** Absent on root fields: all rows of the tenant. */
  readonly on?: Relation<P, C>;
  readonly fan?: Fan<P, C>;
  readonly filter?: FilterTerms<C>;
  readonly orders: readonly [Order<C>, ...Order<C>[]];
}

export type FieldPlan =
  | { readonly kind: 'column'; readonly column: (row: TenantTable) => AnyPgColumn }
  | { readonly kind: 'globalId' }
  | { readonly kind: 'computed'; readonly bundle: ColumnBundle }
  | { readonly kind: 'one'; readonly node: () => NodeTable; readonly on: Relation<TenantTable, TenantTable> }
  | { readonly kind: 'oneOf'; readonly members: () => readonly OneOfMember[] }
  | ({ readonly kind: 'list' } & RowSet)
  | ({ readonly kind: 'connection'; readonly countLimit: number | null } & RowSet);

/** One possible type of a polymorphic to-one field. */
export interface OneOfMember<P extends TenantTable = TenantTable> {
  readonly node: NodeTable;
  readonly when: (parent: Row<P>) => SQL;
  readonly key: (parent: Row<P>) => SQL;
}

export const PLAN_EXTENSION = 'plan';
