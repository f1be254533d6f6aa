// The atoms of one line as columns, reused from line to line so that scanning allocates nothing.

import { DOT, LETTER, SLASH } from './characters.ts';

/** At most this many UTF-16 code units of a line are looked at. */
export const MAX_LENGTH = 4_096;
/** At most this many atoms of a line are looked at. */
export const MAX_ATOMS = 384;
/** Zeros behind the last unit, so that looking ahead needs no bounds. */
export const LOOKAHEAD = 4;

// Traits of an atom: the classes of its characters (see characters.ts), and above them what its whole shape tells.
/** An address of some kind: `scheme://…`, `path?query`. */
export const IS_ADDRESS = 1 << 13;
/** Has a dot and is followed by `:digit`, as `host.tld:80`. */
export const BEFORE_PORT = 1 << 14;
export const IS_QUOTED = 1 << 15;
/** Set by the classifier on a word that names a state: up, down, failed… */
export const IS_STATE = 1 << 16;
/** Set by the canonical form on a word that names the value behind an equals sign: `uid=0`. */
export const IS_KEY = 1 << 18;
/** Classes that occur at least twice stand this many bits higher: see {@link HAS_DOTS}. */
export const REPEATED = 16;
export const HAS_DOTS = DOT << REPEATED;
export const HAS_SLASHES = SLASH << REPEATED;
/** The class of the first character stands this many bits higher. */
export const LEADING = 24;
export const LEADS_WITH_LETTER = LETTER << LEADING;
export const LEADS_WITH_SLASH = SLASH << LEADING;

// What stands between the previous atom and this one; 0 is nothing at all.
export const AFTER_SPACE = 1;
export const AFTER_EQUALS = 2;
export const AFTER_QUOTE = 4;
export const AFTER_OPEN = 8;
export const AFTER_COLON = 16;
export const AFTER_SEPARATOR = 32;
export const AFTER_CLOSE = 64;
export const AFTER_OTHER = 128;

// What the classifier says an atom is.
export const WORD = 0;
/** Variable beyond doubt: a number, a path, an address. */
export const HARD = 1;
/** Variable by its place or shape, though its text may prove constant: `ssh2`, `uid=root`. */
export const SOFT = 2;

export interface Atoms {
  count: number;
  /** The UTF-16 code units of the line: a typed array is read several times faster than a string. */
  readonly units: Uint16Array;
  readonly unitBytes: Buffer;
  /** Part of the line was not looked at. */
  truncated: boolean;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly hash: Int32Array;
  readonly hash2: Int32Array;
  readonly traits: Int32Array;
  /** One longer than the atoms: the last entry is what stands behind the last atom. */
  readonly before: Int32Array;
  readonly role: Uint8Array;
}

export function createAtoms(): Atoms {
  const column = (): Int32Array => new Int32Array(MAX_ATOMS + 1);
  const unitBytes = Buffer.alloc(2 * (MAX_LENGTH + LOOKAHEAD));
  return {
    units: new Uint16Array(unitBytes.buffer, unitBytes.byteOffset, MAX_LENGTH + LOOKAHEAD),
    unitBytes,
    count: 0,
    truncated: false,
    start: column(),
    end: column(),
    hash: column(),
    hash2: column(),
    traits: column(),
    before: column(),
    role: new Uint8Array(MAX_ATOMS + 1),
  };
}
