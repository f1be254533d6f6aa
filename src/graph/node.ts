// The Node interface, and how a node type is implemented: its id, the interface, its planned fields.
import type { FieldMap } from '@pothos/core';
import { encodeGlobalId } from '../domain/global-id.ts';
import type { NodeType } from '../domain/words.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { NodeFields } from './fields.ts';
import type { NodeTypeRef } from './nodes.ts';
import { KEY_SLOT } from './plan/compile.ts';
import { PLAN_EXTENSION } from './plan/declare.ts';
import type { PlannedRow } from './plan/row.ts';
import type { TenantTable } from './plan/scope.ts';

export const Node = builder.interfaceRef<PlannedRow>('Node').implement({
  description: 'Anything with a global id.',
  fields: (t) => ({ id: t.id({ description: 'Opaque and lasting: pass it to node(id:).' }) }),
});

interface NodeImplementation<T extends TenantTable> {
  readonly description: string;
  readonly fields: (t: NodeFields<T>) => FieldMap;
}

/** Gives `ref` its description and fields; `id` comes by itself. */
export function implementNode<Name extends NodeType, T extends TenantTable>(
  ref: NodeTypeRef<Name, T>,
  { description, fields }: NodeImplementation<T>,
): void {
  builder.objectType(
    ref as never,
    {
      description,
      interfaces: [Node],
      fields: (t: PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, PlannedRow>) => ({
        id: t.id({
          description: 'Opaque and lasting: pass it to node(id:).',
          extensions: { [PLAN_EXTENSION]: { kind: 'globalId' } },
          resolve: (row) => encodeGlobalId(ref.node.type, String(row[KEY_SLOT])),
        }),
        ...fields(new NodeFields<T>(t)),
      }),
    } as never,
  );
}
