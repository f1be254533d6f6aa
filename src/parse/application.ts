// Lines of logging libraries in the manner of log4j: a time, then level, thread, process and logger in the order that
// a pattern gave them, then the message. The level must be there and the message's start must be plain to see.

import { type ApplicationTime, applicationTimeAt } from './application-time.ts';
import * as c from './chars.ts';
import { severityOfWord } from './level.ts';
import { addField, lineOf, type ParseContext, type ParsedLine } from './parsed-line.ts';

const MAX_SLOTS = 5;
const MAX_GROUP_LENGTH = 256;
const MAX_NAME_LENGTH = 128;

/** The index of the bracket that closes the one at `open`, or -1: `[QuorumPeer[myid=1]/0:0]`. */
function closingBracket(text: string, open: number): number {
  const opening = text.charCodeAt(open);
  const closing = opening + 2;
  let depth = 0;
  for (let at = open; at < text.length && at - open <= MAX_GROUP_LENGTH; at++) {
    const code = text.charCodeAt(at);
    if (code === opening) depth++;
    else if (code === closing && --depth === 0) return at;
  }
  return -1;
}

const isNameCharacter = (code: number): boolean =>
  c.isAlphanumeric(code) ||
  (code >= c.MINUS && code <= c.SLASH) ||
  code === c.UNDERSCORE ||
  code === 36 ||
  code === 64;

/** The index after the name at `at`; colons within it count, as in `app.main:run:12`. */
function nameEnd(text: string, at: number): number {
  let end = at;
  while (end - at <= MAX_NAME_LENGTH) {
    const code = text.charCodeAt(end);
    const isInnerColon = code === c.COLON && c.isAlphanumeric(text.charCodeAt(end + 1));
    if (!isNameCharacter(code) && !isInnerColon) break;
    end++;
  }
  return end;
}

/** The index after ` - `, ` : `, `: ` or ` | ` at `at`, or -1. */
function markerEnd(text: string, at: number): number {
  const start = c.skipBlanks(text, at);
  const code = text.charCodeAt(start);
  const isSpaced = start > at && (code === c.MINUS || code === c.PIPE);
  return (isSpaced || code === c.COLON) && c.isBlank(text.charCodeAt(start + 1)) ? start + 2 : -1;
}

interface FoundLevel {
  word: string;
  end: number;
}

/** Capitals, or in brackets any case; a colon after it belongs to it. */
function levelAt(text: string, at: number): FoundLevel | null {
  const isBracketed = text.charCodeAt(at) === c.OPEN_BRACKET;
  const start = isBracketed ? c.skipBlanks(text, at + 1) : at;
  let end = start;
  while (c.isLetter(text.charCodeAt(end)) && end - start < 16) end++;
  const word = text.slice(start, end);
  if (severityOfWord(word) === null) return null;
  if (isBracketed) {
    const close = c.skipBlanks(text, end);
    return text.charCodeAt(close) === c.CLOSE_BRACKET ? { word, end: close + 1 } : null;
  }
  const next = text.charCodeAt(end);
  return word === word.toUpperCase() && (c.isBlank(next) || next === c.COLON || next === c.PIPE)
    ? { word, end }
    : null;
}

function isNumberText(text: string): boolean {
  return text !== '' && text.length <= 10 && c.digitsEnd(text, 0) === text.length;
}

function applyGroup(line: ParsedLine, inside: string): void {
  const text = inside.trim();
  if (isNumberText(text) && line.pid === null) line.pid = Number(text);
  else addField(line, line.fields?.thread === undefined ? 'thread' : 'context', text);
}

/** What stands between time and level: `-`, `|`, `[thread]`, `{file.py:12}`, a process id, a logger, `user@database`. */
function applySlotBeforeLevel(line: ParsedLine, raw: string, at: number): number {
  const code = raw.charCodeAt(at);
  const isSeparator = code === c.MINUS || code === c.PIPE || code === c.COMMA;
  if (isSeparator && c.isBlank(raw.charCodeAt(at + 1))) return at + 1;
  if (code === c.OPEN_BRACKET || code === c.OPEN_BRACE) {
    const close = closingBracket(raw, at);
    if (close < 0) return -1;
    applyGroup(line, raw.slice(at + 1, close));
    return close + 1;
  }
  const end = nameEnd(raw, at);
  if (end === at || !c.isBlank(raw.charCodeAt(end))) return -1;
  const name = raw.slice(at, end);
  if (isNumberText(name)) applyGroup(line, name);
  else if (name.includes('@')) addField(line, 'session', name);
  else if (markerEnd(raw, end) > 0) line.program = name;
  else return -1;
  return end;
}

const isExceptionName = (name: string): boolean => name.endsWith('Exception') || name.endsWith('Error');

/** The close of `[12]`, `(12)` or `(Foo.java:12)` glued to a logger at `open`, or -1. */
function lineNumberEnd(raw: string, open: number): number {
  const mark = raw.charCodeAt(open);
  if (mark !== c.OPEN_BRACKET && mark !== c.OPEN_PAREN) return -1;
  const close = raw.indexOf(mark === c.OPEN_PAREN ? ')' : ']', open);
  return close > open && close - open < MAX_NAME_LENGTH && c.isDigit(raw.charCodeAt(close - 1))
    ? close + 1
    : -1;
}

/** OpenStack's `logger [req-… …] message`; the index of the message, or -1. */
function applyRequestContext(line: ParsedLine, raw: string, at: number): number {
  if (!raw.startsWith('[req-', at) && !raw.startsWith('[-]', at)) return -1;
  const close = closingBracket(raw, at);
  if (close > at + 2) addField(line, 'request', raw.slice(at + 1, close));
  return close < 0 ? -1 : close + 1;
}

/** Dots that make a name followed by nothing but a blank a class and its method. */
const MIN_METHOD_DOTS = 3;

/** A logger at `at` with its marker; the index of the message, or -1 when what stands there may be prose. */
function applyLogger(line: ParsedLine, raw: string, at: number, afterThread: boolean): number {
  const wordEnd = nameEnd(raw, at);
  const end = Math.max(wordEnd, lineNumberEnd(raw, wordEnd));
  const name = raw.slice(at, end);
  if (end === at || isExceptionName(name)) return -1;
  const dots = name.split(/[.$]/).length - 1;
  const next = c.skipBlanks(raw, end);
  line.program = name;
  const marker = markerEnd(raw, end);
  if (marker > 0) return raw.charCodeAt(next) !== c.COLON || dots > 0 || afterThread ? marker : -1;
  const afterRequest = dots > 0 ? applyRequestContext(line, raw, next) : -1;
  if (afterRequest > 0) return afterRequest;
  return afterThread && dots >= MIN_METHOD_DOTS && next > end ? end : -1;
}

/** Groups and logger behind the level; the index of the message, or -1 when it begins right there. */
function applyTail(line: ParsedLine, raw: string, from: number): number {
  const attempt: ParsedLine = { ...line, fields: line.fields && { ...line.fields } };
  let at = c.skipBlanks(raw, from);
  const spring = /^(\d{1,10}) --- /.exec(raw.slice(at, at + 16));
  if (spring) {
    attempt.pid = Number(spring[1]);
    at = c.skipBlanks(raw, at + spring[0].length);
  }
  let hasThread = spring !== null;
  for (let groups = 0; groups < 3 && raw.charCodeAt(at) === c.OPEN_BRACKET; groups++) {
    const close = closingBracket(raw, at);
    if (close < 0) return -1;
    applyGroup(attempt, raw.slice(at + 1, close));
    hasThread = true;
    const marker = markerEnd(raw, close + 1);
    if (marker > 0) {
      Object.assign(line, attempt);
      return marker;
    }
    at = c.skipBlanks(raw, close + 1);
  }
  const messageAt = applyLogger(attempt, raw, at, hasThread);
  if (messageAt > 0) Object.assign(line, attempt);
  return messageAt;
}

function skipMark(raw: string, at: number): number {
  const marker = markerEnd(raw, at);
  if (marker > 0) return marker;
  return raw.charCodeAt(at) === c.COLON ? at + 1 : at;
}

interface Opening {
  time: ApplicationTime;
  at: number;
}

/** The time, bare or in brackets. */
function openingOf(raw: string, context: ParseContext): Opening | null {
  const isBracketed = raw.charCodeAt(0) === c.OPEN_BRACKET;
  const time = applicationTimeAt(raw, isBracketed ? 1 : 0, context);
  if (!time) return null;
  const next = raw.charCodeAt(time.end);
  if (isBracketed) return next === c.CLOSE_BRACKET ? { time, at: time.end + 1 } : null;
  return c.isBlank(next) || next === c.PIPE || next === c.COMMA ? { time, at: time.end } : null;
}

/** Null when the line has no such header, or no more of it than a plain line may have. */
export function parseApplication(raw: string, context: ParseContext): ParsedLine | null {
  const opening = openingOf(raw, context);
  if (!opening) return null;
  const line = lineOf('application', '');
  line.timestampUs = opening.time.us;
  let hasMore = !opening.time.isCommon;
  let at = c.skipBlanks(raw, opening.at);
  let level = levelAt(raw, at);
  for (let slots = 0; level === null && slots < MAX_SLOTS; slots++) {
    const end = applySlotBeforeLevel(line, raw, at);
    if (end < 0) return null;
    at = c.skipBlanks(raw, end);
    level = levelAt(raw, at);
    hasMore ||= line.program !== null || line.pid !== null || line.fields !== null;
  }
  if (!level) return null;
  line.severity = severityOfWord(level.word);
  line.severityOriginal = level.word;
  const afterLevel = skipMark(raw, level.end);
  const tail = line.program === null ? applyTail(line, raw, afterLevel) : -1;
  if (tail < 0 && !hasMore) return null;
  line.message = c.trimmedFrom(raw, skipMark(raw, tail < 0 ? afterLevel : tail));
  return line;
}
