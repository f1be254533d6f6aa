// The values of a message as its signature shows them: a signature of several forms has a pattern drawn from all.
import { literalsOf, valuesBetween } from './align.ts';
import { parametersOf } from './engine.ts';
import type { Parameter } from './parameters.ts';

/**
 * One value per `<*>` of `pattern`, the pattern of a signature of several forms; none where the message does not read
 * like it. null: the signature has one form, and the message's own pattern counts.
 */
export function parametersIn(message: string, pattern: string | null): Parameter[] {
  const own = parametersOf(message);
  if (pattern === null) return own;
  const kinds = new Map(own.map(({ value, kind }) => [value, kind]));
  return (valuesBetween(literalsOf(pattern), message) ?? []).map((value, index) => ({
    index,
    value,
    kind: kinds.get(value) ?? 'text',
  }));
}
