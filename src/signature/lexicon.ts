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

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

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
  for (const word of UNITS) lexicon.add(word, UNIT);
  for (const word of MONTHS) lexicon.add(word, CALENDAR_WORD | MONTH);
  for (const word of CALENDAR) lexicon.add(word, CALENDAR_WORD);
  for (const word of LITERALS) lexicon.add(word, LITERAL);
  for (const word of USER_NOUNS) lexicon.add(word, USER_NOUN);
  for (const word of USER_COMPOUNDS) lexicon.add(word, USER_COMPOUND);
  for (const word of NAMES_WITH_DIGITS) lexicon.add(word, NAME_WITH_DIGITS);
  for (const word of FILE_EXTENSIONS) lexicon.add(word, EXTENSION);
  for (const word of TOP_LEVEL_DOMAINS) lexicon.add(word, TOP_LEVEL_DOMAIN);
  for (const word of STATE_WORDS.keys()) {
    for (const spelling of [word, capitalised(word), word.toUpperCase()]) lexicon.add(spelling, STATE);
  }
  return lexicon;
}

const LEXICON = buildLexicon();

/** The classes of the word with these hashes (see hash.ts), 0 when it is in no list. */
export function wordClasses(lane1: number, lane2: number): number {
  return LEXICON.lookup(lane1, lane2);
}
