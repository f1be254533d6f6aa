// Cuts a line into atoms in one pass over its characters: what each consists of and what stands before it.

import { endOfAddress, endOfEscape } from './address.ts';
import type { Atoms } from './atoms.ts';
import * as atom from './atoms.ts';
import * as characters from './characters.ts';
import { HASH_SEED_1, HASH_SEED_2, MULTIPLIER_1, MULTIPLIER_2 } from './hash.ts';
import { closingQuote } from './quotation.ts';
import { loadUnits } from './units.ts';

// The compiler of V8 folds a module's own constants into its code but reads an imported one anew each time.
const {
  AFTER_CLOSE,
  AFTER_COLON,
  AFTER_EQUALS,
  AFTER_OPEN,
  AFTER_OTHER,
  AFTER_QUOTE,
  AFTER_SEPARATOR,
  AFTER_SPACE,
  BEFORE_PORT,
  IS_ADDRESS,
  IS_QUOTED,
  LEADING,
  LEADS_WITH_LETTER,
  MAX_ATOMS,
  REPEATED,
} = atom;
const isPictograph = characters.isPictograph;
const {
  DIGIT,
  LETTER,
  NON_HEX,
  DOT,
  DASH,
  SLASH,
  BACKSLASH,
  SPACE,
  QUOTE,
  UNSPACED,
  COLON,
  PATH_MARK,
  ATOM,
} = characters;
const CLASS = characters.ASCII_CLASS;
const classOf = characters.classOf;
const MAY_CONTINUE = characters.CONNECTOR | COLON | PATH_MARK;
const PRIME_1 = MULTIPLIER_1;
const PRIME_2 = MULTIPLIER_2;
const SEED_1 = HASH_SEED_1;
const SEED_2 = HASH_SEED_2;

const ESCAPE = 0x1b;
const DOUBLE_QUOTE = 34;
const APOSTROPHE = 39;
const COMMA = 44;
const COLON_CODE = 58;
const EQUALS = 61;
const GREATER = 62;
const QUESTION = 63;
const BACKSLASH_CODE = 92;
const TILDE = 126;

/** Fills `atoms` from `text`; of a longer line the first {@link MAX_LENGTH} characters and {@link MAX_ATOMS} atoms. */
export function scan(text: string, atoms: Atoms): void {
  const { units } = atoms;
  const limit = loadUnits(text, atoms);
  let position = 0;
  let before = 0;
  let n = 0;
  while (position < limit && n < MAX_ATOMS) {
    const code = units[position]!;
    const kind = code < 128 ? CLASS[code]! : classOf(code);
    if (kind === SPACE) {
      before |= AFTER_SPACE;
      position++;
      continue;
    }
    let end = 0;
    if ((kind & ATOM) !== 0) end = scanAtom(units, position, limit, kind, atoms, n);
    else if (kind === QUOTE) end = scanQuotation(units, position, limit, before, atoms, n);
    else if (kind === UNSPACED) end = scanUnspaced(units, position, limit, atoms, n);
    if (end > 0) {
      atoms.before[n++] = kind === QUOTE ? before | AFTER_QUOTE : before;
      before = 0;
      position = end;
    } else if (code === ESCAPE) {
      before |= AFTER_SPACE;
      position = endOfEscape(units, position, limit);
    } else {
      before = delimit(before, code, units, position);
      position += isPictograph(code) ? 2 : 1;
    }
  }
  atoms.count = n;
  atoms.before[n] = before;
  atoms.truncated = position < text.length;
}

function delimit(before: number, code: number, units: Uint16Array, position: number): number {
  switch (code) {
    case APOSTROPHE:
    case DOUBLE_QUOTE: // `msg="disk is full"`: what a sentence begins with is no value
      return (before & ~AFTER_EQUALS) | AFTER_OTHER;
    case EQUALS:
      // A bar of equals signs is a ruler or a comparison; only a lone one assigns.
      if (units[position + 1] === EQUALS || (position > 0 && units[position - 1] === EQUALS)) {
        return before | AFTER_OTHER;
      }
      return (before & ~(AFTER_COLON | AFTER_SEPARATOR | AFTER_OTHER | AFTER_OPEN)) | AFTER_EQUALS;
    case GREATER:
      return (before & ~AFTER_EQUALS) | AFTER_OTHER;
    case COLON_CODE:
      return before | AFTER_COLON;
    case COMMA:
    case 59: // ;
      return (before & ~AFTER_EQUALS) | AFTER_SEPARATOR;
    case 40: // (
    case 91: // [
    case 123: // {
      return (before & ~AFTER_EQUALS) | AFTER_OPEN;
    case 41: // )
    case 93: // ]
    case 125: // }
      return (before & ~AFTER_EQUALS) | AFTER_CLOSE;
    default:
      return before | AFTER_OTHER;
  }
}

/** Records a quoted value (behind `=` of up to two words) as one atom and returns where it ends; 0 when it is none. */
function scanQuotation(
  units: Uint16Array,
  position: number,
  limit: number,
  before: number,
  atoms: Atoms,
  n: number,
): number {
  const close = closingQuote(units, position, limit, (before & AFTER_EQUALS) !== 0 ? 1 : 0);
  if (close === 0) return 0;
  addRange(units, position + 1, close, IS_QUOTED, atoms, n);
  return close + 1;
}

/** Letters of a script without spaces: a run of them is one word, whatever Latin text or number touches it. */
function scanUnspaced(units: Uint16Array, start: number, limit: number, atoms: Atoms, n: number): number {
  let end = start + 1;
  while (end < limit && classOf(units[end]!) === UNSPACED) end++;
  addRange(units, start, end, LETTER | NON_HEX | LEADS_WITH_LETTER, atoms, n);
  return end;
}

function addRange(
  units: Uint16Array,
  start: number,
  end: number,
  traits: number,
  atoms: Atoms,
  n: number,
): void {
  let lane1 = SEED_1;
  let lane2 = SEED_2;
  for (let i = start; i < end; i++) {
    lane1 = Math.imul(lane1 ^ units[i]!, PRIME_1);
    lane2 = Math.imul(lane2 + units[i]!, PRIME_2);
  }
  atoms.start[n] = start;
  atoms.end[n] = end;
  atoms.hash[n] = lane1;
  atoms.hash2[n] = lane2;
  atoms.traits[n] = traits;
}

/** Records in row `n` the atom that starts at `start` with a character of class `first`; returns where it ends. */
function scanAtom(
  units: Uint16Array,
  start: number,
  limit: number,
  first: number,
  atoms: Atoms,
  n: number,
): number {
  let position = start;
  let code = units[start]!;
  let kind = first;
  let lane1 = SEED_1;
  let lane2 = SEED_2;
  let seen = 0;
  let repeated = 0;
  for (;;) {
    do {
      // What stands behind the last unit is no atom character: see LOOKAHEAD.
      repeated |= seen & kind;
      seen |= kind;
      lane1 = Math.imul(lane1 ^ code, PRIME_1);
      lane2 = Math.imul(lane2 + code, PRIME_2);
      code = units[++position]!;
      kind = code < 128 ? CLASS[code]! : classOf(code);
    } while ((kind & ATOM) !== 0);
    if ((kind & MAY_CONTINUE) === 0) break;
    if (kind === COLON) {
      if (units[position + 1] === BACKSLASH_CODE && position - start === 1) kind = BACKSLASH;
      else if (!joinsNumber(units, position, start, seen)) break;
    } else if (kind === PATH_MARK) {
      if ((seen & (SLASH | BACKSLASH)) === 0 || (classOf(units[position + 1]!) & ATOM) === 0) break;
      kind = DASH | NON_HEX;
    } else if (!connects(units, position, limit, seen)) break;
  }
  let traits = seen | ((repeated & (DOT | SLASH)) << REPEATED) | ((first & (LETTER | SLASH)) << LEADING);
  if (position < limit && (code === COLON_CODE || code === QUESTION)) {
    const end = endOfAddress(units, position, limit, (seen & SLASH) !== 0);
    if (end > position) {
      position = end;
      traits |= IS_ADDRESS;
    } else if ((seen & DOT) !== 0 && code === COLON_CODE && (classOf(units[position + 1]!) & DIGIT) !== 0) {
      traits |= BEFORE_PORT;
    }
  }
  atoms.start[n] = start;
  atoms.end[n] = position;
  atoms.hash[n] = lane1;
  atoms.hash2[n] = lane2;
  atoms.traits[n] = traits;
  return position;
}

/** Whether the connector at `position` has an atom character behind it to connect to. */
function connects(units: Uint16Array, position: number, limit: number, seen: number): boolean {
  if (position + 1 >= limit) return false;
  const next = classOf(units[position + 1]!);
  if ((next & (DIGIT | LETTER)) !== 0) return true;
  const inPath = (seen & (SLASH | BACKSLASH)) !== 0;
  if ((next & (SLASH | BACKSLASH)) !== 0) return inPath;
  if (inPath && (next & DOT) !== 0) return (classOf(units[position + 2]!) & (SLASH | BACKSLASH)) !== 0;
  return units[position] === TILDE && units[position + 1] === TILDE;
}

/** Whether the colon at `position` is part of a time, a MAC or an IPv6 address, all of them hexadecimal so far. */
function joinsNumber(units: Uint16Array, position: number, start: number, seen: number): boolean {
  if ((seen & NON_HEX) !== 0) return false;
  const next = units[position + 1]!;
  const kind = classOf(next);
  const numeric = (seen & (DIGIT | COLON)) !== 0;
  if ((kind & (DIGIT | LETTER)) !== 0 && (kind & NON_HEX) === 0) return numeric || position - start === 2;
  return next === COLON_CODE && numeric;
}
