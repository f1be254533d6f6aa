// What counts as a word of a message, and the words that tell by their shape.

import * as c from './chars.ts';
import { isPartOfName } from './word-value.ts';

export const isWordCode = (code: number): boolean => c.isLetter(code) || code > 127;

/** Where a negation ends. */
export const isClauseMark = (code: number): boolean =>
  code === c.COMMA || code === c.SEMICOLON || code === c.COLON || code === c.DOT || code === c.PIPE;

export const isInnerApostrophe = (text: string, at: number, code: number): boolean =>
  code === c.APOSTROPHE && isWordCode(text.charCodeAt(at + 1)) && isWordCode(text.charCodeAt(at - 1));

export function isWord(text: string, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) {
    if ((text.charCodeAt(start + i) | 32) !== (word.charCodeAt(i) | 32)) return false;
  }
  return true;
}

/** A class name such as `NullPointerException` or `IOError`, and `BREAK-IN`. */
export function isErrorName(text: string, start: number, end: number): boolean {
  if (text.charCodeAt(end) === c.MINUS)
    return end - start === 5 && /^break-in\b/i.test(text.slice(start, end + 4));
  if (end - start < 6 || !c.isUpper(text.charCodeAt(start)) || text.charCodeAt(end) === c.OPEN_PAREN)
    return false;
  const last = text.charCodeAt(end - 1);
  const isName =
    (last === 110 && text.startsWith('Exception', end - 9)) ||
    (last === 114 && text.startsWith('Error', end - 5));
  return isName && !isPartOfName(text, start, end);
}

/** `warning: …` or `[warning] …` at the very start. */
export function isVerdict(text: string, start: number, end: number): boolean {
  if (start === 0) return text.charCodeAt(end) === c.COLON && c.isBlank(text.charCodeAt(end + 1));
  return start === 1 && text.charCodeAt(0) === c.OPEN_BRACKET && text.charCodeAt(end) === c.CLOSE_BRACKET;
}
