// Character codes and the small scans that the parsers share. Past the end a code is NaN, which no test accepts.

export const TAB = 9;
export const SPACE = 32;
export const QUOTE = 34;
export const PERCENT = 37;
export const APOSTROPHE = 39;
export const OPEN_PAREN = 40;
export const CLOSE_PAREN = 41;
export const ASTERISK = 42;
export const PLUS = 43;
export const COMMA = 44;
export const MINUS = 45;
export const DOT = 46;
export const SLASH = 47;
export const ZERO = 48;
export const COLON = 58;
export const SEMICOLON = 59;
export const LESS_THAN = 60;
export const EQUALS = 61;
export const GREATER_THAN = 62;
export const OPEN_BRACKET = 91;
export const BACKSLASH = 92;
export const CLOSE_BRACKET = 93;
export const UNDERSCORE = 95;
export const PIPE = 124;
export const OPEN_BRACE = 123;
export const CLOSE_BRACE = 125;

export const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** ASCII letters only. */
export const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122;

export const isUpper = (code: number): boolean => code >= 65 && code <= 90;

export const isAlphanumeric = (code: number): boolean => isDigit(code) || isLetter(code);

/** White space as it pads headers, and what ends a line; not the whole of Unicode. */
export const isBlank = (code: number): boolean => code === SPACE || (code >= 9 && code <= 13);

export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** The index after the digits that start at `from`; `from` itself when there are none. */
export function digitsEnd(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** The value of exactly `count` digits at `from`, or -1. */
export function digitsAt(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return -1;
    value = value * 10 + code - ZERO;
  }
  return value;
}

/** The index of the first blank at or after `from`, or the length. */
export function tokenEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** The index of the first `code` in `text` from `from` up to `to`, or -1: bounded, as no header is endless. */
export function indexWithin(text: string, code: number, from: number, to: number): number {
  const limit = Math.min(text.length, to);
  for (let at = from; at < limit; at++) if (text.charCodeAt(at) === code) return at;
  return -1;
}

/** The rest of the text from `from`, without blanks and NULs at either end. */
export function trimmedFrom(text: string, from: number): string {
  const start = skipBlanks(text, from);
  let end = text.length;
  while (end > start) {
    const code = text.charCodeAt(end - 1);
    if (!isBlank(code) && code !== 0) break;
    end--;
  }
  return text.slice(start, end);
}
