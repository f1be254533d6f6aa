// Fields of payloads and other computed objects that hold only a key: the planner reads the node, with whatever the
// field's selection asks of it, when the field resolves (in a mutation: after the write).
import type { FieldRef, InterfaceRef, UnionRef } from '@pothos/core';
import { ValidationError } from '../domain/errors.ts';
import { decodeGlobalId, type NodeRef } from '../domain/global-id.ts';
import type { NodeType } from '../domain/words.ts';
import type { SchemaTypes } from './builder.ts';
import { type NodeTypeRef, nodeTables } from './nodes.ts';
import { loadNode } from './plan/execute.ts';
import type { PlannedRow } from './plan/row.ts';
import type { TenantTable } from './plan/scope.ts';

type PayloadBuilder<P> = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, P>;
type AnyFieldRef = FieldRef<SchemaTypes>;
type AbstractRef = UnionRef<SchemaTypes, PlannedRow> | InterfaceRef<SchemaTypes, PlannedRow>;

/** `review: Review!` of a payload that holds a review's key. */
export function loaded<P, T extends TenantTable>(
  t: PayloadBuilder<P>,
  node: NodeTypeRef<NodeType, T>,
  options: { readonly description: string; readonly key: (payload: P) => string },
): AnyFieldRef {
  return t.field({
    type: node,
    description: options.description,
    resolve: async (payload, _args, context, info) => {
      const row = await loadNode(node.node as never, options.key(payload), context, info);
      if (row === null) throw new Error(`${node.name} ${options.key(payload)} is gone`);
      return row as never;
    },
  });
}

/** `incident: Incident`: null where the payload holds no key, or the node is gone. */
export function loadedOrNull<P, T extends TenantTable>(
  t: PayloadBuilder<P>,
  node: NodeTypeRef<NodeType, T>,
  options: { readonly description: string; readonly key: (payload: P) => string | null },
): AnyFieldRef {
  return t.field({
    type: node,
    nullable: true,
    description: options.description,
    resolve: (payload, _args, context, info) => {
      const key = options.key(payload);
      return key === null ? null : (loadNode(node.node as never, key, context, info) as never);
    },
  });
}

/** `newSignatures: [Signature!]!`: in the order of the keys, without those that are gone. */
export function loadedList<P, T extends TenantTable>(
  t: PayloadBuilder<P>,
  node: NodeTypeRef<NodeType, T>,
  options: { readonly description: string; readonly keys: (payload: P) => readonly string[] },
): AnyFieldRef {
  return t.field({
    type: [node],
    description: options.description,
    resolve: async (payload, _args, context, info) => {
      const keys = options.keys(payload);
      const rows = await Promise.all(keys.map((key) => loadNode(node.node as never, key, context, info)));
      return rows.filter((row) => row !== null) as never;
    },
  });
}

/** `subject: ReviewSubject!`: of whichever type the payload's reference says. */
export function loadedOneOf<P>(
  t: PayloadBuilder<P>,
  type: AbstractRef,
  options: { readonly description: string; readonly ref: (payload: P) => NodeRef },
): AnyFieldRef {
  return t.field({
    type,
    description: options.description,
    resolve: async (payload, _args, context, info) => {
      const { type: name, key } = options.ref(payload);
      const row = await loadNode(nodeTables.get(name)!, key, context, info);
      if (row === null) throw new Error(`${name} ${key} is gone`);
      return row;
    },
  });
}

/** A global id as a reference; throws ValidationError where it never was one, or is of no type in `types`. */
export function refOf(id: string, path: readonly string[], types?: readonly NodeType[]): NodeRef {
  const ref = decodeGlobalId(id);
  const expected = types ? `the id of a ${types.join(', ')}` : 'an id';
  if (ref && (!types || types.includes(ref.type))) return ref;
  throw new ValidationError(`${path.join('.')} must be ${expected} as this server gave it.`, path);
}
