// One JSON object per line: the members with a role become the line's header, the rest stays as fields.

import type { Severity } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';
import * as c from './chars.ts';
import { microsOfEpoch, microsOfEpochText } from './epoch.ts';
import { isJournalEntry, lineOfJournal } from './journald.ts';
import { isObject, type JsonObject, parseJsonObject } from './json-object.ts';
import { isParentName, type JsonRole, roleOfName } from './json-roles.ts';
import {
  severityOfLetter,
  severityOfNumber,
  severityOfOpenTelemetry,
  severityOfPythonNumber,
  severityOfWord,
} from './level.ts';
import {
  type LineFields,
  type LineFormat,
  lineOf,
  type ParseContext,
  type ParsedLine,
  setField,
} from './parsed-line.ts';
import { bsdTimeAt, isoTimeAt } from './timestamp.ts';
import { isWindowsEvent, lineOfWindowsEvent } from './windows-event.ts';

/** RFC 3339, the BSD form, or a count since 1970 in any of four units; null when the value is no time. */
export function microsOfValue(value: unknown, context: ParseContext): Micros | null {
  if (typeof value === 'number') return microsOfEpoch(value);
  if (typeof value !== 'string' || value.length > 64) return null;
  const text = value.trim();
  const time = isoTimeAt(text, 0, context) ?? bsdTimeAt(text, 0, context);
  if (time) return time.end === text.length ? time.us : null;
  return microsOfEpochText(text);
}

interface FoundSeverity {
  severity: Severity;
  original: string;
}

function severityOfNumberNamed(name: string, level: number): Severity | null {
  if (name === 'levelno') return severityOfPythonNumber(level);
  return /^severity_?number$/i.test(name) ? severityOfOpenTelemetry(level) : severityOfNumber(level);
}

export function severityOfValue(name: string, value: unknown): FoundSeverity | null {
  let severity: Severity | null = null;
  if (typeof value === 'number') severity = severityOfNumberNamed(name, value);
  else if (typeof value === 'string' && value.length <= 16) {
    const word = value.trim();
    severity =
      severityOfWord(word) ??
      (word.length <= 2 ? severityOfLetter(word.charAt(0)) : null) ??
      (word !== '' && c.digitsEnd(word, 0) === word.length
        ? severityOfNumberNamed(name, Number(word))
        : null);
  }
  return severity === null ? null : { severity, original: String(value) };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

const wholeNumber = (value: unknown, max: number): number | null => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= max
    ? number
    : null;
};

const MAX_PID = 0xffff_ffff;
const MAX_FACILITY = 23;

/** Puts the value into the line; false, and nothing changed, when it cannot play that role and so stays a field. */
function applyRole(
  line: ParsedLine,
  role: JsonRole,
  name: string,
  value: unknown,
  context: ParseContext,
): boolean {
  switch (role) {
    case 'message': {
      const message = typeof value === 'string' ? c.trimmedFrom(value, 0) : '';
      line.message = message || line.message;
      return message !== '';
    }
    case 'time': {
      const us = microsOfValue(value, context);
      line.timestampUs = us ?? line.timestampUs;
      return us !== null;
    }
    case 'severity': {
      const found = severityOfValue(name, value);
      if (!found) return false;
      line.severity = found.severity;
      line.severityOriginal = found.original;
      return true;
    }
    case 'host':
    case 'program':
      if (!isText(value)) return false;
      line[role] = value;
      return true;
    case 'pid':
    case 'facility': {
      const number = wholeNumber(value, role === 'pid' ? MAX_PID : MAX_FACILITY);
      line[role] = number ?? line[role];
      return number !== null;
    }
  }
}

/** The best member found so far for each role, and the flat members that are therefore no fields. */
class RoleAssignment {
  readonly line: ParsedLine;
  private readonly context: ParseContext;
  private readonly ranks = new Map<JsonRole, number>();
  private readonly used = new Map<JsonRole, string>();

  constructor(line: ParsedLine, context: ParseContext) {
    this.line = line;
    this.context = context;
  }

  /** `flat`: a member of the line itself leaves the fields when used; one of a nested object stays in it. */
  offer(name: string, value: unknown, flat: boolean): void {
    const known = roleOfName(name);
    if (known === undefined || known.rank >= (this.ranks.get(known.role) ?? Number.POSITIVE_INFINITY)) return;
    if (!applyRole(this.line, known.role, name, value, this.context)) return;
    this.ranks.set(known.role, known.rank);
    if (flat) this.used.set(known.role, name);
    else this.used.delete(known.role);
  }

  fieldsOf(object: JsonObject): LineFields | null {
    const used = new Set(this.used.values());
    let fields: LineFields | null = null;
    for (const name of Object.keys(object)) {
      if (used.has(name)) continue;
      fields ??= {};
      setField(fields, name, object[name]);
    }
    return fields;
  }
}

/** The line that a parsed object is. Without any message the text itself is one. */
export function lineOfJson(
  object: JsonObject,
  text: string,
  context: ParseContext,
  format: LineFormat = 'jsonl',
): ParsedLine {
  const line = lineOf(format, '');
  const roles = new RoleAssignment(line, context);
  for (const name of Object.keys(object)) {
    const value = object[name];
    roles.offer(name, value, true);
    if (!isObject(value) || !isParentName(name)) continue;
    for (const inner of Object.keys(value)) roles.offer(`${name}.${inner}`, value[inner], false);
  }
  line.fields = roles.fieldsOf(object);
  if (line.message === '') line.message = c.trimmedFrom(text, 0);
  return line;
}

/** Null when the line is no JSON object: broken JSON is a plain line. */
export function parseJsonLine(raw: string, context: ParseContext): ParsedLine | null {
  const text = raw.trim();
  if (text.charCodeAt(0) !== c.OPEN_BRACE || !text.endsWith('}')) return null;
  const object = parseJsonObject(text);
  if (!object) return null;
  if (isJournalEntry(object)) return lineOfJournal(object, text);
  const event = isWindowsEvent(object) ? lineOfWindowsEvent(object, context) : null;
  return event ?? lineOfJson(object, text, context);
}
