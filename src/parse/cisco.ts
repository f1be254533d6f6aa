// Lines as Cisco equipment writes them: `45: *Mar  1 00:00:00.123 UTC: %LINK-3-UPDOWN: Interface Gi0/1, …`,
// bare or behind a syslog header. The sequence number, the device's name and the time may each be missing.

import { severityOfSyslog } from '../domain/severity.ts';
import { type Micros, US_PER_MINUTE } from '../domain/time.ts';
import * as c from './chars.ts';
import { addField, type LineFields, type ParseContext, type ParsedLine } from './parsed-line.ts';
import { bsdTimeAt, type FoundTime, monthAt, secondsOfDayAt, zoneAt } from './timestamp.ts';
import { vendorCodeAt } from './vendor-code.ts';

interface CiscoHeader {
  time: FoundTime | null;
  origin: string | null;
  fields: LineFields;
  messageAt: number;
}

const MAX_ORIGIN_LENGTH = 64;

/** The index after `word: ` at `at`, or -1; the word may hold no blank. */
function afterColonWord(raw: string, at: number): number {
  let i = at;
  while (i < at + MAX_ORIGIN_LENGTH && !c.isBlank(raw.charCodeAt(i)) && i < raw.length) i++;
  return raw.charCodeAt(i - 1) === c.COLON && i > at + 1 ? c.skipBlanks(raw, i) : -1;
}

/** A device whose clock was never set counts from its start: `00:00:46` or `2d03h`. */
function uptimeEnd(raw: string, at: number): number {
  if (secondsOfDayAt(raw, at) >= 0) return at + 8;
  const number = c.digitsEnd(raw, at);
  const unit = raw.charCodeAt(number) | 32;
  if (number === at || !(unit === 121 || unit === 119 || unit === 100)) return -1;
  const second = c.digitsEnd(raw, number + 1);
  return second > number + 1 && c.isLetter(raw.charCodeAt(second)) ? second + 1 : -1;
}

/** `2026 Mar  1 00:00:00` as NX-OS writes it. */
function yearFirstTimeAt(raw: string, at: number, context: ParseContext): FoundTime | null {
  const year = c.digitsAt(raw, at, 4);
  return year < 0 || raw.charCodeAt(at + 4) !== c.SPACE ? null : bsdTimeAt(raw, at + 5, context, year);
}

function timeAt(raw: string, at: number, context: ParseContext): FoundTime | null {
  const time = bsdTimeAt(raw, at, context) ?? yearFirstTimeAt(raw, at, context);
  const zone = time && zoneAt(raw, time.end);
  if (!time || !zone) return time;
  const us: Micros = time.us + ((context.zoneOffsetMinutes ?? 0) - zone.offsetMinutes) * US_PER_MINUTE;
  return { ...time, us, end: zone.end, zoned: true };
}

function headerAt(raw: string, from: number, context: ParseContext): CiscoHeader | null {
  const fields: LineFields = {};
  let at = from;
  const sequence = c.digitsEnd(raw, at);
  if (sequence > at && raw.charCodeAt(sequence) === c.COLON && c.isBlank(raw.charCodeAt(sequence + 1))) {
    fields.sequence = Number(raw.slice(at, sequence));
    at = c.skipBlanks(raw, sequence + 1);
  } else if (raw.charCodeAt(at) === c.COLON) {
    at = c.skipBlanks(raw, at + 1);
  }
  let origin: string | null = null;
  if (c.isLetter(raw.charCodeAt(at)) && monthAt(raw, at) === 0) {
    const next = afterColonWord(raw, at);
    if (next < 0) return null;
    origin = raw.slice(at, raw.indexOf(':', at));
    at = next;
  }
  const mark = raw.charCodeAt(at);
  if (mark === c.ASTERISK || mark === c.DOT) {
    fields.clock = mark === c.ASTERISK ? 'not set' : 'not synchronized';
    at++;
  }
  const time = timeAt(raw, at, context);
  const uptime = time ? -1 : uptimeEnd(raw, at);
  if (uptime > 0) fields.uptime = raw.slice(at, uptime);
  let end = time ? time.end : Math.max(at, uptime);
  if (end > at) {
    end = c.skipBlanks(raw, end);
    if (raw.charCodeAt(end) === c.COLON) end = c.skipBlanks(raw, end + 1);
  }
  return { time, origin, fields, messageAt: end };
}

/** Takes severity and identifier from a `%…` code at the start of the message; false when there is none. */
export function applyVendorCode(line: ParsedLine, raw: string, at: number): boolean {
  const code = vendorCodeAt(raw, at);
  if (!code) return false;
  line.severity = severityOfSyslog(code.level);
  line.severityOriginal = String(code.level);
  addField(line, 'messageId', code.id);
  return true;
}

/**
 * Reads the device's own header at `from` into `line`, which may come from a relay's header already. The device's
 * clock counts unless it says itself that it was never set and the relay knows the time.
 */
export function applyCisco(line: ParsedLine, raw: string, from: number, context: ParseContext): boolean {
  if (raw.indexOf('%', from) < 0) return false;
  const header = headerAt(raw, from, context);
  if (!header || !applyVendorCode(line, raw, header.messageAt)) return false;
  for (const [name, value] of Object.entries(header.fields)) addField(line, name, value);
  line.host ??= header.origin;
  line.message = c.trimmedFrom(raw, header.messageAt);
  const { time } = header;
  if (time && (line.timestampUs === null || header.fields.clock === undefined)) {
    line.timestampUs = time.us;
    line.yearInferred = time.yearInferred;
  }
  return true;
}
