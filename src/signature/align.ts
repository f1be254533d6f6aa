// Reads the values of a message by a pattern that was drawn from several forms: what stands where its `<*>` are.
import { WILDCARD } from './pattern.ts';

/** The constant texts around the wildcards of a pattern. */
export const literalsOf = (pattern: string): string[] => pattern.split(WILDCARD);

/** One value per wildcard, each the shortest that fits; null where the message does not read like the pattern. */
export function valuesBetween(literals: readonly string[], message: string): string[] | null {
  const text = message.trim();
  if (!text.startsWith(literals[0]!)) return null;
  const values: string[] = [];
  let at = literals[0]!.length;
  for (let i = 1; i < literals.length; i++) {
    const literal = literals[i]!;
    const isLast = i === literals.length - 1;
    const end = isLast ? text.length - literal.length : text.indexOf(literal, at + 1);
    if (end < at || !text.startsWith(literal, end)) return null;
    values.push(text.slice(at, end));
    at = end + literal.length;
  }
  return at === text.length ? values : null;
}
