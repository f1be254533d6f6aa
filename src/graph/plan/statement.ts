// The statements that a plan enters by: a list or connection at the root, or nodes by their keys.
import { and, type SQL, sql } from 'drizzle-orm';
import type { Operation } from './collect.ts';
import { selectionSetsOf } from './collect.ts';
import { Compiler, isNamed } from './compile.ts';
import { type ConnectionPlan, selectionOf, windowOf } from './connection.ts';
import type { FieldPlan, NodeTable } from './declare.ts';
import { bind, render, type Statement } from './render.ts';
import type { PlannedRow } from './row.ts';
import { compileCount, compileRowSet, jsonArray, listWindow, type SelectedField } from './row-set.ts';

export type ListPlan = Extract<FieldPlan, { kind: 'list' }>;

/** A statement, and how its result becomes rows. `Result` rows come as arrays of column values. */
export interface Plan<Result> {
  readonly statement: Statement;
  /** Not where its text holds the client's own words: the server would keep a statement for each of them. */
  readonly prepare: boolean;
  readonly decode: (result: readonly unknown[][]) => Result;
}

export interface RootRows {
  readonly rows: readonly PlannedRow[];
  readonly total: number | undefined;
}

const rowReader =
  (slots: readonly string[], from = 0) =>
  (values: readonly unknown[]): PlannedRow => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < slots.length; i++) row[slots[i]!] = values[from + i];
    return row;
  };

const columns = (values: Iterable<SQL>): SQL => {
  const list = [...values];
  return list.length === 0 ? sql`1` : sql.join(list, sql`, `);
};

// Rows at the root come as rows: PostgreSQL spends less than half on them of what the same JSON costs it.
export function compileRoot(
  operation: Operation,
  plan: ConnectionPlan | ListPlan,
  field: SelectedField,
): Plan<RootRows> {
  const compiler = new Compiler(operation);
  const isConnection = plan.kind === 'connection';
  const selection = isConnection ? selectionOf(compiler, field) : null;
  const window = isConnection ? windowOf(compiler, plan, field, selection!) : listWindow(compiler, field);
  const nodes = selection ? selection.nodes : selectionSetsOf(field.nodes);
  const set = compileRowSet(compiler, plan, field, null, nodes, window);
  if (isConnection && selection!.totalCount) {
    const total = compileCount(compiler, plan, field, null);
    const statement = render(sql`select ${jsonArray(set)}, ${total}`);
    return {
      statement,
      prepare: !compiler.quotesClient,
      decode: ([values]) => ({ rows: values![0] as PlannedRow[], total: values![1] as number }),
    };
  }
  const statement = render(
    sql`select ${columns(set.slots.values())} from ${set.source} order by ${set.order}`,
  );
  const read = rowReader([...set.slots.keys()]);
  return {
    statement,
    prepare: !compiler.quotesClient,
    decode: (result) => ({ rows: result.map(read), total: undefined }),
  };
}

/** Nodes of one type by key, in one statement; null where there is none of the caller's. */
export function compileNodes(
  operation: Operation,
  node: NodeTable,
  field: SelectedField,
): Plan<ReadonlyMap<number, PlannedRow>> {
  const compiler = new Compiler(operation);
  const { row, from, mine } = compiler.scope.table(node.table);
  const { slots, joins } = compiler.row(node, selectionSetsOf(field.nodes), row);
  const keys = bind((_, wanted) => wanted);
  const keyType = sql.raw(`${node.keyType}[]`);
  const named = isNamed(node, row, sql`wanted.key`, compiler.scope);
  const statement = render(
    sql`select ${columns([sql`wanted.n::int`, ...slots.values()])} from unnest(${keys}::${keyType}) with ordinality wanted(key, n) join ${from} on ${and(mine, named)}${joins}`,
  );
  const read = rowReader([...slots.keys()], 1);
  return {
    statement,
    prepare: !compiler.quotesClient,
    decode: (result) =>
      new Map(
        result.map((values) => [
          (values[0] as number) - 1,
          { ...read(values), __typename: node.type } as PlannedRow,
        ]),
      ),
  };
}
