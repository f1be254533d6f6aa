// BSD syslog as RFC 3164 describes it and as daemons, relays and files really write it: with or without a priority,
// with the time of RFC 3339 in place of the one without a year, with or without host and tag.

import { severityOfSyslog } from '../domain/severity.ts';
import * as c from './chars.ts';
import { applyCisco } from './cisco.ts';
import { severityOfWord } from './level.ts';
import { addField, lineOf, type ParseContext, type ParsedLine } from './parsed-line.ts';
import { type SyslogTag, syslogTagAt } from './syslog-tag.ts';
import { bsdTimeAt, type FoundTime, isoTimeAt } from './timestamp.ts';

/** A priority such as `<34>` and the index after it. */
export interface Priority {
  value: number;
  end: number;
}

const MAX_PRIORITY = 191;
const MAX_HOST_LENGTH = 255;

export function priorityAt(raw: string, at: number): Priority | null {
  if (raw.charCodeAt(at) !== c.LESS_THAN) return null;
  const end = c.digitsEnd(raw, at + 1);
  if (end === at + 1 || end > at + 4 || raw.charCodeAt(end) !== c.GREATER_THAN) return null;
  const value = c.digitsAt(raw, at + 1, end - at - 1);
  return value <= MAX_PRIORITY ? { value, end: end + 1 } : null;
}

export function applyPriority(line: ParsedLine, priority: Priority): void {
  line.facility = priority.value >> 3;
  line.severity = severityOfSyslog(priority.value);
  line.severityOriginal = String(priority.value & 7);
}

interface HostScan {
  end: number;
  /** It holds a digit, a dot, a dash or a colon, as a name or an address does and a word of prose does not. */
  telling: boolean;
}

function scanHost(raw: string, at: number): HostScan | null {
  let telling = false;
  let end = at;
  for (; end < raw.length; end++) {
    const code = raw.charCodeAt(end);
    if (c.isLetter(code) || code === c.UNDERSCORE || code === c.SLASH || code === 64) continue;
    if (!(c.isDigit(code) || code === c.DOT || code === c.MINUS || code === c.COLON)) break;
    telling = true;
  }
  const endsInColon = raw.charCodeAt(end - 1) === c.COLON && raw.charCodeAt(end - 2) !== c.COLON;
  const isHost =
    !endsInColon &&
    end > at &&
    end - at <= MAX_HOST_LENGTH &&
    (raw.charCodeAt(end) === c.SPACE || end === raw.length);
  return isHost && c.isAlphanumeric(raw.charCodeAt(at)) ? { end, telling } : null;
}

/** `[12345.678901] ` before a kernel message; the index after it, or `at`. */
export function kernelUptimeEnd(raw: string, at: number): number {
  if (raw.charCodeAt(at) !== c.OPEN_BRACKET) return at;
  const seconds = c.skipBlanks(raw, at + 1);
  const dot = c.digitsEnd(raw, seconds);
  const end = c.digitsEnd(raw, dot + 1);
  const isUptime = dot > seconds && raw.charCodeAt(dot) === c.DOT && end > dot + 1;
  return isUptime && raw.charCodeAt(end) === c.CLOSE_BRACKET ? end + 1 : at;
}

/** Sets the message to what follows `at`, without the kernel's own time. */
export function applyKernelMessage(line: ParsedLine, raw: string, at: number): void {
  const start = c.skipBlanks(raw, at);
  const end = kernelUptimeEnd(raw, start);
  if (end > start) addField(line, 'uptimeSeconds', Number(raw.slice(start + 1, end - 1)));
  line.message = c.trimmedFrom(raw, end);
}

function applyTag(line: ParsedLine, raw: string, tag: SyslogTag): void {
  line.program = tag.program;
  line.pid = tag.pid;
  if (tag.instance !== null) addField(line, 'instance', tag.instance);
  if (tag.version !== null) addField(line, 'version', tag.version);
  if (tag.program === 'kernel') applyKernelMessage(line, raw, tag.end);
  else line.message = c.trimmedFrom(raw, tag.end);
}

/** The tag after a time in RFC 3339 must be beyond doubt: programs' own logs begin with such times too. */
function isSyslogTag(time: FoundTime, raw: string, timeAt: number, tag: SyslogTag | null): boolean {
  if (!tag) return false;
  if (tag.pid !== null || tag.program === 'kernel') return true;
  const zoneMark = raw.charCodeAt(time.end - 1) | 32;
  const hasMicroseconds = time.end - timeAt >= 27;
  return time.zoned && (zoneMark !== 122 || hasMicroseconds);
}

const hasNoTag = (raw: string, at: number): boolean =>
  raw.startsWith('last message repeated', at) ||
  raw.startsWith('message repeated', at) ||
  raw.startsWith('-- ', at);

/** Content that opens with a word followed by a blank: a host, or prose where no host was written. */
function applyHosted(
  line: ParsedLine,
  raw: string,
  at: number,
  host: HostScan,
  context: ParseContext,
  sure: boolean,
): void {
  const next = c.skipBlanks(raw, host.end);
  const name = raw.slice(at, host.end);
  line.host = name;
  const tag = syslogTagAt(raw, next, true);
  if (tag) {
    applyTag(line, raw, tag);
    return;
  }
  if (applyCisco(line, raw, next, context)) return;
  const isHost = (sure || host.telling || hasNoTag(raw, next)) && severityOfWord(name) === null;
  if (!isHost) line.host = null;
  line.message = c.trimmedFrom(raw, isHost ? next : at);
}

/** What follows the time: host and tag, tag alone, a device's own header, or nothing but the message. */
function applyContent(
  line: ParsedLine,
  raw: string,
  from: number,
  context: ParseContext,
  sure: boolean,
): void {
  let at = from;
  const first = raw.charCodeAt(at);
  if (first === c.COLON || first === c.PERCENT) {
    if (applyCisco(line, raw, at, context)) return;
    if (first === c.COLON) at = c.skipBlanks(raw, at + 1);
  }
  const tag = syslogTagAt(raw, at, false);
  if (tag) {
    applyTag(line, raw, tag);
    return;
  }
  const host = scanHost(raw, at);
  if (host) applyHosted(line, raw, at, host, context, sure);
  else line.message = c.trimmedFrom(raw, at);
}

/** `app[web.1]: …` or `sshd[12]: …` right behind the time, with no host. */
function isBracketedTag(raw: string, at: number): boolean {
  const tag = syslogTagAt(raw, at, false);
  return tag !== null && (tag.pid !== null || tag.instance !== null);
}

/** A line whose time is that of RFC 3339, as rsyslog's and journalctl's file formats have it. */
function parseIsoDated(
  raw: string,
  at: number,
  context: ParseContext,
  hasPriority: boolean,
): ParsedLine | null {
  if (!c.isDigit(raw.charCodeAt(at)) || raw.charCodeAt(at + 10) === c.SPACE) return null;
  const time = isoTimeAt(raw, at, context);
  if (!time || raw.charCodeAt(time.end) !== c.SPACE) return null;
  const hostAt = c.skipBlanks(raw, time.end);
  const isTagOnly = isBracketedTag(raw, hostAt);
  if (!hasPriority && !isTagOnly) {
    const host = scanHost(raw, hostAt);
    if (!host || severityOfWord(raw.slice(hostAt, host.end)) !== null) return null;
    if (!isSyslogTag(time, raw, at, syslogTagAt(raw, c.skipBlanks(raw, host.end), true))) return null;
  }
  const line = lineOf('rfc3164', '');
  line.timestampUs = time.us;
  applyContent(line, raw, hostAt, context, hasPriority);
  return line;
}

function parseBsdDated(
  raw: string,
  at: number,
  context: ParseContext,
  hasPriority: boolean,
): ParsedLine | null {
  const time = bsdTimeAt(raw, at, context);
  if (!time) return null;
  const next = raw.charCodeAt(time.end);
  if (next !== c.SPACE && next !== c.COLON) return null;
  const line = lineOf('rfc3164', '');
  line.timestampUs = time.us;
  line.yearInferred = time.yearInferred;
  applyContent(line, raw, c.skipBlanks(raw, time.end), context, hasPriority);
  return line;
}

/** A priority with no time behind it: RFC 3164 section 4.3.3 takes the rest as it is. */
function parseUndated(raw: string, at: number, context: ParseContext): ParsedLine {
  const line = lineOf('rfc3164', '');
  if (applyCisco(line, raw, at, context)) return line;
  const tag = syslogTagAt(raw, at, false);
  if (tag) {
    applyTag(line, raw, tag);
  } else if (kernelUptimeEnd(raw, at) > at) {
    line.program = 'kernel';
    applyKernelMessage(line, raw, at);
  } else {
    line.message = c.trimmedFrom(raw, at);
  }
  return line;
}

/** Null when the line is no BSD syslog. */
export function parseRfc3164(
  raw: string,
  context: ParseContext,
  priority: Priority | null,
): ParsedLine | null {
  const at = priority ? c.skipBlanks(raw, priority.end) : 0;
  const hasPriority = priority !== null;
  const dated = parseBsdDated(raw, at, context, hasPriority) ?? parseIsoDated(raw, at, context, hasPriority);
  if (!priority) return dated;
  const line = dated ?? parseUndated(raw, at, context);
  if (line.severity === null) {
    applyPriority(line, priority);
  } else {
    line.facility = priority.value >> 3;
  }
  return line;
}
