// Access logs of Apache and nginx in the common and combined formats, also with the virtual host in front.

import { Severity } from '../domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_MINUTE, US_PER_SECOND } from '../domain/time.ts';
import { dayNumber } from './calendar.ts';
import * as c from './chars.ts';
import { type LineFields, lineOf, type ParseContext, type ParsedLine } from './parsed-line.ts';
import { monthAt, secondsOfDayAt, zoneAt } from './timestamp.ts';

/** `10/Oct/2026:13:55:36 -0700` at `at`; null when it is no such time. */
function clfTimeAt(text: string, at: number, context: ParseContext): Micros | null {
  if (text.charCodeAt(at + 2) !== c.SLASH || text.charCodeAt(at + 6) !== c.SLASH) return null;
  const days = dayNumber(c.digitsAt(text, at + 7, 4), monthAt(text, at + 3), c.digitsAt(text, at, 2));
  const seconds = text.charCodeAt(at + 11) === c.COLON ? secondsOfDayAt(text, at + 12) : -1;
  if (Number.isNaN(days) || seconds < 0) return null;
  const offset = zoneAt(text, at + 20)?.offsetMinutes ?? context.zoneOffsetMinutes ?? 0;
  return days * US_PER_DAY + seconds * US_PER_SECOND - offset * US_PER_MINUTE;
}

/** After the time: the quoted request, status, size, and in the combined format referrer and user agent. */
const REQUEST = /^"((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?/;
const METHOD_PATH = /^([A-Z]{3,10}) (\S+)(?: (HTTP\/[\d.]+))?$/;
const MAX_PREFIX_LENGTH = 512;
const MAX_REQUEST_LENGTH = 16_384;

function severityOfStatus(status: number): Severity {
  if (status >= 500) return Severity.ERROR;
  return status >= 400 ? Severity.WARNING : Severity.INFO;
}

function addIfSaid(fields: LineFields, name: string, value: string | undefined): void {
  if (value !== undefined && value !== '' && value !== '-') fields[name] = value;
}

function requestFields(match: RegExpExecArray): LineFields {
  const [, request, status, bytes, referrer, userAgent] = match;
  const fields: LineFields = { status: Number(status) };
  const parts = METHOD_PATH.exec(request!);
  if (parts) {
    fields.method = parts[1];
    fields.path = parts[2];
    addIfSaid(fields, 'protocol', parts[3]);
  }
  if (bytes !== '-') fields.bytes = Number(bytes);
  addIfSaid(fields, 'referrer', referrer);
  addIfSaid(fields, 'userAgent', userAgent);
  return fields;
}

/**
 * Null when the line is no access log line. The message is request, status and size; referrer and user agent are
 * fields, for their words say nothing of what happened.
 */
export function parseAccessLog(raw: string, context: ParseContext): ParsedLine | null {
  let open = raw.indexOf('[') - 1;
  while (open >= 0 && raw.charCodeAt(open) !== c.SPACE) open = raw.indexOf('[', open + 2) - 1;
  if (open < 0 || open > MAX_PREFIX_LENGTH || raw.charCodeAt(open + 28) !== c.CLOSE_BRACKET) return null;
  const time = clfTimeAt(raw, open + 2, context);
  if (time === null) return null;
  const prefix = raw.slice(0, open).split(' ');
  if (prefix.length < 3 || prefix.length > 4) return null;
  const rest = c.skipBlanks(raw, open + 29);
  const request = REQUEST.exec(raw.slice(rest, rest + MAX_REQUEST_LENGTH));
  if (!request) return null;
  const fields = requestFields(request);
  const [user, , client, virtualHost] = prefix.toReversed();
  addIfSaid(fields, 'clientIp', client);
  addIfSaid(fields, 'user', user);
  addIfSaid(fields, 'virtualHost', virtualHost);
  const [whole, text, status, bytes] = request;
  addIfSaid(fields, 'more', c.trimmedFrom(raw, rest + whole.length));
  const line = lineOf('access-log', `"${text}" ${status} ${bytes}`);
  line.timestampUs = time;
  line.severity = severityOfStatus(Number(status));
  line.severityOriginal = status!;
  line.fields = fields;
  return line;
}
