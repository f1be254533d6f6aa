// logfmt: `ts=2026-02-10T06:55:46Z level=info msg="request done" path=/ status=200`.

import * as c from './chars.ts';
import type { JsonObject } from './json-object.ts';
import { lineOfJson } from './jsonl.ts';
import { type ParseContext, type ParsedLine, setField } from './parsed-line.ts';

const MAX_KEY_LENGTH = 64;

const isKeyCharacter = (code: number): boolean =>
  c.isAlphanumeric(code) ||
  code === c.UNDERSCORE ||
  code === c.MINUS ||
  code === c.DOT ||
  code === 64 ||
  code === c.SLASH;

/** Whether an `=` comes as early as the first key allows: most lines are told apart by this alone. */
function mayBePairs(raw: string): boolean {
  const equals = raw.indexOf('=');
  return equals > 0 && equals <= MAX_KEY_LENGTH + 1;
}

/** The index of the `=` after a key at `at`, or -1. */
function keyEnd(text: string, at: number): number {
  let end = at;
  while (end - at <= MAX_KEY_LENGTH && isKeyCharacter(text.charCodeAt(end))) end++;
  return end > at && text.charCodeAt(end) === c.EQUALS ? end : -1;
}

/** The index of the quote that closes the text opened at `open`, or -1. */
function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === c.BACKSLASH) at++;
    else if (code === c.QUOTE) return at;
  }
  return -1;
}

function unquoted(text: string, open: number, close: number): string {
  const inside = text.slice(open + 1, close);
  if (!inside.includes('\\')) return inside;
  try {
    return JSON.parse(text.slice(open, close + 1)) as string;
  } catch {
    return inside.replace(/\\(["\\])/g, '$1');
  }
}

/** The pairs that the whole text is; null when anything else stands between them. A bare key is true. */
function pairsOf(text: string): JsonObject | null {
  const pairs: JsonObject = {};
  for (let at = c.skipBlanks(text, 0); at < text.length; at = c.skipBlanks(text, at)) {
    const equals = keyEnd(text, at);
    if (equals < 0) {
      const end = c.tokenEnd(text, at);
      for (let i = at; i < end; i++) if (!isKeyCharacter(text.charCodeAt(i))) return null;
      setField(pairs, text.slice(at, end), true);
      at = end;
      continue;
    }
    const valueAt = equals + 1;
    const key = text.slice(at, equals);
    if (text.charCodeAt(valueAt) === c.QUOTE) {
      const close = closingQuote(text, valueAt);
      if (close < 0) return null;
      setField(pairs, key, unquoted(text, valueAt, close));
      at = close + 1;
    } else {
      const end = c.tokenEnd(text, valueAt);
      setField(pairs, key, text.slice(valueAt, end));
      at = end;
    }
  }
  return pairs;
}

const has = (pairs: JsonObject, ...names: string[]): boolean =>
  names.some((name) => typeof pairs[name] === 'string');

/** Null unless the line is pairs throughout, with a message and a level or a time: `a=1 b=2` may be anything. */
export function parseLogfmt(raw: string, context: ParseContext): ParsedLine | null {
  if (!mayBePairs(raw) || keyEnd(raw, 0) < 0 || !(raw.includes('msg=') || raw.includes('message=')))
    return null;
  const pairs = pairsOf(raw);
  if (!pairs || !has(pairs, 'msg', 'message')) return null;
  if (!has(pairs, 'level', 'lvl', 'severity', 'ts', 'time', 'timestamp', 't')) return null;
  return lineOfJson(pairs, raw, context, 'logfmt');
}
