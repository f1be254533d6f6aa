// An alert without a mapping: its message, time, host and severity are found by their usual names, all the rest stays as
// structured fields.
import { createHash } from 'node:crypto';
import { ValidationError } from '../../domain/errors.ts';
import { severityName } from '../../domain/severity.ts';
import { formatMicros, type Micros } from '../../domain/time.ts';
import { parseLine } from '../../parse/parse-line.ts';
import type { IngestEventInput } from '../../pipeline/input.ts';

/** Throws ValidationError where the payload cannot be an alert. The same payload again is a duplicate. */
export function guessEvent(connector: string, payload: unknown, receivedUs: Micros): IngestEventInput {
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) {
    throw new ValidationError('The payload of an alert is one JSON object.', ['input', 'payload']);
  }
  const text = JSON.stringify(payload);
  const line = parseLine(text, { referenceUs: receivedUs });
  return {
    timestamp: line.timestampUs === null ? null : formatMicros(line.timestampUs),
    sourceType: 'WEBHOOK',
    host: line.host,
    service: line.program ?? connector,
    severity: line.severity === null ? null : severityName(line.severity),
    message: line.message,
    structuredFields: payload,
    eventKey: `alert:${createHash('sha256').update(text).digest('base64url')}`,
  };
}
