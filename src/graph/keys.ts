// Global ids in mutation inputs as row keys, each with its place in the input should it be wrong.
import type { NodeType } from '../domain/words.ts';
import { keyOf } from './filters.ts';

type Id = string | number;

/** null where none was given. Throws ValidationError for the id of another type. */
export const optionalKey = (type: NodeType, field: string, id: Id | null | undefined): string | null =>
  id === null || id === undefined ? null : keyOf(type, String(id), ['input', field]);

/** Throws ValidationError with the index of the first id of another type in its path. */
export const keysOf = (type: NodeType, field: string, ids: readonly Id[] | null | undefined): string[] =>
  (ids ?? []).map((id, i) => keyOf(type, String(id), ['input', field, String(i)]));

export const requiredKey = (type: NodeType, field: string, id: Id): string =>
  keyOf(type, String(id), ['input', field]);
