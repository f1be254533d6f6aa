// What every parser of a log line yields, whatever the format it reads.

import type { Severity } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';

export const LINE_FORMATS = [
  'rfc3164',
  'rfc5424',
  'jsonl',
  'journald',
  'windows-event',
  'logfmt',
  'cef',
  'leef',
  'access-log',
  'error-log',
  'application',
  'cri',
  'plain',
] as const;

export type LineFormat = (typeof LINE_FORMATS)[number];

/** Structured data, or the JSON members without a role of their own. */
export type LineFields = Record<string, unknown>;

export interface ParsedLine {
  /** The innermost format recognised: JSON sent by syslog is `jsonl`. */
  format: LineFormat;
  /** The content without its header, trimmed; empty only when the raw line is. */
  message: string;
  /** The line's own time in UTC; null when it carries none. */
  timestampUs: Micros | null;
  /** RFC 3164 has no year: it was taken from the context. */
  yearInferred: boolean;
  host: string | null;
  program: string | null;
  pid: number | null;
  /** As the line says; null when it says none. */
  severity: Severity | null;
  /** The line's own word or number for its severity. */
  severityOriginal: string | null;
  /** Syslog facility, 0 to 23. */
  facility: number | null;
  fields: LineFields | null;
}

export interface ParseContext {
  /** A time without a year falls in the most recent year that puts it no more than a day after this. */
  referenceUs: Micros;
  /** East of Greenwich, for times without a zone; default 0 (UTC). */
  zoneOffsetMinutes?: number;
}

/** A line of which nothing but its message is known yet. */
export function lineOf(format: LineFormat, message: string): ParsedLine {
  return {
    format,
    message,
    timestampUs: null,
    yearInferred: false,
    host: null,
    program: null,
    pid: null,
    severity: null,
    severityOriginal: null,
    facility: null,
    fields: null,
  };
}

/** Sets a field under any name: `__proto__` becomes a member like the others. */
export function setField(fields: LineFields, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    fields[name] = value;
  }
}

export function addField(line: ParsedLine, name: string, value: unknown): void {
  line.fields ??= {};
  setField(line.fields, name, value);
}
