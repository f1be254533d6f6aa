// Events of the Windows event log, as JSON in the shapes that its exporters give it, or as the XML of the log itself.
// All are brought to one record first.

import { Severity } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';
import * as c from './chars.ts';
import { isObject, type JsonObject } from './json-object.ts';
import { severityOfWord } from './level.ts';
import { type LineFields, lineOf, type ParseContext, type ParsedLine, setField } from './parsed-line.ts';
import { isoTimeAt } from './timestamp.ts';
import { parseXmlElement } from './xml.ts';

interface WindowsRecord {
  provider: unknown;
  eventId: unknown;
  level: unknown;
  keywords: unknown;
  time: unknown;
  computer: unknown;
  channel: unknown;
  recordId: unknown;
  processId: unknown;
  message: unknown;
  data: JsonObject | null;
}

/** The member at a path; `#attributes` may stand between, as converters of the XML put it there. */
function at(value: unknown, ...path: string[]): unknown {
  let here = value;
  for (const name of path) {
    if (!isObject(here)) return undefined;
    const attributes = here['#attributes'];
    here = here[name] ?? (isObject(attributes) ? attributes[name] : undefined);
  }
  return isObject(here) && '#text' in here ? here['#text'] : here;
}

/** `{ Data: [{ Name, #text }] }` of the XML, or an object of names and values already. */
function dataOf(value: unknown): JsonObject | null {
  if (!isObject(value)) return null;
  const list = Array.isArray(value.Data) ? value.Data : 'Data' in value ? [value.Data] : null;
  if (!list) return value;
  const data: JsonObject = {};
  list.forEach((item, i) => {
    const name = at(item, 'Name');
    setField(
      data,
      typeof name === 'string' ? name : `Data${i}`,
      isObject(item) ? (item['#text'] ?? '') : item,
    );
  });
  return data;
}

function recordOfEvent(event: JsonObject): WindowsRecord {
  const system = event.System;
  return {
    provider: at(system, 'Provider', 'Name'),
    eventId: at(system, 'EventID'),
    level: at(event, 'RenderingInfo', 'Level') ?? at(system, 'Level'),
    keywords: at(system, 'Keywords'),
    time: at(system, 'TimeCreated', 'SystemTime'),
    computer: at(system, 'Computer'),
    channel: at(system, 'Channel'),
    recordId: at(system, 'EventRecordID'),
    processId: at(system, 'Execution', 'ProcessID'),
    message: at(event, 'RenderingInfo', 'Message'),
    data: dataOf(event.EventData ?? event.UserData),
  };
}

/** Winlogbeat and Elastic Agent. */
function recordOfBeat(object: JsonObject, winlog: JsonObject): WindowsRecord {
  return {
    provider: winlog.provider_name,
    eventId: winlog.event_id ?? at(object, 'event', 'code'),
    level: at(object, 'log', 'level') ?? winlog.level,
    keywords: winlog.keywords,
    time: object['@timestamp'],
    computer: winlog.computer_name,
    channel: winlog.channel,
    recordId: winlog.record_id,
    processId: at(winlog, 'process', 'pid'),
    message: object.message,
    data: isObject(winlog.event_data) ? winlog.event_data : null,
  };
}

const FLAT_NAMES = new Set([
  ...[
    'EventID',
    'Id',
    'SourceName',
    'ProviderName',
    'Provider',
    'Level',
    'LevelDisplayName',
    'Severity',
    'Keywords',
  ],
  ...[
    'EventTime',
    'TimeCreated',
    'Hostname',
    'MachineName',
    'Computer',
    'Channel',
    'LogName',
    'RecordNumber',
    'RecordId',
  ],
  ...['ProcessID', 'ProcessId', 'Message'],
]);

/** NXLog's and PowerShell's flat objects. */
function recordOfFlat(object: JsonObject): WindowsRecord {
  const data: JsonObject = {};
  for (const [name, value] of Object.entries(object)) if (!FLAT_NAMES.has(name)) setField(data, name, value);
  return {
    provider: object.SourceName ?? object.ProviderName ?? object.Provider,
    eventId: object.EventID ?? object.Id,
    level: object.LevelDisplayName ?? object.Severity ?? object.Level,
    keywords: object.Keywords,
    time: object.EventTime ?? object.TimeCreated,
    computer: object.Hostname ?? object.MachineName ?? object.Computer,
    channel: object.Channel ?? object.LogName,
    recordId: object.RecordNumber ?? object.RecordId,
    processId: object.ProcessID ?? object.ProcessId,
    message: object.Message,
    data,
  };
}

const isFlatEvent = (object: JsonObject): boolean =>
  ('EventID' in object && ('SourceName' in object || 'Channel' in object || 'ProviderName' in object)) ||
  ('ProviderName' in object && 'Id' in object);

export const isWindowsEvent = (object: JsonObject): boolean =>
  (isObject(object.Event) && isObject(object.Event.System)) || isObject(object.winlog) || isFlatEvent(object);

/** The log's levels: 1 critical, 2 error, 3 warning, 4 information, 5 verbose; 0, of audits, says nothing. */
const LEVELS: readonly (Severity | null)[] = [
  null,
  Severity.CRITICAL,
  Severity.ERROR,
  Severity.WARNING,
  Severity.INFO,
  Severity.DEBUG,
];
/** Bits of the keywords, after winmeta.h. */
const AUDIT_FAILURE = 1n << 52n;
const AUDIT_SUCCESS = 1n << 53n;

function severityOfKeywords(keywords: string): Severity | null {
  const bits = /^0x[0-9a-f]{1,16}$/i.test(keywords) ? BigInt(keywords) : 0n;
  if (bits & AUDIT_FAILURE || /audit failure/i.test(keywords)) return Severity.WARNING;
  return bits & AUDIT_SUCCESS || /audit success/i.test(keywords) ? Severity.INFO : null;
}

interface FoundLevel {
  severity: Severity;
  original: string;
}

function levelOf({ level, keywords }: WindowsRecord): FoundLevel | null {
  const text = textOf(level) ?? '';
  const severity = (text.length === 1 ? LEVELS[Number(text)] : undefined) ?? severityOfWord(text);
  if (severity !== null) return { severity, original: text };
  const audit = Array.isArray(keywords) ? keywords.join(' ') : (textOf(keywords) ?? '');
  const audited = severityOfKeywords(audit);
  return audited === null ? null : { severity: audited, original: audit };
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? null : text;
}

const DOTNET_DATE = /^\/Date\((-?\d{1,16})\)\/$/;

function timeOf(value: unknown, context: ParseContext): Micros | null {
  const text = textOf(value) ?? '';
  const dotnet = DOTNET_DATE.exec(text);
  if (dotnet) return Number(dotnet[1]) * 1_000;
  const time = isoTimeAt(text, 0, context);
  return time && time.end === text.length ? time.us : null;
}

/** An event that was exported without its text: the identifiers and values that the text is made of. */
function describe(record: WindowsRecord): string {
  const values = Object.entries(record.data ?? {}).map(([name, value]) => `${name}=${textOf(value) ?? '-'}`);
  return [textOf(record.provider), 'event', textOf(record.eventId), ...values]
    .filter((part) => part !== null)
    .join(' ');
}

function fieldsOf(record: WindowsRecord): LineFields {
  const fields: LineFields = {};
  for (const [name, value] of Object.entries(record.data ?? {})) setField(fields, name, value);
  for (const name of ['provider', 'eventId', 'channel', 'recordId'] as const) {
    const text = textOf(record[name]);
    if (text !== null) fields[name] = /^\d{1,15}$/.test(text) ? Number(text) : text;
  }
  return fields;
}

function lineOfRecord(record: WindowsRecord, context: ParseContext): ParsedLine {
  const line = lineOf('windows-event', textOf(record.message) ?? describe(record));
  const level = levelOf(record);
  const processId = textOf(record.processId) ?? '';
  line.timestampUs = timeOf(record.time, context);
  line.host = textOf(record.computer);
  line.program = textOf(record.provider);
  line.pid = /^\d{1,10}$/.test(processId) ? Number(processId) : null;
  line.severity = level?.severity ?? null;
  line.severityOriginal = level?.original ?? null;
  line.fields = fieldsOf(record);
  return line;
}

/** The line of an object for which {@link isWindowsEvent} holds. */
export function lineOfWindowsEvent(object: JsonObject, context: ParseContext): ParsedLine {
  if (isObject(object.Event)) return lineOfRecord(recordOfEvent(object.Event), context);
  return lineOfRecord(
    isObject(object.winlog) ? recordOfBeat(object, object.winlog) : recordOfFlat(object),
    context,
  );
}

/** `<Event xmlns="…"><System>…`; null when the text is no such element. */
export function parseWindowsXml(raw: string, context: ParseContext): ParsedLine | null {
  const start = c.skipBlanks(raw, 0);
  if (!raw.startsWith('<Event', start)) return null;
  const event = parseXmlElement(raw, start);
  return event && isObject(event.System) ? lineOfRecord(recordOfEvent(event), context) : null;
}
