// A filter input is declared once: the GraphQL type of each key and the condition that its value puts on the row.
import type { EnumRef, InputObjectRef } from '@pothos/core';
import type { SQL } from 'drizzle-orm';
import { ValidationError } from '../domain/errors.ts';
import { decodeGlobalId } from '../domain/global-id.ts';
import { formatMicros, type Micros } from '../domain/time.ts';
import type { NodeType } from '../domain/words.ts';
import { builder, type SchemaTypes } from './builder.ts';
import type { FilterTerms } from './plan/declare.ts';
import type { Row, TenantScope, TenantTable } from './plan/scope.ts';

type AnyEnum = EnumRef<SchemaTypes, string> | EnumRef<SchemaTypes, number>;
type TermType = 'String' | 'Int' | 'Float' | 'Boolean' | 'DateTime' | AnyEnum;

export interface Term<T extends TenantTable> {
  readonly description: string;
  /** The type of the key; `[type]` for a list of them. */
  readonly type?: TermType | readonly [AnyEnum];
  /** Instead of `type`: the global id of such a node; `where` gets its key. */
  readonly id?: NodeType;
  readonly where: (row: Row<T>, value: SQL, scope: TenantScope) => SQL;
  /** From the argument to the parameter, where they differ. */
  readonly encode?: (value: never) => unknown;
}

export interface FilterRef<T extends TenantTable> {
  readonly input: InputObjectRef<SchemaTypes, Record<string, unknown>>;
  readonly terms: FilterTerms<T>;
}

export function filterInput<T extends TenantTable>(
  name: string,
  _table: T,
  description: string,
  terms: Readonly<Record<string, Term<T>>>,
): FilterRef<T> {
  const input = builder.inputRef<Record<string, unknown>>(name).implement({
    description,
    fields: (t) =>
      Object.fromEntries(
        Object.entries(terms).map(([key, term]) => [
          key,
          t.field({ type: (term.id ? 'ID' : term.type) as 'String', description: term.description }),
        ]),
      ) as never,
  });
  return { input, terms: filterTerms(terms) };
}

/** The planner's side of filter keys, or of plain arguments. */
export function filterTerms<T extends TenantTable>(terms: Readonly<Record<string, Term<T>>>): FilterTerms<T> {
  return Object.fromEntries(
    Object.entries(terms).map(([key, term]) => [key, { where: term.where, encode: encoderOf(term) }]),
  );
}

function encoderOf<T extends TenantTable>(term: Term<T>): FilterTerms<T>[string]['encode'] {
  const { id, type } = term;
  if (id) return (value, path) => keyOf(id, String(value), path);
  if (term.encode) return term.encode as (value: unknown) => unknown;
  if (type === 'DateTime') return (value) => formatMicros(value as Micros);
  return (value) => value;
}

/** The row key inside a global id; throws ValidationError where it is no id of a `type`. */
export function keyOf(type: NodeType, id: string, path: readonly string[]): string {
  const ref = decodeGlobalId(id);
  if (ref?.type === type) return ref.key;
  const found = ref ? `is the id of a ${ref.type}` : 'is no id of this server';
  throw new ValidationError(
    `${path.join('.')} must be the id of a ${type}; "${id.slice(0, 80)}" ${found}.`,
    path,
  );
}
