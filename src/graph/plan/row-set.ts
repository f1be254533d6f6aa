// Many rows of one table: the conditions that relation and filter put on them, their order and window.
import { and, type SQL, sql } from 'drizzle-orm';
import { type FieldNode, type GraphQLField, getArgumentValues, type SelectionSetNode } from 'graphql';
import { type Operation, selectionSetsOf } from './collect.ts';
import type { FilterTerms, NodeTable, Order, RowSet } from './declare.ts';
import { jsonObject, plainValue, type Slots } from './json.ts';
import { checkedLimit } from './page.ts';
import { type ArgumentSource, bind } from './render.ts';
import type { Row, TenantScope, TenantTable } from './scope.ts';

export interface CompiledRow {
  readonly slots: Slots;
  /** The lookups of the row, to follow its FROM. */
  readonly joins: SQL;
}

/** What compiles the selection on each row; see `compile.ts`. */
export interface RowCompiler {
  readonly operation: Operation;
  readonly scope: TenantScope;
  row(node: NodeTable, selections: readonly SelectionSetNode[], row: Row<TenantTable>): CompiledRow;
}

/** The selected field, wherever it stands. */
export interface SelectedField {
  readonly nodes: readonly FieldNode[];
  readonly definition: GraphQLField<unknown, unknown>;
}

export interface Window {
  readonly limit: number;
  /** From the end of the order. */
  readonly backward: boolean;
  /** Keyset conditions. */
  readonly bounds: (row: Row<TenantTable>, order: Order) => SQL[];
  readonly cursors: boolean;
}

export interface CompiledRowSet {
  readonly slots: Slots;
  /** What follows FROM: the limited rows, then their lookups. */
  readonly source: SQL;
  readonly order: SQL;
}

export const DEFAULT_LIST_SIZE = 50;
/** Where a row keeps what its cursor is made of. */
export const CURSOR_SLOT = '$cursor';

/** The coerced arguments at compile time: their presence shapes the statement, their values are bound later. */
export function argumentsOf(compiler: RowCompiler, field: SelectedField): Record<string, unknown> {
  return getArgumentValues(field.definition, field.nodes[0]!, compiler.operation.variableValues);
}

export function orderOf(plan: RowSet, args: Record<string, unknown>): Order {
  return plan.orders.find((order) => order.name === args.orderBy) ?? plan.orders[0];
}

export function compileRowSet(
  compiler: RowCompiler,
  plan: RowSet,
  field: SelectedField,
  parent: Row<TenantTable> | null,
  selections: readonly SelectionSetNode[],
  window: Window,
): CompiledRowSet {
  const node = plan.node();
  const args = argumentsOf(compiler, field);
  const order = orderOf(plan, args);
  const { row, from, mine, name } = compiler.scope.table(node.table);
  const conditions = [mine, ...conditionsOf(compiler, plan, field, args, parent, row)];
  conditions.push(...window.bounds(row, order));
  const { slots, joins } = compiler.row(node, selections, row);
  if (window.cursors) {
    const values = order.columns(row).map(plainValue);
    slots.set(CURSOR_SLOT, sql`json_build_array(${sql.join(values, sql`,`)})`);
  }
  const sorted = orderBy(order, row, window.backward);
  const rows = (from: SQL, where: SQL | undefined) =>
    sql`select ${name}.* from ${from} where ${where} order by ${sorted} limit ${sql.raw(String(window.limit))}`;
  const fan = fanOf(compiler, plan, parent, row);
  const limited = fan
    ? rows(
        sql`${fan.from} cross join lateral (${rows(from, and(...conditions, fan.feeds))}) ${name}`,
        fan.where,
      )
    : rows(from, and(...conditions));
  return { slots, source: sql`(${limited}) ${name}${joins}`, order: orderBy(order, row, false) };
}

function fanOf(
  compiler: RowCompiler,
  { fan }: RowSet,
  parent: Row<TenantTable> | null,
  row: Row<TenantTable>,
): { from: SQL; where: SQL | undefined; feeds: SQL } | null {
  if (!fan || !parent) return null;
  const feeder = compiler.scope.table(fan.table);
  return {
    from: feeder.from,
    where: and(feeder.mine, fan.of(feeder.row, parent, compiler.scope)),
    feeds: fan.feeds(feeder.row, row),
  };
}

/** How many rows there are before any window, counted no further than `countLimit` + 1. */
export function compileCount(
  compiler: RowCompiler,
  plan: RowSet & { readonly countLimit: number | null },
  field: SelectedField,
  parent: Row<TenantTable> | null,
): SQL {
  const node = plan.node();
  const { row, from, mine } = compiler.scope.table(node.table);
  const args = argumentsOf(compiler, field);
  const fan = fanOf(compiler, plan, parent, row);
  const where = and(mine, ...conditionsOf(compiler, plan, field, args, parent, row), fan?.where, fan?.feeds);
  const rows = sql`from ${fan ? sql`${fan.from} cross join ` : sql``}${from} where ${where}`;
  if (plan.countLimit === null) return sql`(select count(*)::int ${rows})`;
  return sql`(select count(*)::int from (select 1 ${rows} limit ${sql.raw(String(plan.countLimit + 1))}) counted)`;
}

/** A plain list: a JSON array of at most `first` rows. */
export function compileList(
  compiler: RowCompiler,
  plan: RowSet,
  field: SelectedField,
  parent: Row<TenantTable>,
): SQL {
  const window = listWindow(compiler, field);
  return jsonArray(compileRowSet(compiler, plan, field, parent, selectionSetsOf(field.nodes), window));
}

export function listWindow(compiler: RowCompiler, field: SelectedField): Window {
  const { first } = argumentsOf(compiler, field);
  const limit = checkedLimit(
    field.definition.name,
    'first',
    (first as number | undefined) ?? DEFAULT_LIST_SIZE,
  );
  return { limit, backward: false, bounds: () => [], cursors: false };
}

export const jsonArray = ({ slots, source, order }: CompiledRowSet): SQL =>
  sql`(select coalesce(json_agg(${jsonObject(slots)} order by ${order}), '[]'::json) from ${source})`;

function orderBy(order: Order, row: Row<TenantTable>, backward: boolean): SQL {
  const direction = sql.raw((order.direction === 'desc') !== backward ? ' desc' : ' asc');
  return sql.join(
    order.columns(row).map((column) => sql`${column}${direction}`),
    sql`, `,
  );
}

function conditionsOf(
  compiler: RowCompiler,
  plan: RowSet,
  field: SelectedField,
  args: Record<string, unknown>,
  parent: Row<TenantTable> | null,
  row: Row<TenantTable>,
): SQL[] {
  const source: ArgumentSource = { definition: field.definition, node: field.nodes[0]! };
  const conditions = [
    parent ? plan.on?.(parent, row, compiler.scope) : undefined,
    plan.node().listed?.(row),
    ...filterConditions(plan.filter, args.filter, source, row, compiler.scope),
  ];
  return conditions.filter((condition) => condition !== undefined);
}

/** A condition for each key of the filter that is given; its value is bound anew in each execution. */
function filterConditions(
  terms: FilterTerms | undefined,
  filter: unknown,
  source: ArgumentSource,
  row: Row<TenantTable>,
  scope: TenantScope,
): SQL[] {
  const given = (filter ?? {}) as Record<string, unknown>;
  return Object.entries(terms ?? {})
    .filter(([name]) => given[name] != null)
    .map(([name, term]) => {
      const value = bind((argumentsOf) => {
        const values = argumentsOf(source).filter as Record<string, unknown>;
        return term.encode(values[name], ['filter', name]);
      });
      return term.where(row, value, scope);
    });
}
