// Formats that print the level as one letter or sign: klog (`I0210 06:55:46.123456 1 main.go:12] …`), Android
// (`02-10 06:55:46.123 1702 2395 D Tag: …`), Ruby (`I, [2026-02-10T06:55:46.123 #12]  INFO -- : …`) and Redis.

import { Severity } from '../domain/severity.ts';
import { type ApplicationTime, applicationTimeAt, yearlessTimeAt } from './application-time.ts';
import * as c from './chars.ts';
import { severityOfLetter } from './level.ts';
import { addField, lineOf, type ParseContext, type ParsedLine } from './parsed-line.ts';

function lineWith(time: ApplicationTime, letter: string, severity: Severity, message: string): ParsedLine {
  const line = lineOf('application', message);
  line.timestampUs = time.us;
  line.yearInferred = time.yearInferred;
  line.severity = severity;
  line.severityOriginal = letter;
  return line;
}

const KLOG_REST = /^\s+(\d{1,10}) ([\w./-]{1,128}:\d{1,6})\] ?/;

export function parseKlog(raw: string, context: ParseContext): ParsedLine | null {
  if (!c.isDigit(raw.charCodeAt(1)) || !c.isDigit(raw.charCodeAt(4))) return null;
  const severity = severityOfLetter(raw.charAt(0));
  const time = severity === null ? null : yearlessTimeAt(raw, 1, true, context);
  const rest = time && KLOG_REST.exec(raw.slice(time.end, time.end + 160));
  if (severity === null || !time || !rest) return null;
  const line = lineWith(time, raw.charAt(0), severity, c.trimmedFrom(raw, time.end + rest[0].length));
  line.pid = Number(rest[1]);
  addField(line, 'source', rest[2]);
  return line;
}

/** A tag may hold blanks and colons, or nothing; the first colon before a blank ends it. */
const LOGCAT_REST = /^\s+(\d{1,10})\s+(\d{1,10})\s+([VDIWEF])\s(.{0,80}?)\s*:(?: |$)/;

export function parseLogcat(raw: string, context: ParseContext): ParsedLine | null {
  const time = yearlessTimeAt(raw, 0, false, context);
  const rest = time && LOGCAT_REST.exec(raw.slice(time.end, time.end + 160));
  const severity = rest ? severityOfLetter(rest[3]!) : null;
  if (!time || !rest || severity === null) return null;
  const line = lineWith(time, rest[3]!, severity, c.trimmedFrom(raw, time.end + rest[0].length));
  line.pid = Number(rest[1]);
  line.program = rest[4]!.trim() || null;
  addField(line, 'tid', rest[2]);
  return line;
}

const RUBY_REST = /^ #(\d{1,10})\]\s+([A-Z]{3,7}) -- ([^:\n]{0,64}): ?/;

export function parseRubyLogger(raw: string, context: ParseContext): ParsedLine | null {
  if (!raw.startsWith(', [', 1)) return null;
  const time = applicationTimeAt(raw, 4, context);
  const rest = time && RUBY_REST.exec(raw.slice(time.end, time.end + 128));
  const severity = severityOfLetter(raw.charAt(0));
  if (!time || !rest || severity === null) return null;
  const line = lineWith(time, rest[2]!, severity, c.trimmedFrom(raw, time.end + rest[0].length));
  line.pid = Number(rest[1]);
  line.program = rest[3]!.trim() || null;
  return line;
}

const REDIS_OPENING = /^(\d{1,10}):([XCSM]) /;
const REDIS_LEVELS: Record<string, Severity> = {
  '.': Severity.DEBUG,
  '-': Severity.INFO,
  '*': Severity.NOTICE,
  '#': Severity.WARNING,
};

export function parseRedis(raw: string, context: ParseContext): ParsedLine | null {
  const opening = REDIS_OPENING.exec(raw.slice(0, 16));
  const time = opening && applicationTimeAt(raw, opening[0].length, context);
  if (!opening || !time) return null;
  const sign = raw.charAt(time.end + 1);
  const severity = REDIS_LEVELS[sign];
  if (severity === undefined || raw.charCodeAt(time.end + 2) !== c.SPACE) return null;
  const line = lineWith(time, sign, severity, c.trimmedFrom(raw, time.end + 3));
  line.pid = Number(opening[1]);
  line.program = 'redis';
  return line;
}
