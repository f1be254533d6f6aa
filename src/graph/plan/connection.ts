// Relay connections: the statement reads the rows of one page (and one more, to know whether there is a next);
// edges, cursors and page info are made of them here.
import { type SQL, sql } from 'drizzle-orm';
import type { FieldNode, GraphQLObjectType, SelectionSetNode } from 'graphql';
import { getNamedType } from 'graphql';
import { collectFields, selectionSetsOf } from './collect.ts';
import { type CursorValue, decodeCursor, encodeCursor } from './cursor.ts';
import type { FieldPlan, Order } from './declare.ts';
import type { Slots } from './json.ts';
import { type Page, type PageArguments, pageOf } from './page.ts';
import { bind } from './render.ts';
import type { PlannedRow } from './row.ts';
import {
  argumentsOf,
  CURSOR_SLOT,
  compileCount,
  compileRowSet,
  jsonArray,
  orderOf,
  type RowCompiler,
  type SelectedField,
  type Window,
} from './row-set.ts';
import type { Row, TenantTable } from './scope.ts';

export type ConnectionPlan = Extract<FieldPlan, { kind: 'connection' }>;

/** What a connection field's selection needs of the database. */
export interface ConnectionSelection {
  readonly nodes: readonly SelectionSetNode[];
  readonly cursors: boolean;
  readonly pageInfo: boolean;
  readonly totalCount: boolean;
}

export function selectionOf(compiler: RowCompiler, field: SelectedField): ConnectionSelection {
  const type = getNamedType(field.definition.type) as GraphQLObjectType;
  const nodes: FieldNode[] = [];
  let cursors = false;
  let pageInfo = false;
  let totalCount = false;
  for (const [, selected] of collectFields(compiler.operation, type, selectionSetsOf(field.nodes))) {
    const name = selected[0]!.name.value;
    if (name === 'nodes') nodes.push(...selected);
    if (name === 'pageInfo') pageInfo = true;
    if (name === 'totalCount') totalCount = true;
    if (name === 'edges') {
      const edge = getNamedType(type.getFields().edges!.type) as GraphQLObjectType;
      const edgeFields = collectFields(compiler.operation, edge, selectionSetsOf(selected));
      nodes.push(...(edgeFields.get('node') ?? []));
      cursors ||= edgeFields.has('cursor');
    }
  }
  return { nodes: selectionSetsOf(nodes), cursors: cursors || pageInfo, pageInfo, totalCount };
}

/** Throws ValidationError for impossible `first` and `last`. */
export function windowOf(
  compiler: RowCompiler,
  plan: ConnectionPlan,
  field: SelectedField,
  selection: ConnectionSelection,
): Window {
  const args = argumentsOf(compiler, field);
  const page = pageOf(field.definition.name, args as PageArguments);
  return {
    limit: page.limit + (selection.pageInfo ? 1 : 0),
    backward: page.backward,
    cursors: selection.cursors,
    bounds: (row, order) => boundsOf(plan, field, page, row, order),
  };
}

// A row value comparison is one index range; `a < x or (a = x and id < y)` reads everything up to the cursor.
function boundsOf(
  plan: ConnectionPlan,
  field: SelectedField,
  page: Page,
  row: Row<TenantTable>,
  order: Order,
): SQL[] {
  const columns = order.columns(row);
  const bound = (argument: 'after' | 'before', operator: string): SQL => {
    const values = columns.map((_, i) =>
      bind((argumentsOf) => {
        const args = argumentsOf({ definition: field.definition, node: field.nodes[0]! });
        const { name } = orderOf(plan, args);
        return decodeCursor(field.definition.name, argument, String(args[argument]), name, columns)[i];
      }),
    );
    const left = sql.join([...columns], sql`, `);
    return sql`(${left}) ${sql.raw(operator)} (${sql.join(values, sql`, `)})`;
  };
  const [further, nearer] = order.direction === 'desc' ? ['<', '>'] : ['>', '<'];
  return [
    ...(page.after === null ? [] : [bound('after', further)]),
    ...(page.before === null ? [] : [bound('before', nearer)]),
  ];
}

export const totalSlot = (slot: string): string => `${slot}#total`;

/** A connection below the root: its rows under `slot`, its count beside them. */
export function compileConnection(
  compiler: RowCompiler,
  plan: ConnectionPlan,
  field: SelectedField & { readonly slot: string },
  parent: Row<TenantTable>,
  slots: Slots,
): void {
  const selection = selectionOf(compiler, field);
  const window = windowOf(compiler, plan, field, selection);
  const rows = compileRowSet(compiler, plan, field, parent, selection.nodes, window);
  slots.set(field.slot, jsonArray(rows));
  if (selection.totalCount) slots.set(totalSlot(field.slot), compileCount(compiler, plan, field, parent));
}

/** What the resolvers of a connection type pick from. */
export interface ConnectionValue {
  readonly rows: readonly PlannedRow[];
  readonly order: string;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number | null;
}

/** `rows` may hold one row more than the page. */
export function connectionValue(
  plan: Pick<ConnectionPlan, 'orders' | 'countLimit'>,
  field: string,
  args: PageArguments & { readonly orderBy?: string | null | undefined },
  rows: readonly PlannedRow[],
  total: number | undefined,
): ConnectionValue {
  const { limit, backward, after, before } = pageOf(field, args);
  const hasMore = rows.length > limit;
  const shown = !hasMore ? rows : backward ? rows.slice(rows.length - limit) : rows.slice(0, limit);
  const beyondLimit = total !== undefined && plan.countLimit !== null && total > plan.countLimit;
  return {
    rows: shown,
    order: (plan.orders.find((order) => order.name === args.orderBy) ?? plan.orders[0]).name,
    hasNextPage: backward ? before !== null : hasMore,
    hasPreviousPage: backward ? hasMore : after !== null,
    totalCount: total === undefined || beyondLimit ? null : total,
  };
}

export const cursorOf = (order: string, row: PlannedRow): string =>
  encodeCursor(order, row[CURSOR_SLOT] as CursorValue[]);
