// Root fields that the planner reads: each is one statement.
import type { EnumRef } from '@pothos/core';
import type { Micros } from '../domain/time.ts';
import type { NodeType } from '../domain/words.ts';
import { asOfArgument, setAsOf } from './as-of.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { connectionOf, pageArguments, pageComplexity } from './connections.ts';
import { filterArgument, listArguments, listComplexity } from './fields.ts';
import type { FilterRef } from './filters.ts';
import type { NodeTypeRef } from './nodes.ts';
import { type ConnectionPlan, connectionValue } from './plan/connection.ts';
import type { Order } from './plan/declare.ts';
import { readRoot } from './plan/execute.ts';
import type { TenantTable } from './plan/scope.ts';
import type { ListPlan } from './plan/statement.ts';

interface RootConnection<T extends TenantTable> {
  readonly description: string;
  readonly filter?: FilterRef<T>;
  /** The first is the default; `orderBy` chooses among them by name. */
  readonly orders: readonly [Order<T>, ...Order<T>[]];
  readonly orderBy?: EnumRef<SchemaTypes, string>;
  /** Where `totalCount` stops counting and answers null. */
  readonly countLimit?: number | undefined;
  /** Whether it takes `asOf`. */
  readonly temporal?: boolean;
}

/** `Query.<name>`: all rows of the caller's tenant, filtered and paged. */
export function rootConnection<T extends TenantTable>(
  name: string,
  node: NodeTypeRef<NodeType, T>,
  { description, filter, orders, orderBy, countLimit, temporal }: RootConnection<T>,
): void {
  const plan = {
    kind: 'connection',
    node: () => node.node,
    orders,
    countLimit: countLimit ?? null,
    filter: filter?.terms,
  } as unknown as ConnectionPlan;
  const orderArgument = () =>
    orderBy &&
    builder.args((t) => ({
      orderBy: t.field({ type: orderBy, defaultValue: orders[0].name, description: 'What comes first.' }),
    }));
  builder.queryField(name, (t) =>
    t.field({
      type: connectionOf(node as never),
      description,
      args: {
        ...pageArguments(),
        ...filterArgument(filter as never),
        ...orderArgument(),
        ...(temporal && asOfArgument()),
      },
      complexity: pageComplexity,
      resolve: async (_root, args, context, info) => {
        setAsOf(context, info, (args as { asOf?: Micros | null }).asOf);
        const { rows, total } = await readRoot(plan, context, info);
        return connectionValue(plan, name, args, rows, total);
      },
    }),
  );
}

interface RootList<T extends TenantTable> {
  readonly description: string;
  readonly order: Order<T>;
}

/** `Query.<name>` as a plain list, for what stays short. */
export function rootList<T extends TenantTable>(
  name: string,
  node: NodeTypeRef<NodeType, T>,
  { description, order }: RootList<T>,
): void {
  const plan = { kind: 'list', node: () => node.node, orders: [order] } as unknown as ListPlan;
  builder.queryField(name, (t) =>
    t.field({
      type: [node],
      description,
      args: listArguments(),
      complexity: listComplexity,
      resolve: async (_root, _args, context, info) => (await readRoot(plan, context, info)).rows as never,
    }),
  );
}
