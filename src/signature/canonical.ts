// The canonical form of a line: its words, and one VAR for each run of variables. Two lines of one statement share it.
import type { Atoms } from './atoms.ts';
import * as atom from './atoms.ts';
import * as characters from './characters.ts';

/** At most this many tokens of a form are told apart. */
export const MAX_TOKENS = 96;
/** Stands for a run of variables where words have their hash. */
export const VAR_1 = 0x5bd1e995;
export const VAR_2 = 0x3c6ef372;

// Constants of the module's own, for the compiler: see scan.ts.
const { AFTER_COLON, AFTER_EQUALS, AFTER_OPEN, AFTER_SPACE, IS_ADDRESS, IS_QUOTED, LEADS_WITH_LETTER, WORD } =
  atom;
const { AT, BACKSLASH, SLASH } = characters;
/** The longest record, in tokens, whose repetitions are folded. */
const MAX_PERIOD = 6;
const KEY_MARK = 0x165667b1;
const GLUE_MARK = 0x27d4eb2f;
const MIN_NAME_LENGTH = 5;
const MAX_NAME_DIGITS = 2;

/** The tokens of one line as columns; reused from line to line. */
export interface Form {
  count: number;
  truncated: boolean;
  readonly hash: Int32Array;
  readonly hash2: Int32Array;
  /** The atom of a word; for a VAR the first atom of its run. */
  readonly first: Int32Array;
  /** The last atom of a run; equals `first` for a word. */
  readonly last: Int32Array;
  /** The last atom that the token stands for: beyond `last` when repetitions of it were folded away. */
  readonly reach: Int32Array;
  readonly isVariable: Uint8Array;
}

export function createForm(): Form {
  const column = (): Int32Array => new Int32Array(MAX_TOKENS + 1);
  return {
    count: 0,
    truncated: false,
    hash: column(),
    hash2: column(),
    first: column(),
    last: column(),
    reach: column(),
    isVariable: new Uint8Array(MAX_TOKENS + 1),
  };
}

/** Fills `form` from classified atoms. A line without any word keeps its name-like identifiers as words. */
export function canonicalise(text: string, atoms: Atoms, form: Form): void {
  foldAtoms(atoms, form);
  if (form.count === 1 && form.isVariable[0] === 1 && restoreNames(text, atoms)) foldAtoms(atoms, form);
}

function foldAtoms(atoms: Atoms, form: Form): void {
  const { hash, hash2, first, last, reach, isVariable } = form;
  const { count, role } = atoms;
  let n = 0;
  let a = 0;
  let seenBits = 0;
  let fresh = 0;
  for (; a < count && n < MAX_TOKENS; a++) {
    if (role[a] === WORD) {
      hash[n] = atoms.hash[a]! ^ markOf(atoms, a);
      hash2[n] = atoms.hash2[a]!;
      isVariable[n] = 0;
      const bit = 1 << (hash[n]! & 31);
      if ((seenBits & bit) === 0) fresh = n;
      seenBits |= bit;
    } else if (n > 0 && isVariable[n - 1] === 1) {
      if (reach[n - 1] === last[n - 1]) last[n - 1] = a;
      reach[n - 1] = a;
      continue;
    } else {
      hash[n] = VAR_1;
      hash2[n] = VAR_2;
      isVariable[n] = 1;
    }
    first[n] = a;
    last[n] = a;
    reach[n] = a;
    n++;
    // A repetition holds nothing that occurs for the first time.
    const longest = Math.min(MAX_PERIOD, n - 1 - fresh, n >> 1);
    for (let period = 2; period <= longest; period++) {
      if (hash[n - 1] !== hash[n - 1 - period] || !repeats(form, n, period)) continue;
      n -= period;
      reach[n - 1] = a;
      break;
    }
  }
  form.count = n;
  form.truncated = atoms.truncated || a < count;
}

/** Words of equal text but of different use in the syntax of the message are different words. */
function markOf(atoms: Atoms, a: number): number {
  if (isKey(atoms, a)) return KEY_MARK;
  return isGlued(atoms, a) ? GLUE_MARK : 0;
}

/** Whether the word at `a` names the value behind an equals sign: `uid=0`. */
export function isKey(atoms: Atoms, a: number): boolean {
  return (atoms.before[a + 1]! & AFTER_EQUALS) !== 0;
}

/** Whether a bracket or a colon ties the word at `a` to the value behind it: `LOCAL(0)`, `gateway:8080`. */
export function isGlued(atoms: Atoms, a: number): boolean {
  if (a + 1 >= atoms.count || atoms.role[a + 1] === WORD) return false;
  const between = atoms.before[a + 1]!;
  return (between & (AFTER_OPEN | AFTER_COLON)) !== 0 && (between & AFTER_SPACE) === 0;
}

/** Whether the last `period` tokens, a variable among them, repeat those before: a list of records of any length. */
function repeats(form: Form, n: number, period: number): boolean {
  const { hash, hash2, isVariable } = form;
  let variables = 0;
  for (let i = n - period; i < n; i++) {
    if (hash[i] !== hash[i - period] || hash2[i] !== hash2[i - period]) return false;
    variables += isVariable[i]!;
  }
  return variables > 0;
}

function restoreNames(text: string, atoms: Atoms): boolean {
  let restored = false;
  for (let a = 0; a < atoms.count; a++) {
    const traits = atoms.traits[a]!;
    if (atoms.role[a] === WORD || (traits & LEADS_WITH_LETTER) === 0) continue;
    if ((traits & (AT | SLASH | BACKSLASH | IS_ADDRESS | IS_QUOTED)) !== 0) continue;
    if (atoms.end[a]! - atoms.start[a]! < MIN_NAME_LENGTH || countDigits(text, atoms, a) > MAX_NAME_DIGITS)
      continue;
    atoms.role[a] = WORD;
    restored = true;
  }
  return restored;
}

function countDigits(text: string, atoms: Atoms, a: number): number {
  let digits = 0;
  for (let i = atoms.start[a]!; i < atoms.end[a]!; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) digits++;
  }
  return digits;
}
