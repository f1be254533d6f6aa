// What an event's raw line says beyond the columns: recomputed by the same pure functions that ingest used.
import { sql } from 'drizzle-orm';
import { parseLine } from '../parse/parse-line.ts';
import type { ParsedLine } from '../parse/parsed-line.ts';
import { EventFlag, event } from '../store/tables/event.ts';
import { origin } from '../store/tables/source.ts';
import type { Values } from './column-types.ts';
import { bundle } from './fields.ts';
import type { Lookup } from './plan/scope.ts';

export const eventOrigin: Lookup<typeof event, typeof origin> = {
  table: origin,
  on: (e, o) => sql`${o.originId} = ${e.originId}`,
};

/** Everything that the line-derived fields of an event need. */
export const eventLine = bundle('line', event, (e, scope) => ({
  raw: e.messageRaw,
  flags: e.flags,
  attrs: e.attrs,
  service: scope.lookup(eventOrigin).service,
}));

export type EventLine = Values<ReturnType<(typeof eventLine)['select']>>;

const parsed = new WeakMap<EventLine, ParsedLine | null>();

/** null for events that came with their fields apart. */
function parsedLine(line: EventLine): ParsedLine | null {
  let result = parsed.get(line);
  if (result === undefined) {
    // The reference only decides the year of a time without one, which is not asked for here.
    result = line.flags & EventFlag.STRUCTURED ? null : parseLine(receivedText(line), { referenceUs: 0 });
    parsed.set(line, result);
  }
  return result;
}

/** The text as received, where the column could not hold it. */
const receivedText = ({ raw, attrs }: EventLine): string =>
  attrs?.rawBase64 ? Buffer.from(attrs.rawBase64, 'base64').toString('utf16le') : raw;

export const messageOf = (line: EventLine): string => parsedLine(line)?.message ?? receivedText(line);

export const structuredFieldsOf = (line: EventLine): Record<string, unknown> | null =>
  line.attrs?.structuredFields ?? parsedLine(line)?.fields ?? null;

export const severityOriginalOf = (line: EventLine): string | null =>
  line.attrs?.severityOriginal ?? parsedLine(line)?.severityOriginal ?? null;

/** What the sender said about the ingest, then what we decided about the event. */
export function ingestMetadataOf(line: EventLine): Record<string, unknown> {
  const { structuredFields, correlationKeys, ingestMetadata, severityOriginal, ...exact } = line.attrs ?? {};
  const decided = {
    severityInferred: EventFlag.SEVERITY_INFERRED,
    timestampAssigned: EventFlag.TIMESTAMP_ASSIGNED,
    yearInferred: EventFlag.YEAR_INFERRED,
    skewed: EventFlag.SKEWED,
    truncated: EventFlag.TRUNCATED,
  };
  const flags = Object.entries(decided).map(([name, bit]) => [name, (line.flags & bit) !== 0]);
  return {
    ...ingestMetadata,
    format: parsedLine(line)?.format ?? 'structured',
    ...Object.fromEntries(flags),
    ...exact,
  };
}
