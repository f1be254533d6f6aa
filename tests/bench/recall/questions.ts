// What is asked: lines of remembered families with other values, such lines with some of their words changed, and lines
// of programs that memory never met. Each comes with what is right.
import { type Random, seededRandom } from '../../../src/cli/demo/random.ts';
import { familiar, lineOf, type Part, strange } from './grammar.ts';
import { FAMILIAR, STRANGE } from './vocabulary.ts';

export type Kind = 'same' | 'changed' | 'stranger';

export interface Asked {
  readonly kind: Kind;
  readonly text: string;
  /** The number of the family that is right; null for a stranger's. */
  readonly family: number | null;
}

const SHARE_CHANGED = 0.15;
/** Of fewer words 15 % is none. */
const MIN_WORDS_CHANGED_OF = 4;
const WORD = /\p{L}+/gu;
/** Some of a stranger's words are everybody's. */
const SHARED_WORDS = 0.25;

/** `families`: numbers of remembered ones. */
export function questions(families: readonly number[], count: number, seed: number): Asked[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i): Asked => {
    if (i % 3 === 2) return { kind: 'stranger', text: strangersLine(i, random), family: null };
    if (i % 3 === 0) {
      const family = random.pick(families);
      return { kind: 'same', text: lineOf(familiar(family), random), family };
    }
    let family = random.pick(families);
    while (wordsIn(familiar(family)) < MIN_WORDS_CHANGED_OF) family = random.pick(families);
    return { kind: 'changed', text: lineOf(changed(familiar(family), random), random), family };
  });
}

const wordsIn = (parts: readonly Part[]): number =>
  parts.flatMap((part) => (typeof part === 'string' ? (part.match(WORD) ?? []) : [])).length;

/** Changes 15 % of the constant words: half to another known word, half to one never heard of. */
function changed(parts: readonly Part[], random: Random): Part[] {
  const words = wordsIn(parts);
  const places = new Set<number>();
  while (places.size < Math.round(words * SHARE_CHANGED)) places.add(random.between(0, words - 1));
  let at = 0;
  return parts.map((part) =>
    typeof part === 'string'
      ? part.replace(WORD, (word) => (places.has(at++) ? otherWord(word, random) : word))
      : part,
  );
}

function otherWord(word: string, random: Random): string {
  const other = random.pick(random.between(0, 1) === 0 ? FAMILIAR.things : STRANGE.deeds);
  return other === word ? 'elsewhere' : other;
}

function strangersLine(number: number, random: Random): string {
  const parts = strange(number).map((part) =>
    typeof part === 'string'
      ? part.replace(WORD, (word) =>
          STRANGE.things.includes(word) && random.between(1, 100) <= SHARED_WORDS * 100
            ? random.pick(FAMILIAR.things)
            : word,
        )
      : part,
  );
  return lineOf(parts, random);
}
