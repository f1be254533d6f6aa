// An alert, as a monitoring tool posted it, becomes one event like any other: its message, time, host and severity are
// found by their usual names, all the rest stays as structured fields.
import { createHash } from 'node:crypto';
import { LimitExceededError, ValidationError } from '../domain/errors.ts';
import { severityName } from '../domain/severity.ts';
import { formatMicros, type Micros } from '../domain/time.ts';
import { parseLine } from '../parse/parse-line.ts';
import { type IngestEventInput, MAX_MESSAGE_CHARS } from './input.ts';

/** The connectors whose payloads are understood. */
export const ALERT_CONNECTORS = ['webhook'] as const;

/** Throws ValidationError or LimitExceededError where the payload cannot be an alert. */
export function alertEvent(connector: string, payload: unknown, receivedUs: Micros): IngestEventInput {
  if (!(ALERT_CONNECTORS as readonly string[]).includes(connector)) {
    throw new ValidationError(
      `There is no connector "${connector.slice(0, 60)}"; known are: ${ALERT_CONNECTORS.join(', ')}.`,
      ['input', 'connector'],
    );
  }
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) {
    throw new ValidationError('The payload of an alert is one JSON object.', ['input', 'payload']);
  }
  const text = JSON.stringify(payload);
  if (text.length > MAX_MESSAGE_CHARS) {
    throw new LimitExceededError(
      `The payload has ${text.length} characters; the limit is ${MAX_MESSAGE_CHARS}.`,
      ['input', 'payload'],
    );
  }
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
