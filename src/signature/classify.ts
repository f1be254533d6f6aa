// Decides for every atom of a line whether it is a word of the message or a value printed into it.
import type { Atoms } from './atoms.ts';
import * as atom from './atoms.ts';
import * as characters from './characters.ts';
import { HASH_SEED_1, HASH_SEED_2, step1, step2 } from './hash.ts';
import * as lexicon from './lexicon.ts';

// Constants of the module's own, for the compiler: see scan.ts.
const {
  AFTER_EQUALS,
  AFTER_OPEN,
  AFTER_SPACE,
  BEFORE_PORT,
  HARD,
  HAS_DOTS,
  HAS_SLASHES,
  IS_ADDRESS,
  IS_QUOTED,
  IS_STATE,
  LEADS_WITH_LETTER,
  LEADS_WITH_SLASH,
  SOFT,
  WORD,
} = atom;
const { AT, BACKSLASH, DIGIT, DOT, LETTER, NON_HEX } = characters;
const classOf = characters.classOf;
const {
  CALENDAR_WORD,
  EXTENSION,
  LITERAL,
  MONTH,
  NAME_WITH_DIGITS,
  STATE,
  TOP_LEVEL_DOMAIN,
  UNIT,
  USER_COMPOUND,
  USER_NOUN,
  wordClasses,
} = lexicon;

const PERCENT = 37;
const COMMA = 44;
const HYPHEN = 45;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const MAX_HOST_LIST = 64;
const FULL_STOP = 46;
const MIN_HEX_LETTERS = 8;

// What the previous atom means for the next one.
const NOTHING = 0;
const VARIABLE = 1;
const USER = 2;

/** Fills `atoms.role`, and marks state words in `atoms.traits`. */
export function classify(text: string, atoms: Atoms): void {
  const { count, role } = atoms;
  let context = NOTHING;
  for (let a = 0; a < count; a++) {
    const decided = roleByShape(text, atoms, a);
    if (decided === SOFT && isStateValue(atoms, a)) {
      role[a] = WORD;
      context = NOTHING;
      continue;
    }
    if (decided >= 0) {
      role[a] = decided;
      context = decided === WORD ? NOTHING : VARIABLE;
      continue;
    }
    const classes = wordClasses(atoms.hash[a]!, atoms.hash2[a]!);
    if ((classes & STATE) !== 0) atoms.traits[a] = atoms.traits[a]! | IS_STATE;
    const found = roleByMeaning(atoms, a, classes, context);
    role[a] = found;
    context = found !== WORD ? VARIABLE : (classes & USER_NOUN) !== 0 ? USER : NOTHING;
  }
}

/** `state=down`, `is now 'offline'`: the value is what the message says. */
function isStateValue(atoms: Atoms, a: number): boolean {
  if ((atoms.traits[a]! & DIGIT) !== 0) return false;
  if ((wordClasses(atoms.hash[a]!, atoms.hash2[a]!) & STATE) === 0) return false;
  atoms.traits[a] = atoms.traits[a]! | IS_STATE;
  return true;
}

/** The role that an atom's own characters and delimiters give it; -1 when it looks like any word. */
function roleByShape(text: string, atoms: Atoms, a: number): number {
  const traits = atoms.traits[a]!;
  const before = atoms.before[a]!;
  if ((traits & IS_QUOTED) !== 0) return SOFT;
  if ((traits & DIGIT) !== 0) return roleWithDigit(text, atoms, a);
  if ((before & AFTER_EQUALS) !== 0 && !startsNextPair(atoms, a)) return SOFT;
  const length = atoms.end[a]! - atoms.start[a]!;
  if ((traits & (IS_ADDRESS | AT | BACKSLASH | HAS_SLASHES)) !== 0) return HARD;
  if ((traits & LEADS_WITH_SLASH) !== 0) return length > 1 ? HARD : SOFT;
  if ((traits & HAS_DOTS) !== 0) return roleOfDotted(text, atoms, a);
  if ((traits & BEFORE_PORT) !== 0 && isHostName(text, atoms.start[a]!, atoms.end[a]!)) return HARD;
  if ((traits & DOT) !== 0 && (lastLabelClasses(atoms, a) & (EXTENSION | TOP_LEVEL_DOMAIN)) !== 0)
    return SOFT;
  if ((traits & NON_HEX) === 0 && length >= MIN_HEX_LETTERS) return HARD;
  return (atoms.before[a + 1]! & AFTER_OPEN) !== 0 && isHostList(atoms.units, atoms.end[a]!) ? SOFT : -1;
}

function roleWithDigit(text: string, atoms: Atoms, a: number): number {
  const traits = atoms.traits[a]!;
  if ((traits & LEADS_WITH_LETTER) === 0) return HARD;
  const isKey = (atoms.before[a + 1]! & AFTER_EQUALS) !== 0 && (atoms.before[a]! & AFTER_EQUALS) === 0;
  if (isKey || isVendorMessageId(text, atoms.start[a]!)) return WORD;
  if ((wordClasses(atoms.hash[a]!, atoms.hash2[a]!) & NAME_WITH_DIGITS) !== 0) return WORD;
  return (traits & (IS_ADDRESS | AT | BACKSLASH | HAS_SLASHES)) !== 0 ? HARD : SOFT;
}

/** `%LINK-3-UPDOWN`, `%ASA-6-302013`: the digits belong to the vendor's own name of the message. */
function isVendorMessageId(text: string, start: number): boolean {
  if (start === 0 || text.charCodeAt(start - 1) !== PERCENT) return false;
  const first = text.charCodeAt(start);
  return first >= 65 && first <= 90;
}

/** Whether a bracket with a list of numbers follows right behind, as clusters write many names: `node[01-16,20]`. */
function isHostList(units: Uint16Array, end: number): boolean {
  const open = units[end] === HYPHEN ? end + 1 : end;
  if (units[open] !== OPEN_BRACKET || classOf(units[open + 1]!) !== DIGIT) return false;
  let isList = open > end;
  let at = open + 1;
  for (; at < open + MAX_HOST_LIST; at++) {
    const code = units[at]!;
    if (code === HYPHEN || code === COMMA) isList = true;
    else if (classOf(code) !== DIGIT) break;
  }
  return isList && units[at] === CLOSE_BRACKET;
}

/** `ruser= rhost=x`: an empty value, and the next key where a value would stand. */
function startsNextPair(atoms: Atoms, a: number): boolean {
  const behind = atoms.before[a + 1]!;
  return (
    (atoms.before[a]! & AFTER_SPACE) !== 0 && (behind & AFTER_EQUALS) !== 0 && (behind & AFTER_SPACE) === 0
  );
}

/** A dotted name is a host, a class or a file; an exception's name is what the message is about. */
function roleOfDotted(text: string, atoms: Atoms, a: number): number {
  const end = atoms.end[a]!;
  if ((atoms.traits[a]! & BEFORE_PORT) !== 0) return HARD;
  if ((atoms.traits[a]! & LETTER) === 0) return SOFT;
  const length = end - atoms.start[a]!;
  if (length > 9 && text.startsWith('Exception', end - 9)) return WORD;
  if (length > 5 && text.startsWith('Error', end - 5)) return WORD;
  return SOFT;
}

/** The word classes of what stands behind the last dot. */
function lastLabelClasses(atoms: Atoms, a: number): number {
  const { units } = atoms;
  const end = atoms.end[a]!;
  let start = end;
  while (start > atoms.start[a]! && units[start - 1] !== FULL_STOP) start--;
  let lane1 = HASH_SEED_1;
  let lane2 = HASH_SEED_2;
  for (let i = start; i < end; i++) {
    lane1 = step1(lane1, units[i]!);
    lane2 = step2(lane2, units[i]!);
  }
  return wordClasses(lane1, lane2);
}

/** Lower-case labels with a last one of 2 to 6 characters. */
function isHostName(text: string, start: number, end: number): boolean {
  let lastDot = -1;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) lastDot = i;
    else if (!((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 45)) return false;
  }
  const lastLabel = end - lastDot - 1;
  return lastLabel >= 2 && lastLabel <= 6;
}

function roleByMeaning(atoms: Atoms, a: number, classes: number, context: number): number {
  if (classes !== 0) {
    if ((classes & UNIT) !== 0 && context === VARIABLE) return SOFT;
    if ((classes & LITERAL) !== 0) return HARD;
    if ((classes & CALENDAR_WORD) !== 0 && (context === VARIABLE || precedesDate(atoms, a + 1))) return HARD;
  }
  const isName =
    context === USER && (classes & (STATE | USER_COMPOUND)) === 0 && atoms.before[a] === AFTER_SPACE;
  return isName ? SOFT : WORD;
}

function precedesDate(atoms: Atoms, a: number): boolean {
  if (a >= atoms.count) return false;
  if ((atoms.traits[a]! & DIGIT) !== 0) return true;
  return (wordClasses(atoms.hash[a]!, atoms.hash2[a]!) & MONTH) !== 0;
}
