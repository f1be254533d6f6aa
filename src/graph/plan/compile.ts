// Compiles the selection on one row: each selected field becomes a slot, an SQL expression under the key from which
// the field's resolver picks its value. Relations become correlated subqueries that build JSON.
import { and, type SQL, sql } from 'drizzle-orm';
import type { FieldNode, GraphQLField, GraphQLObjectType, SelectionSetNode } from 'graphql';
import { collectFields, hasLiterals, type Operation, selectionSetsOf } from './collect.ts';
import { compileConnection } from './connection.ts';
import {
  type ColumnBundle,
  type FieldPlan,
  type NodeTable,
  type OneOfMember,
  PLAN_EXTENSION,
} from './declare.ts';
import { jsonObject, plainValue, quoted, type Slots } from './json.ts';
import { type CompiledRow, compileList, type RowCompiler } from './row-set.ts';
import { type Row, RowScope, TenantScope, type TenantTable } from './scope.ts';

/** Where a row keeps its own key, from which global ids are made. */
export const KEY_SLOT = '$key';

/** Where a row keeps what a computed field needs. */
export const bundleSlot = (bundle: string | null, field: string): string => `$${bundle ?? field}`;

const planOf = (field: GraphQLField<unknown, unknown>): FieldPlan | undefined =>
  field.extensions[PLAN_EXTENSION] as FieldPlan | undefined;

export class Compiler implements RowCompiler {
  readonly operation: Operation;
  readonly scope = new TenantScope();
  /** Whether a slot's name, and so the statement's text, holds a literal of the document. */
  quotesClient = false;

  constructor(operation: Operation) {
    this.operation = operation;
  }

  typeOf(node: NodeTable): GraphQLObjectType {
    return this.operation.schema.getType(node.type) as GraphQLObjectType;
  }

  row(node: NodeTable, selections: readonly SelectionSetNode[], row: Row<TenantTable>): CompiledRow {
    const type = this.typeOf(node);
    const scope = new RowScope(this.scope, row);
    const slots: Slots = new Map();
    for (const [slot, nodes] of collectFields(this.operation, type, selections)) {
      this.quotesClient ||= hasLiterals(nodes[0]!);
      const definition = type.getFields()[nodes[0]!.name.value];
      const plan = definition && planOf(definition);
      if (plan) this.#field({ slot, nodes, definition, plan, node, row, scope, slots });
    }
    return { slots, joins: sql.join(scope.joins) };
  }

  #field(f: FieldInRow): void {
    const { plan, slot, row } = f;
    switch (plan.kind) {
      case 'column':
        f.slots.set(slot, plainValue(plan.column(row)));
        return;
      case 'globalId':
        f.slots.set(KEY_SLOT, sql`${f.node.key(row)}::text`);
        return;
      case 'computed':
        f.slots.set(bundleSlot(plan.bundle.name, f.definition.name), this.#bundle(plan.bundle, f));
        return;
      case 'one':
        f.slots.set(
          slot,
          this.one(plan.node(), selectionSetsOf(f.nodes), (child) => plan.on(row, child, this.scope)),
        );
        return;
      case 'oneOf':
        f.slots.set(slot, this.#oneOf(plan.members(), f));
        return;
      case 'list':
        f.slots.set(slot, compileList(this, plan, f, row));
        return;
      case 'connection':
        compileConnection(this, plan, f, row, f.slots);
    }
  }

  #bundle(bundle: ColumnBundle, { row, scope }: FieldInRow): SQL {
    const values = Object.entries(bundle.select(row, scope));
    return jsonObject(new Map(values.map(([name, value]) => [name, plainValue(value)])));
  }

  /** A scalar subquery: the one row of `node` that satisfies `on`, as JSON, or null. */
  one(
    node: NodeTable,
    selections: readonly SelectionSetNode[],
    on: (child: Row<TenantTable>) => SQL | undefined,
    constants: Slots = new Map(),
  ): SQL {
    const { row, from, mine } = this.scope.table(node.table);
    const { slots, joins } = this.row(node, selections, row);
    const json = jsonObject(new Map([...constants, ...slots]));
    return sql`(select ${json} from ${from}${joins} where ${and(mine, on(row))})`;
  }

  #oneOf(members: readonly OneOfMember[], f: FieldInRow): SQL {
    const branches = members.map((member) => {
      const named = (child: Row<TenantTable>) => isNamed(member.node, child, member.key(f.row), this.scope);
      const typename: Slots = new Map([['__typename', sql`${quoted(member.node.type)}::text`]]);
      const value = this.one(member.node, selectionSetsOf(f.nodes), named, typename);
      return sql` when ${member.when(f.row)} then ${value}`;
    });
    return sql`case${sql.join(branches)} end`;
  }
}

/** A planned field where it stands: under which slot, of which row. */
export interface FieldInRow {
  readonly slot: string;
  readonly nodes: readonly FieldNode[];
  readonly definition: GraphQLField<unknown, unknown>;
  readonly plan: FieldPlan;
  readonly node: NodeTable;
  readonly row: Row<TenantTable>;
  readonly scope: RowScope;
  readonly slots: Slots;
}

export function isNamed(node: NodeTable, row: Row<TenantTable>, key: SQL, scope: TenantScope): SQL {
  return node.isNamed?.(row, key, scope) ?? sql`${node.key(row)} = ${key}::${sql.raw(node.keyType)}`;
}
