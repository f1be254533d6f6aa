// OpenTelemetry's log records as events: the body is the message, attributes of record, scope and resource its fields.
import { z } from 'zod';
import { ValidationError } from '../../domain/errors.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Micros } from '../../domain/time.ts';
import { microsOfEpochText } from '../../parse/epoch.ts';
import { severityOfOpenTelemetry, severityOfWord } from '../../parse/level.ts';
import type { IngestEventInput } from '../../pipeline/input.ts';
import { eventOfText, wordOf } from '../event-of-text.ts';

type Json = Readonly<Record<string, unknown>>;

const attributes = z.array(z.object({ key: z.string(), value: z.unknown() })).nullish();
const numeric = z.union([z.string(), z.number()]).nullish();

const record = z.object({
  timeUnixNano: numeric,
  observedTimeUnixNano: numeric,
  severityNumber: numeric,
  severityText: z.string().nullish(),
  body: z.unknown(),
  attributes,
  traceId: z.string().nullish(),
  spanId: z.string().nullish(),
  eventName: z.string().nullish(),
});

const request = z.object({
  resourceLogs: z
    .array(
      z.object({
        resource: z.object({ attributes }).nullish(),
        scopeLogs: z
          .array(
            z.object({
              scope: z.object({ name: z.string().nullish() }).nullish(),
              logRecords: z.array(record).nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});

/** `value`: the request in its JSON form. Throws ValidationError that names the field. */
export function eventsOfRequest(value: unknown, receivedUs: Micros): IngestEventInput[] {
  const read = request.safeParse(value);
  if (!read.success) {
    const { path, message } = read.error.issues[0]!;
    throw new ValidationError(`No export of logs: "${path.join('.')}" ${message}.`);
  }
  return (read.data.resourceLogs ?? []).flatMap(({ resource, scopeLogs }) => {
    const origin = membersOf(resource?.attributes);
    return (scopeLogs ?? []).flatMap(({ scope, logRecords }) =>
      (logRecords ?? []).map((entry) => eventOfRecord(entry, scope?.name ?? null, origin, receivedUs)),
    );
  });
}

function eventOfRecord(
  entry: z.output<typeof record>,
  scope: string | null,
  origin: Json,
  receivedUs: Micros,
): IngestEventInput {
  const own = membersOf(entry.attributes);
  const fields = {
    ...origin,
    ...own,
    ...(scope ? { scope } : {}),
    ...(entry.traceId ? { traceId: entry.traceId } : {}),
    ...(entry.spanId ? { spanId: entry.spanId } : {}),
    ...(entry.eventName ? { eventName: entry.eventName } : {}),
  };
  return eventOfText(
    textOf(entry.body) || entry.eventName || (Object.keys(own).length === 0 ? '' : JSON.stringify(own)),
    {
      timestampUs: timeOf(entry.timeUnixNano) ?? timeOf(entry.observedTimeUnixNano),
      host: wordOf(origin['host.name']) ?? wordOf(origin['k8s.pod.name']) ?? wordOf(own['host.name']),
      service: wordOf(origin['service.name']),
      severity: severityOf(entry.severityNumber, entry.severityText),
      sourcePath: wordOf(own['log.file.path']),
      fields,
    },
    receivedUs,
  );
}

function severityOf(
  number: string | number | null | undefined,
  text: string | null | undefined,
): Severity | null {
  return (
    (number == null ? null : severityOfOpenTelemetry(Number(number))) ?? (text ? severityOfWord(text) : null)
  );
}

/** Zero is the protocol's word for none. */
const timeOf = (nanos: string | number | null | undefined): Micros | null =>
  nanos == null || Number(nanos) === 0 ? null : microsOfEpochText(String(nanos));

function textOf(body: unknown): string {
  const value = plainValue(body);
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const membersOf = (list: z.output<typeof attributes>): Json =>
  Object.fromEntries((list ?? []).map(({ key, value }) => [key, plainValue(value)]));

/** What an AnyValue stands for. */
function plainValue(any: unknown): unknown {
  if (any === null || typeof any !== 'object') return any;
  const value = any as Record<string, unknown>;
  if ('stringValue' in value) return value.stringValue;
  if ('boolValue' in value) return value.boolValue;
  if ('intValue' in value) return numberOrText(value.intValue);
  if ('doubleValue' in value) return value.doubleValue;
  if ('bytesValue' in value) return value.bytesValue;
  if ('arrayValue' in value)
    return ((value.arrayValue as { values?: unknown[] })?.values ?? []).map(plainValue);
  if ('kvlistValue' in value)
    return membersOf((value.kvlistValue as { values?: { key: string; value: unknown }[] })?.values as never);
  return null;
}

const numberOrText = (value: unknown): unknown =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
