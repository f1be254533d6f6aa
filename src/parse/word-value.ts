// What stands beside a word: a value that undoes it (`errors=0`, `error: none`), or a name that it is only part of.

import * as c from './chars.ts';

const NOTHING = /^(?:none|null|nil|<nil>|false|no|ok|success|undefined)$/i;

/** Where a value ends: at a blank, at the end, or at punctuation. */
function isValueEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (Number.isNaN(code) || c.isBlank(code)) return true;
  return (
    !c.isAlphanumeric(code) && code !== c.DOT && code !== c.UNDERSCORE && code !== c.MINUS && code <= 127
  );
}

/** A lone `0` at `at`, not `0x80070005`, `0.7` or `0-3`. */
export function isZeroAt(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== c.ZERO) return false;
  const next = text.charCodeAt(at + 1);
  return (
    isValueEnd(text, at + 1) ||
    ((next === c.DOT || next === c.MINUS) && !c.isAlphanumeric(text.charCodeAt(at + 2)))
  );
}

const isQuote = (code: number): boolean => code === c.QUOTE || code === c.APOSTROPHE;

/** The end of a word value that ends at a delimiter: a sentence that goes on is no value. */
function isNothingWord(text: string, at: number, isAssigned: boolean): boolean {
  const end = at + 10;
  let to = at;
  while (
    to < end &&
    (c.isLetter(text.charCodeAt(to)) || text.charCodeAt(to) === 60 || text.charCodeAt(to) === 62)
  )
    to++;
  if (to === at || !NOTHING.test(text.slice(at, to))) return false;
  const next = text.charCodeAt(to);
  return isAssigned
    ? isValueEnd(text, to)
    : Number.isNaN(next) || next === c.COMMA || next === c.SEMICOLON || next === c.CLOSE_PAREN;
}

/**
 * Whether the value at or after `end` says that there is nothing of the word: `=0`, `: 0`, `=none`, `=""`, ` 0`.
 * `isCount`: the word is counted (`errors`), so that text may follow the zero.
 */
export function isNothing(text: string, end: number, isCount = true): boolean {
  let at = isQuote(text.charCodeAt(end)) ? end + 1 : end;
  while (text.charCodeAt(at) === c.SPACE) at++;
  const mark = text.charCodeAt(at);
  const isAssigned = mark === c.EQUALS;
  if (isAssigned || mark === c.COLON) {
    at++;
    if (isAssigned && (at >= text.length || c.isBlank(text.charCodeAt(at)))) return true;
    while (text.charCodeAt(at) === c.SPACE) at++;
    if (isQuote(text.charCodeAt(at))) {
      at++;
      if (isQuote(text.charCodeAt(at))) return true;
    }
    if (isNothingWord(text, at, isAssigned)) return true;
  }
  if (!isZeroAt(text, at)) return false;
  const next = text.charCodeAt(at + 1);
  return isCount || isAssigned || !c.isBlank(next);
}

/** The whole number after the word and an optional `:`, `=` or `(`; null when there is none. */
export function numberAfter(text: string, end: number): number | null {
  let at = end;
  while (text.charCodeAt(at) === c.SPACE) at++;
  const mark = text.charCodeAt(at);
  if (mark === c.COLON || mark === c.EQUALS || mark === c.OPEN_PAREN) at++;
  while (text.charCodeAt(at) === c.SPACE) at++;
  const to = c.digitsEnd(text, at);
  return to === at ? null : Number(text.slice(at, to));
}

/** Whether the word is only a part of a path, a file, a variable or a compound: `error.log`, `fail2ban`, `error-free`. */
export function isPartOfName(text: string, start: number, end: number): boolean {
  switch (text.charCodeAt(start - 1)) {
    case c.SLASH:
      if (!c.isDigit(text.charCodeAt(start - 2))) return true;
      break;
    case 63: // ?
    case 38: // &
    case 35: // #
    case 36: // $
    case 37: // %
    case 64: // @
    case c.BACKSLASH:
      return true;
  }
  const after = text.charCodeAt(end);
  if (after === c.UNDERSCORE || c.isDigit(after)) return true;
  if (after !== c.MINUS && after !== c.DOT && after !== 64) return false;
  return c.isAlphanumeric(text.charCodeAt(end + 1));
}
