// The typed way to declare planned fields. A column with the wrong scalar, nullability or enum does not compile.
import type {
  FieldNullability,
  FieldRef,
  InputFieldMap,
  InputShapeFromFields,
  InterfaceRef,
  MaybePromise,
  ShapeFromTypeParam,
  TypeParam,
  UnionRef,
} from '@pothos/core';
import type { SQL } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { GraphQLResolveInfo } from 'graphql';
import type { NodeType } from '../domain/words.ts';
import { builder, type SchemaTypes } from './builder.ts';
import type { ColumnOptions, TypeOfColumn, Values } from './column-types.ts';
import { connectionOf, pageArguments, pageComplexity } from './connections.ts';
import type { GraphContext } from './context.ts';
import type { FilterRef } from './filters.ts';
import type { NodeTypeRef } from './nodes.ts';
import { slotOf } from './plan/collect.ts';
import { bundleSlot } from './plan/compile.ts';
import { type ConnectionPlan, connectionValue, totalSlot } from './plan/connection.ts';
import {
  type ColumnBundle,
  type Fan,
  type FieldPlan,
  type OneOfMember,
  type Order,
  PLAN_EXTENSION,
  type Relation,
  type SelectedColumns,
} from './plan/declare.ts';
import type { PlannedRow } from './plan/row.ts';
import { DEFAULT_LIST_SIZE } from './plan/row-set.ts';
import type { Row, RowScope, TenantScope, TenantTable } from './plan/scope.ts';

type ColumnsOf<T extends TenantTable> = T['_']['columns'];

type ComputedOptions<
  T extends TenantTable,
  S extends SelectedColumns,
  Type extends TypeParam<SchemaTypes>,
  Nullable extends FieldNullability<Type>,
  Args extends InputFieldMap,
> = {
  /** The columns it needs, or a bundle of them that several fields share. */
  readonly from: ColumnBundle<T, S> | ((row: Row<T>, scope: RowScope) => S);
  readonly type: Type;
  readonly nullable?: Nullable;
  readonly description: string;
  readonly args?: Args;
  readonly resolve: (
    values: Values<S>,
    args: InputShapeFromFields<Args>,
    context: GraphContext,
    info: GraphQLResolveInfo,
  ) => MaybePromise<ShapeFromTypeParam<SchemaTypes, Type, Nullable>>;
};

export interface ManyOptions<P extends TenantTable, C extends TenantTable> {
  readonly description: string;
  readonly on: Relation<P, C>;
  readonly order: Order<C>;
}

export interface ConnectionOptions<P extends TenantTable, C extends TenantTable> extends ManyOptions<P, C> {
  readonly filter?: FilterRef<C>;
  readonly fan?: Fan<P, C>;
  /** Where `totalCount` stops counting and answers null. */
  readonly countLimit?: number;
}

type AnyNodeRef<C extends TenantTable> = NodeTypeRef<NodeType, C>;
type AnyFieldRef = FieldRef<SchemaTypes>;

/** Pothos' options for a field that the planner reads. */
const planned = (plan: unknown) => ({ extensions: { [PLAN_EXTENSION]: plan as FieldPlan } });

const pick = (row: PlannedRow, _args: unknown, _context: unknown, info: GraphQLResolveInfo): unknown =>
  row[slotOf(info.fieldNodes[0]!)];

/** The columns that several computed fields share. */
export const bundle = <T extends TenantTable, S extends SelectedColumns>(
  name: string,
  _table: T,
  select: (row: Row<T>, scope: RowScope) => S,
): ColumnBundle<T, S> => ({ name, select });

/** A {@link Fan} over `table`: its rows of the parent, and the children that each feeds. */
export const fan = <P extends TenantTable, C extends TenantTable, F extends TenantTable>(
  table: F,
  of: (row: Row<F>, parent: Row<P>, scope: TenantScope) => SQL,
  feeds: (row: Row<F>, child: Row<C>) => SQL,
): Fan<P, C> => ({ table, of, feeds }) as unknown as Fan<P, C>;

type FieldBuilder = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, PlannedRow>;

/** Declares the fields of one node type on the columns of its table. */
export class NodeFields<T extends TenantTable> {
  readonly #t: FieldBuilder;

  constructor(t: FieldBuilder) {
    this.#t = t;
  }

  /** A column as it is. */
  column<K extends string & keyof ColumnsOf<T>>(
    name: K,
    options: ColumnOptions<ColumnsOf<T>[K]>,
  ): AnyFieldRef {
    const column = (row: TenantTable) => (row as unknown as Record<string, AnyPgColumn>)[name]!;
    return this.#t.field({
      ...(options as unknown as { type: 'String'; description: string }),
      ...planned({ kind: 'column', column }),
      resolve: pick as never,
    });
  }

  /** A column of whole millionths, as the fraction that it stands for. */
  millionths<K extends string & keyof ColumnsOf<T>>(
    name: TypeOfColumn<ColumnsOf<T>[K]> extends 'Int' ? K : never,
    options: { readonly description: string },
  ): AnyFieldRef {
    const column = (row: TenantTable) => (row as unknown as Record<string, AnyPgColumn>)[name]!;
    return this.#t.float({
      ...options,
      ...planned({ kind: 'column', column }),
      resolve: (row, args, context, info) => (pick(row, args, context, info) as number) / 1e6,
    });
  }

  /** Computed here from columns; for whatever else it fetches, use a DataLoader. */
  computed<
    S extends SelectedColumns,
    const Type extends TypeParam<SchemaTypes>,
    Nullable extends FieldNullability<Type> = false,
    Args extends InputFieldMap = Record<never, never>,
  >(options: ComputedOptions<T, S, Type, Nullable, Args>): AnyFieldRef {
    const { from, resolve, ...field } = options;
    const source = typeof from === 'function' ? { name: null, select: from } : from;
    return this.#t.field({
      ...(field as unknown as { type: 'String'; description: string }),
      ...planned({ kind: 'computed', bundle: source }),
      resolve: ((row: PlannedRow, args: never, context: GraphContext, info: GraphQLResolveInfo) =>
        resolve(row[bundleSlot(source.name, info.fieldName)] as Values<S>, args, context, info)) as never,
    });
  }

  /** The one row of `node` that `on` finds. */
  one<C extends TenantTable>(
    node: AnyNodeRef<C>,
    options: { readonly description: string; readonly nullable?: boolean; readonly on: Relation<T, C> },
  ): AnyFieldRef {
    const { on, ...field } = options;
    return this.#t.field({
      ...(field as { description: string; nullable?: false }),
      type: node,
      ...planned({ kind: 'one', node: () => node.node, on }),
      resolve: pick as never,
    });
  }

  /** The one row, of whichever member type, that the parent points at. */
  oneOf(
    type: UnionRef<SchemaTypes, PlannedRow> | InterfaceRef<SchemaTypes, PlannedRow>,
    options: { readonly description: string; readonly members: () => readonly OneOfMember<T>[] },
  ): AnyFieldRef {
    return this.#t.field({
      type,
      description: options.description,
      ...planned({ kind: 'oneOf', members: options.members }),
      resolve: pick as never,
    });
  }

  /** A plain list, for what stays short: at most `first` rows. `unlisted`: also those that no list of their own shows. */
  list<C extends TenantTable>(
    node: AnyNodeRef<C>,
    options: ManyOptions<T, C> & { readonly unlisted?: boolean },
  ): AnyFieldRef {
    const { description, on, order, unlisted = false } = options;
    const { listed, ...table } = node.node;
    const nodeTable = unlisted || listed === undefined ? table : { ...table, listed };
    return this.#t.field({
      type: [node],
      description,
      args: listArguments(),
      complexity: listComplexity,
      ...planned({ kind: 'list', node: () => nodeTable, on, orders: [order] }),
      resolve: pick as never,
    });
  }

  /** A Relay connection. */
  connection<C extends TenantTable>(node: AnyNodeRef<C>, options: ConnectionOptions<T, C>): AnyFieldRef {
    const { description, on, fan, order, filter, countLimit = null } = options;
    const plan = { kind: 'connection', node: () => node.node, on, fan, orders: [order], countLimit } as const;
    return this.#t.field({
      type: connectionOf(node as never),
      description,
      args: { ...pageArguments(), ...filterArgument(filter) },
      complexity: pageComplexity as never,
      ...planned({ ...plan, filter: filter?.terms }),
      resolve: ((row: PlannedRow, given: Record<string, never>, _: unknown, info: GraphQLResolveInfo) => {
        const slot = slotOf(info.fieldNodes[0]!);
        const total = row[totalSlot(slot)] as number | undefined;
        return connectionValue(
          plan as unknown as ConnectionPlan,
          info.fieldName,
          given,
          row[slot] as PlannedRow[],
          total,
        );
      }) as never,
    });
  }
}

export const filterArgument = (filter: FilterRef<never> | undefined): InputFieldMap =>
  filter === undefined
    ? {}
    : builder.args((t) => ({
        filter: t.field({ type: filter.input, description: 'Only what matches all that is given.' }),
      }));

export const listArguments = () =>
  builder.args((t) => ({
    first: t.int({
      defaultValue: DEFAULT_LIST_SIZE,
      description: 'How many at most, up to 100.',
    }),
  }));

/** Plain lists are short: counted as five rows. */
export const listComplexity = { field: 1, multiplier: 5 };
