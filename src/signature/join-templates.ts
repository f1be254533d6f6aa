// One readable template for a family of forms: what their templates have in common, and `<*>` where they differ.
import { WILDCARD } from './pattern.ts';

const PIECE = /<\*>|[\p{L}\p{N}_]+|\s+|[^\s\p{L}\p{N}_]/gu;
const WORD = /^[\p{L}\p{N}_]/u;
const WORD_WEIGHT = 3;
/** Beyond this product of lengths the comparison costs more than the picture is worth. */
const MAX_CELLS = 250_000;

/** The longest common subsequence of two templates, words counting three times (Hirschberg, 1975, without his saving of space). */
export function joinTemplates(left: string, right: string): string {
  if (left === right) return left;
  const x = left.match(PIECE) ?? [];
  const y = right.match(PIECE) ?? [];
  if (x.length * y.length > MAX_CELLS) return left;
  const weights = x.map((piece) => (WORD.test(piece) ? WORD_WEIGHT : 1));
  const table = commonWeights(x, y, weights);
  let output = '';
  let i = 0;
  let j = 0;
  const append = (piece: string): void => {
    if (piece !== WILDCARD || !output.endsWith(WILDCARD)) output += piece;
  };
  while (i < x.length && j < y.length) {
    if (x[i] === y[j] && table[i]![j] === table[i + 1]![j + 1]! + weights[i]!) {
      append(x[i]!);
      i++;
      j++;
    } else {
      append(WILDCARD);
      if (table[i + 1]![j]! >= table[i]![j + 1]!) i++;
      else j++;
    }
  }
  if (i < x.length || j < y.length) append(WILDCARD);
  return output;
}

function commonWeights(x: readonly string[], y: readonly string[], weights: readonly number[]): Int32Array[] {
  const table = Array.from({ length: x.length + 1 }, () => new Int32Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i--) {
    const row = table[i]!;
    const below = table[i + 1]!;
    for (let j = y.length - 1; j >= 0; j--) {
      row[j] = x[i] === y[j] ? below[j + 1]! + weights[i]! : Math.max(below[j]!, row[j + 1]!);
    }
  }
  return table;
}

const OPENER: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Drops a closing bracket behind a wildcard when the wildcard swallowed its opening one. */
export function balanceBrackets(template: string): string {
  if (!/<\*>[)\]}]/.test(template)) return template;
  const open: string[] = [];
  let output = '';
  for (const character of template) {
    const opener = OPENER[character];
    if (opener === undefined) {
      if (character === '(' || character === '[' || character === '{') open.push(character);
    } else if (open.at(-1) === opener) {
      open.pop();
    } else if (output.endsWith(WILDCARD)) {
      continue;
    }
    output += character;
  }
  return output;
}
