// RFC 5424 syslog: `<PRI>1 TIMESTAMP HOST APP PROCID MSGID [id name="value" …] MSG`.

import * as c from './chars.ts';
import {
  addField,
  type LineFields,
  lineOf,
  type ParseContext,
  type ParsedLine,
  setField,
} from './parsed-line.ts';
import { applyPriority, type Priority } from './rfc3164.ts';
import { isoTimeAt } from './timestamp.ts';

interface StructuredData {
  elements: LineFields;
  end: number;
}

const isNil = (text: string, at: number, end: number): boolean =>
  end === at + 1 && text.charCodeAt(at) === c.MINUS;

/** The index of the quote that closes the value starting at `at`, or -1. */
function valueEnd(text: string, at: number): number {
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === c.BACKSLASH) i++;
    else if (code === c.QUOTE) return i;
  }
  return -1;
}

/** Section 6.3.3: only `\"`, `\\` and `\]` are escapes; before anything else a backslash is itself. */
function unescaped(value: string): string {
  return value.includes('\\') ? value.replace(/\\(["\\\]])/g, '$1') : value;
}

/** A parameter may come more than once in an element: its values become a list. */
function addParameter(element: LineFields, name: string, value: string): void {
  const before = Object.hasOwn(element, name) ? element[name] : undefined;
  if (before === undefined) setField(element, name, value);
  else if (Array.isArray(before)) before.push(value);
  else setField(element, name, [before, value]);
}

/** One `[id name="value" …]` into `elements`; the index after it, or -1 when it is malformed. */
function readElement(text: string, open: number, elements: LineFields): number {
  let at = open + 1;
  while (at < text.length && text.charCodeAt(at) !== c.SPACE && text.charCodeAt(at) !== c.CLOSE_BRACKET) at++;
  const id = text.slice(open + 1, at);
  if (id === '' || id.includes('"') || id.includes('=')) return -1;
  const element: LineFields = {};
  while (text.charCodeAt(at) === c.SPACE) {
    at = c.skipBlanks(text, at);
    if (text.charCodeAt(at) === c.CLOSE_BRACKET) break;
    const equals = text.indexOf('="', at);
    const close = equals < 0 ? -1 : valueEnd(text, equals + 2);
    if (close < 0) return -1;
    addParameter(element, text.slice(at, equals), unescaped(text.slice(equals + 2, close)));
    at = close + 1;
  }
  if (text.charCodeAt(at) !== c.CLOSE_BRACKET) return -1;
  setField(elements, id, element);
  return at + 1;
}

/** The elements that start at `at`; null when they are malformed, so that the text stays with the message. */
function structuredDataAt(text: string, at: number): StructuredData | null {
  const elements: LineFields = {};
  let end = at;
  while (text.charCodeAt(end) === c.OPEN_BRACKET) {
    end = readElement(text, end, elements);
    if (end < 0) return null;
  }
  const next = text.charCodeAt(end);
  return next === c.SPACE || Number.isNaN(next) ? { elements, end } : null;
}

/** A message may open with a byte order mark, here also as UTF-8 read for Latin-1. */
function messageFrom(raw: string, at: number): string {
  const start = c.skipBlanks(raw, at);
  if (raw.charCodeAt(start) === 0xfeff) return c.trimmedFrom(raw, start + 1);
  return c.trimmedFrom(raw, raw.startsWith('\u00ef\u00bb\u00bf', start) ? start + 3 : start);
}

function applyProcess(line: ParsedLine, processId: string): void {
  const isPid = processId.length <= 10 && c.digitsEnd(processId, 0) === processId.length;
  if (isPid) line.pid = Number(processId);
  else addField(line, 'procId', processId);
}

function applyStructuredData(line: ParsedLine, raw: string, at: number): void {
  if (raw.charCodeAt(at) === c.OPEN_BRACKET) {
    const data = structuredDataAt(raw, at);
    if (data) line.fields = line.fields === null ? data.elements : Object.assign(data.elements, line.fields);
    line.message = messageFrom(raw, data ? data.end : at);
    return;
  }
  const end = c.tokenEnd(raw, at);
  line.message = messageFrom(raw, isNil(raw, at, end) ? end : at);
}

/** The index of the blank after the header value at `at`, the length, or -1 when there is no value. */
function headerValueEnd(raw: string, at: number): number {
  if (raw.charCodeAt(at - 1) !== c.SPACE) return -1;
  const end = raw.indexOf(' ', at);
  return end === at || at >= raw.length ? -1 : end < 0 ? raw.length : end;
}

const headerValue = (raw: string, at: number, end: number): string | null =>
  isNil(raw, at, end) ? null : raw.slice(at, end);

/** Null when the line after `<PRI>1 ` has not the header of RFC 5424. */
export function parseRfc5424(raw: string, context: ParseContext, priority: Priority): ParsedLine | null {
  const timeAt = priority.end + 2;
  const time = isoTimeAt(raw, timeAt, context);
  const timeEnd = time ? time.end : headerValueEnd(raw, timeAt);
  if (timeEnd < 0 || (!time && !isNil(raw, timeAt, timeEnd))) return null;
  const hostEnd = headerValueEnd(raw, timeEnd + 1);
  const programEnd = hostEnd < 0 ? -1 : headerValueEnd(raw, hostEnd + 1);
  const processEnd = programEnd < 0 ? -1 : headerValueEnd(raw, programEnd + 1);
  const messageIdEnd = processEnd < 0 ? -1 : headerValueEnd(raw, processEnd + 1);
  if (messageIdEnd < 0) return null;
  const processId = headerValue(raw, programEnd + 1, processEnd);
  const messageId = headerValue(raw, processEnd + 1, messageIdEnd);
  const line = lineOf('rfc5424', '');
  applyPriority(line, priority);
  line.timestampUs = time ? time.us : null;
  line.host = headerValue(raw, timeEnd + 1, hostEnd);
  line.program = headerValue(raw, hostEnd + 1, programEnd);
  if (processId !== null) applyProcess(line, processId);
  if (messageId !== null) addField(line, 'msgId', messageId);
  applyStructuredData(line, raw, c.skipBlanks(raw, messageIdEnd));
  return line;
}
