// Reading a text as one JSON object, within what later readers can stand.

import * as c from './chars.ts';

export type JsonObject = Record<string, unknown>;

/** Deeper objects are hostile: whatever walks them later would run out of stack. */
const MAX_DEPTH = 100;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether objects and lists in the text nest deeper than MAX_DEPTH; brackets within strings do not count. */
function isTooDeep(text: string): boolean {
  if (text.length < 2 * MAX_DEPTH) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === c.QUOTE) {
      for (at++; at < text.length && text.charCodeAt(at) !== c.QUOTE; at++) {
        if (text.charCodeAt(at) === c.BACKSLASH) at++;
      }
    } else if (code === c.OPEN_BRACE || code === c.OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) return true;
    } else if (code === c.CLOSE_BRACE || code === c.CLOSE_BRACKET) depth--;
  }
  return false;
}

/** The object that the whole text is; null for anything else, broken or too deep. */
export function parseJsonObject(text: string): JsonObject | null {
  if (isTooDeep(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
