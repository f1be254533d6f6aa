// The Relay types of a node type, and the arguments that every connection takes.
import type { ObjectRef } from '@pothos/core';
import { builder, type SchemaTypes } from './builder.ts';
import { type ConnectionValue, cursorOf } from './plan/connection.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, type PageArguments } from './plan/page.ts';
import type { PlannedRow } from './plan/row.ts';

interface EdgeValue {
  readonly row: PlannedRow;
  readonly order: string;
}

const PageInfo = builder.objectRef<ConnectionValue>('PageInfo').implement({
  description: 'Where a page lies in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', {
      description: 'Whether more follows this page. When paging backwards: whether `before` was given.',
    }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'Whether more precedes this page. When paging forwards: whether `after` was given.',
    }),
    startCursor: t.string({
      nullable: true,
      description: 'The cursor of the first edge, for `before`; null on an empty page.',
      resolve: ({ rows, order }) => (rows.length === 0 ? null : cursorOf(order, rows[0]!)),
    }),
    endCursor: t.string({
      nullable: true,
      description: 'The cursor of the last edge, for `after`; null on an empty page.',
      resolve: ({ rows, order }) => (rows.length === 0 ? null : cursorOf(order, rows.at(-1)!)),
    }),
  }),
});

const connectionTypes = new Map<string, ObjectRef<SchemaTypes, ConnectionValue>>();

/** `XConnection` and `XEdge` of the node type `X`, made once. */
export function connectionOf(
  node: ObjectRef<SchemaTypes, PlannedRow>,
): ObjectRef<SchemaTypes, ConnectionValue> {
  const known = connectionTypes.get(node.name);
  if (known) return known;
  const connection = builder.objectRef<ConnectionValue>(`${node.name}Connection`);
  connectionTypes.set(node.name, connection);
  const once = { field: 1, multiplier: 1 };
  const edge = edgeOf(node);
  connection.implement({
    description: `A page of a list of ${node.name}.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        complexity: once,
        description: 'The rows of this page, each with its cursor.',
        resolve: ({ rows, order }) => rows.map((row) => ({ row, order })),
      }),
      nodes: t.field({
        type: [node],
        complexity: once,
        description: 'The rows of this page, without cursors.',
        resolve: ({ rows }) => rows,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Where this page lies in the list.',
        resolve: (value) => value,
      }),
      totalCount: t.exposeInt('totalCount', {
        nullable: true,
        description:
          'How many there are beyond the page; counted only when selected. Events are counted up to 10,000: null says there are more.',
      }),
    }),
  });
  return connection;
}

function edgeOf(node: ObjectRef<SchemaTypes, PlannedRow>): ObjectRef<SchemaTypes, EdgeValue> {
  return builder.objectRef<EdgeValue>(`${node.name}Edge`).implement({
    description: `A ${node.name} in a list, with its cursor.`,
    fields: (t) => ({
      cursor: t.string({
        description: 'Opaque: pass it as `after` or `before` to the same list in the same order.',
        resolve: ({ row, order }) => cursorOf(order, row),
      }),
      node: t.field({ type: node, description: 'The row itself.', resolve: ({ row }) => row }),
    }),
  });
}

/** `first`, `last`, `after` and `before`. */
export const pageArguments = () =>
  builder.args((t) => ({
    first: t.int({
      description: `How many from the start, at most ${MAX_PAGE_SIZE}; ${DEFAULT_PAGE_SIZE} when neither first nor last is given.`,
    }),
    after: t.string({ description: 'A cursor: only what follows it.' }),
    last: t.int({ description: `How many from the end, at most ${MAX_PAGE_SIZE}. Not together with first.` }),
    before: t.string({ description: 'A cursor: only what precedes it.' }),
  }));

/** Complexity of a connection: what it selects, once per row of the page. */
export const pageComplexity = (args: PageArguments) => ({
  field: 1,
  multiplier: Math.max(0, Math.min(args.first ?? args.last ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)),
});
