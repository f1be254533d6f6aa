// What a character may do inside a log line: belong to an atom, join two parts of one, or stand between atoms.

export const DIGIT = 1;
export const LETTER = 2;
/** Set on everything that cannot be part of a hexadecimal number. */
export const NON_HEX = 4;
export const DOT = 8;
export const DASH = 16;
export const SLASH = 32;
export const BACKSLASH = 64;
/** `@`, `$` and `~`: they belong to an atom only between two of its characters. */
export const JOINER = 128;
export const AT = 256;
export const SPACE = 512;
export const QUOTE = 1024;
/** Scripts written without spaces between words: a run of them is an atom of its own beside Latin text. */
export const UNSPACED = 2048;
export const COLON = 4096;
/** Marks that paths and addresses hold (`/tmp/*.log`, `/a%20b`) and that stand between words elsewhere. */
export const PATH_MARK = 8192;

/** A character that starts an atom and always continues one. `_` counts as a letter that is not hexadecimal. */
export const ATOM = DIGIT | LETTER | SLASH | BACKSLASH;
/** A character that continues an atom only when an atom character follows. */
export const CONNECTOR = DOT | DASH | JOINER;

function asciiClasses(): Int16Array {
  const table = new Int16Array(128);
  const set = (characters: string, kind: number): void => {
    for (const character of characters) table[character.charCodeAt(0)] = kind;
  };
  set('0123456789', DIGIT);
  set('abcdefABCDEF', LETTER);
  set('ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ_', LETTER | NON_HEX);
  set(' \t\n\v\f\r', SPACE);
  set('\'"`', QUOTE);
  set('.', DOT);
  set('-', DASH);
  set('/', SLASH | NON_HEX);
  set('\\', BACKSLASH | NON_HEX);
  set('$~', JOINER | NON_HEX);
  set(':', COLON);
  set('*%+&#', PATH_MARK);
  set('@', JOINER | NON_HEX | AT);
  return table;
}

export const ASCII_CLASS = asciiClasses();

/** The class of any UTF-16 code unit; 0 for punctuation. */
export function classOf(code: number): number {
  return code < 128 ? ASCII_CLASS[code]! : classOfNonAscii(code);
}

function within(code: number, low: number, high: number): boolean {
  return code >= low && code <= high;
}

/** Whether a high surrogate leads into U+1F000 to U+1FBFF: emoji and pictographs are decoration. */
export function isPictograph(code: number): boolean {
  return within(code, 0xd83c, 0xd83e);
}

function classOfNonAscii(code: number): number {
  if (code < 0x2000) return classOfAlphabetic(code);
  if (code < 0x2e80) return classOfSymbolic(code);
  if (code < 0xa000) return classOfEastAsian(code);
  if (within(code, 0xac00, 0xd7af) || within(code, 0xf900, 0xfaff)) return UNSPACED;
  if (isPictograph(code)) return 0;
  if (code === 0xfeff) return SPACE;
  if (code >= 0xff00) return classOfFullWidth(code);
  return LETTER | NON_HEX;
}

function classOfAlphabetic(code: number): number {
  if (code === 0xa0 || code === 0x1680) return SPACE;
  if (code < 0xc0) return code === 0xaa || code === 0xb5 || code === 0xba ? LETTER | NON_HEX : 0;
  if (code === 0xd7 || code === 0xf7) return 0;
  const arabicIndic = within(code, 0x660, 0x669) || within(code, 0x6f0, 0x6f9) || within(code, 0x966, 0x96f);
  return arabicIndic ? DIGIT : LETTER | NON_HEX;
}

/** General punctuation, currency, arrows, box drawing, dingbats; U+2018 and U+201C open a quotation. */
function classOfSymbolic(code: number): number {
  if (code <= 0x200b || within(code, 0x2028, 0x2029) || code === 0x202f || code === 0x205f) return SPACE;
  if (code === 0x2018 || code === 0x201c) return QUOTE;
  return within(code, 0x2c00, 0x2dff) ? LETTER | NON_HEX : 0;
}

function classOfEastAsian(code: number): number {
  if (code === 0x3000) return SPACE;
  return within(code, 0x3001, 0x303f) ? 0 : UNSPACED;
}

function classOfFullWidth(code: number): number {
  if (within(code, 0xff10, 0xff19)) return DIGIT;
  const punctuation = code <= 0xff20 || within(code, 0xff3b, 0xff40) || within(code, 0xff5b, 0xff65);
  return punctuation || code >= 0xffe0 ? 0 : UNSPACED;
}
