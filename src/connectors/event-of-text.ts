// A text that a shipper wrapped: what the wrapper says of it stands, what it leaves open the text's own header tells.
import { type Severity, severityName } from '../domain/severity.ts';
import { formatMicros, type Micros } from '../domain/time.ts';
import { parseLine } from '../parse/parse-line.ts';
import type { IngestEventInput } from '../pipeline/input.ts';

export interface Wrapper {
  readonly timestampUs?: Micros | null;
  readonly host?: string | null;
  readonly service?: string | null;
  readonly severity?: Severity | null;
  readonly sourcePath?: string | null;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly eventKey?: string | null;
}

/** The text as it came stays beside a message whose header came off. */
export function eventOfText(text: string, wrapper: Wrapper, receivedUs: Micros): IngestEventInput {
  const line = parseLine(text, { referenceUs: wrapper.timestampUs ?? receivedUs });
  const timestampUs = wrapper.timestampUs ?? line.timestampUs;
  const severity = wrapper.severity ?? line.severity;
  const fields = { ...line.fields, ...wrapper.fields };
  return {
    message: line.message,
    timestamp: timestampUs === null ? null : formatMicros(timestampUs),
    host: wrapper.host ?? line.host,
    service: wrapper.service ?? line.program,
    severity: severity === null ? null : severityName(severity),
    sourcePath: wrapper.sourcePath ?? null,
    structuredFields: Object.keys(fields).length === 0 ? null : fields,
    ingestMetadata: line.message === text ? null : { format: line.format, original: text },
    eventKey: wrapper.eventKey ?? null,
  };
}

/** Text that a wrapper may give as a string or number; null for anything else. */
export function wordOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
}
