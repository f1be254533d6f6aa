// How many different words one place must have shown before it counts as a variable. The fewer words the rest of the
// message has, the weaker the likeness of the messages, and the more is asked.
import type { Token } from './shape.ts';
import { NAME_PREPOSITIONS, NAMED_NOUNS } from './wordlists.ts';

/** By the number of words left beside the slot; the last entry holds for all longer forms. */
const NEEDED_BY_WORDS_LEFT = [Number.POSITIVE_INFINITY, 8, 6, 5, 3] as const;
const FIRST_WORD_EXTRA = 4;
const FIRST_WORD_MIN_LEFT = 2;
const CAPITALS_EXTRA = 2;
const VERB_EXTRA = 6;
/** Behind `for`, and for a word that brackets glue to a variable, as `LOCAL(0)`: names stand there. */
const NEEDED_FOR_NAMES = 2;
/** Behind other prepositions and behind nouns for things that have names: `on web`, `container web`. */
const NEEDED_FOR_LIKELY_NAMES = 3;
const NAMES_MIN_LEFT = 2;
/** What a variable seen in the slot is worth in words. */
export const VARIABLE_EVIDENCE = 3;

const FOR = 'for';
const PARTICIPLE = /ed$/i;
const GERUND = /ing$/i;
const MIN_VERB_LENGTH = 5;

/** The word right before `position` in lower case; '' when there is none. */
function previousWord(tokens: readonly Token[], position: number): string {
  return (position > 0 ? tokens[position - 1]!.text : null)?.toLowerCase() ?? '';
}

/** Verbs say what happened: `VM started` and `VM paused` must not become one. Behind a preposition `fred` is a name. */
export function isVerbAt(tokens: readonly Token[], position: number): boolean {
  const word = tokens[position]!.text;
  if (word === null || word.length < MIN_VERB_LENGTH) return false;
  if (GERUND.test(word)) return true;
  return PARTICIPLE.test(word) && !NAME_PREPOSITIONS.has(previousWord(tokens, position));
}

function isCapitals(word: string): boolean {
  return word.length > 1 && word === word.toUpperCase() && word !== word.toLowerCase();
}

/** Whether the token can become a slot at all: keys and states never do. */
export function mayVary(token: Token): boolean {
  return !token.isKey && !token.isState;
}

/** The number of different words at `position` that make it a variable, `wordsLeft` being the words elsewhere. */
export function evidenceNeeded(tokens: readonly Token[], position: number, wordsLeft: number): number {
  const token = tokens[position]!;
  const word = token.text;
  if (word === null || (position === 0 && wordsLeft < FIRST_WORD_MIN_LEFT)) return Number.POSITIVE_INFINITY;
  let needed: number = NEEDED_BY_WORDS_LEFT[Math.min(wordsLeft, NEEDED_BY_WORDS_LEFT.length - 1)]!;
  if (position === 0) needed += FIRST_WORD_EXTRA;
  if (isVerbAt(tokens, position)) return needed + VERB_EXTRA;
  const previous = previousWord(tokens, position);
  if (previous === FOR) return Math.min(needed, NEEDED_FOR_NAMES);
  if (wordsLeft >= NAMES_MIN_LEFT && token.isGlued) return Math.min(needed, NEEDED_FOR_NAMES);
  if (isCapitals(word)) return position > 0 ? needed + CAPITALS_EXTRA : needed;
  const mayBeName =
    wordsLeft >= NAMES_MIN_LEFT && (NAME_PREPOSITIONS.has(previous) || NAMED_NOUNS.has(previous));
  return mayBeName ? Math.min(needed, NEEDED_FOR_LIKELY_NAMES) : needed;
}
