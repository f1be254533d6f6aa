// A line in no known format: a time and a level are taken from its start where they are beyond doubt, the rest is
// the message.

import * as c from './chars.ts';
import { severityOfWord } from './level.ts';
import { lineOf, type ParseContext, type ParsedLine } from './parsed-line.ts';
import { applyKernelMessage, kernelUptimeEnd } from './rfc3164.ts';
import { isoTimeAt } from './timestamp.ts';

const MAX_LEVEL_LENGTH = 13;

/** Level words that are ordinary words at the start of a line too. */
const AMBIGUOUS_LEVELS = new Set(['config', 'log', 'fine', 'finer', 'finest', 'trace', 'panic', 'verbose']);

/** Between a time, a level and the message: blanks, `-`, `|`, `,` and `:`. */
function skipSeparators(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    const isDash = code === c.MINUS && c.isBlank(text.charCodeAt(at + 1));
    if (!c.isBlank(code) && !isDash && code !== c.PIPE && code !== c.COMMA && code !== c.COLON) return at;
    at++;
  }
}

interface FoundLevel {
  word: string;
  end: number;
}

/** Whether a colon stands where it may end a level that begins at `at`: most lines are told apart by this alone. */
function isColonNear(text: string, at: number): boolean {
  const colon = text.indexOf(':', at);
  return colon > at && colon - at <= MAX_LEVEL_LENGTH + 1;
}

/** `[WARN]` in any case, or the word itself if the way it stands there leaves no doubt. */
function levelAt(text: string, at: number, afterTime: boolean): FoundLevel | null {
  const isBracketed = text.charCodeAt(at) === c.OPEN_BRACKET;
  if (!isBracketed && !afterTime && !isColonNear(text, at)) return null;
  const start = isBracketed ? c.skipBlanks(text, at + 1) : at;
  let end = start;
  while (end - start <= MAX_LEVEL_LENGTH && c.isLetter(text.charCodeAt(end))) end++;
  if (end === start || (!isBracketed && !afterTime && text.charCodeAt(end) !== c.COLON)) return null;
  const word = text.slice(start, end);
  if (severityOfWord(word) === null || (!afterTime && AMBIGUOUS_LEVELS.has(word.toLowerCase()))) return null;
  if (isBracketed) {
    const close = c.skipBlanks(text, end);
    return text.charCodeAt(close) === c.CLOSE_BRACKET ? { word, end: close + 1 } : null;
  }
  return isLevelWord(word, text.charCodeAt(end), text.charCodeAt(end + 1), afterTime) ? { word, end } : null;
}

/** `error while reading` is prose, `ERROR: …`, and after a time `ERROR …`, `error: …` or `Info    …`, are levels. */
function isLevelWord(word: string, next: number, second: number, afterTime: boolean): boolean {
  const isCapitals = word === word.toUpperCase();
  if (next === c.COLON) return (isCapitals || afterTime) && (c.isBlank(second) || Number.isNaN(second));
  if (!afterTime || !c.isBlank(next)) return false;
  return isCapitals || (c.isUpper(word.charCodeAt(0)) && c.isBlank(second));
}

/** `2026-03-01 02:30:00,125`, bare or in brackets; the index after it, or 0. */
function applyTime(line: ParsedLine, raw: string, context: ParseContext): number {
  const isBracketed = raw.charCodeAt(0) === c.OPEN_BRACKET;
  const time = isoTimeAt(raw, isBracketed ? 1 : 0, context);
  if (!time) return 0;
  const next = raw.charCodeAt(time.end);
  if (isBracketed ? next !== c.CLOSE_BRACKET : c.isAlphanumeric(next)) return 0;
  line.timestampUs = time.us;
  return isBracketed ? time.end + 1 : time.end;
}

export function parsePlain(raw: string, context: ParseContext): ParsedLine {
  const line = lineOf('plain', '');
  const timeEnd = applyTime(line, raw, context);
  let at = timeEnd > 0 ? skipSeparators(raw, timeEnd) : 0;
  const level = levelAt(raw, at, timeEnd > 0);
  if (level) {
    line.severity = severityOfWord(level.word);
    line.severityOriginal = level.word;
    at = skipSeparators(raw, level.end);
  } else if (timeEnd === 0 && kernelUptimeEnd(raw, 0) > 0 && raw.charCodeAt(0) === c.OPEN_BRACKET) {
    line.program = 'kernel';
    applyKernelMessage(line, raw, 0);
    return line;
  }
  line.message = c.trimmedFrom(raw, at);
  return line;
}
