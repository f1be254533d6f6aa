// The journal's JSON export (`journalctl -o json`): every value a text, or a list of bytes where it is not UTF-8.

import { Severity } from '../domain/severity.ts';
import * as c from './chars.ts';
import { microsOfEpochText } from './epoch.ts';
import type { JsonObject } from './json-object.ts';
import { severityOfNumber } from './level.ts';
import { type LineFields, lineOf, type ParsedLine, setField } from './parsed-line.ts';

/** Fields that the line's own properties take over. */
const HEADER_NAMES = new Set(['MESSAGE', 'PRIORITY', '_HOSTNAME', '__REALTIME_TIMESTAMP']);
const MAX_FACILITY = 23;

export const isJournalEntry = (object: JsonObject): boolean =>
  '__REALTIME_TIMESTAMP' in object ||
  ('MESSAGE' in object && ('PRIORITY' in object || '_HOSTNAME' in object));

const isBytes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((byte) => typeof byte === 'number');

/** Text, bytes, or the first of several values of one field; null for anything else. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (isBytes(value)) return Buffer.from(value).toString('utf8');
  return Array.isArray(value) && value.length > 0 && !Array.isArray(value[0]) ? textOf(value[0]) : null;
}

const numberOf = (value: unknown, max: number): number | null => {
  const text = textOf(value);
  const isNumber =
    text !== null && text !== '' && c.digitsEnd(text, 0) === text.length && Number(text) <= max;
  return isNumber ? Number(text) : null;
};

function fieldsOf(entry: JsonObject): LineFields | null {
  const fields: LineFields = {};
  for (const [name, value] of Object.entries(entry)) {
    if (!HEADER_NAMES.has(name)) setField(fields, name, isBytes(value) ? textOf(value) : value);
  }
  return Object.keys(fields).length === 0 ? null : fields;
}

export function lineOfJournal(entry: JsonObject, text: string): ParsedLine {
  const line = lineOf('journald', c.trimmedFrom(textOf(entry.MESSAGE) ?? '', 0) || c.trimmedFrom(text, 0));
  const time = textOf(entry._SOURCE_REALTIME_TIMESTAMP) ?? textOf(entry.__REALTIME_TIMESTAMP);
  line.timestampUs = time === null ? null : microsOfEpochText(time);
  line.host = textOf(entry._HOSTNAME);
  line.program = textOf(entry.SYSLOG_IDENTIFIER) ?? textOf(entry._COMM) ?? textOf(entry._SYSTEMD_UNIT);
  line.pid = numberOf(entry._PID, 0xffff_ffff) ?? numberOf(entry.SYSLOG_PID, 0xffff_ffff);
  const priority = numberOf(entry.PRIORITY, 7);
  if (priority !== null) {
    line.severity = severityOfNumber(priority) ?? Severity.INFO;
    line.severityOriginal = String(priority);
  }
  line.facility = numberOf(entry.SYSLOG_FACILITY, MAX_FACILITY);
  line.fields = fieldsOf(entry);
  return line;
}
