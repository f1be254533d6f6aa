// Looks a word up by its hash while a line is classified: no substring is cut for it.
import { hash1, hash2 } from './hash.ts';
import {
  CALENDAR,
  FILE_EXTENSIONS,
  LITERALS,
  MONTHS,
  NAMES_WITH_DIGITS,
  STATE_WORDS,
  TOP_LEVEL_DOMAINS,
  UNITS,
  USER_COMPOUNDS,
  USER_NOUNS,
} from './wordlists.ts';

export const UNIT = 1;
export const CALENDAR_WORD = 2;
export const MONTH = 4;
export const LITERAL = 8;
export const USER_NOUN = 16;
export const STATE = 32;
export const USER_COMPOUND = 64;
export const NAME_WITH_DIGITS = 128;
export const EXTENSION = 256;
export const TOP_LEVEL_DOMAIN = 512;

const SLOTS = 4_096;

/** `Jan`, `jan` and `JAN` say the same: people and programs shout, or never capitalise. */
function spellings(word: string): ReadonlySet<string> {
  const lower = word.toLowerCase();
  return new Set([word, lower, lower.charAt(0).toUpperCase() + lower.slice(1), word.toUpperCase()]);
}

/** In small letters `may` is a verb, and the case of a unit may be its meaning (`mb`, `Mb`). */
const ONLY_AS_WRITTEN = new Set(['May', 'B', 'Z', 'AM', 'PM', 'am', 'pm', 'm', 'h', 'd', 's']);

class Lexicon {
  readonly #lane1 = new Int32Array(SLOTS);
  readonly #lane2 = new Int32Array(SLOTS);
  readonly #classes = new Uint16Array(SLOTS);

  add(word: string, wordClass: number): void {
    const lane1 = hash1(word);
    const lane2 = hash2(word);
    let slot = lane1 & (SLOTS - 1);
    while (this.#classes[slot] !== 0 && (this.#lane1[slot] !== lane1 || this.#lane2[slot] !== lane2)) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    this.#lane1[slot] = lane1;
    this.#lane2[slot] = lane2;
    this.#classes[slot] = this.#classes[slot]! | wordClass;
  }

  lookup(lane1: number, lane2: number): number {
    let slot = lane1 & (SLOTS - 1);
    while (this.#classes[slot] !== 0) {
      if (this.#lane1[slot] === lane1 && this.#lane2[slot] === lane2) return this.#classes[slot]!;
      slot = (slot + 1) & (SLOTS - 1);
    }
    return 0;
  }
}

function buildLexicon(): Lexicon {
  const lexicon = new Lexicon();
  const addSpellings = (words: readonly string[], wordClass: number): void => {
    for (const word of words) {
      if (ONLY_AS_WRITTEN.has(word)) lexicon.add(word, wordClass);
      else for (const spelling of spellings(word)) lexicon.add(spelling, wordClass);
    }
  };
  addSpellings(UNITS, UNIT);
  addSpellings(MONTHS, CALENDAR_WORD | MONTH);
  addSpellings(CALENDAR, CALENDAR_WORD);
  for (const word of LITERALS) lexicon.add(word, LITERAL);
  for (const word of USER_NOUNS) lexicon.add(word, USER_NOUN);
  for (const word of USER_COMPOUNDS) lexicon.add(word, USER_COMPOUND);
  for (const word of NAMES_WITH_DIGITS) lexicon.add(word, NAME_WITH_DIGITS);
  for (const word of FILE_EXTENSIONS) lexicon.add(word, EXTENSION);
  for (const word of TOP_LEVEL_DOMAINS) lexicon.add(word, TOP_LEVEL_DOMAIN);
  addSpellings([...STATE_WORDS.keys()], STATE);
  return lexicon;
}

const LEXICON = buildLexicon();

/** The classes of the word with these hashes (see hash.ts), 0 when it is in no list. */
export function wordClasses(lane1: number, lane2: number): number {
  return LEXICON.lookup(lane1, lane2);
}
