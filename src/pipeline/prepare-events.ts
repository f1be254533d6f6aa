// Structured events: their fields are already apart, and their sender may have its own key for them.
import { Severity } from '../domain/severity.ts';
import { parseMicros } from '../domain/time.ts';
import { makeStorable } from '../parse/storable.ts';
import type { RejectedRequest, Rejection } from '../store/rejected.ts';
import { type EventAttrs, EventFlag } from '../store/tables/event.ts';
import { type IngestEventInput, label } from './input.ts';
import {
  detectionTime,
  type PrepareContext,
  type PreparedEvent,
  Refused,
  refuseMessage,
  refuseTime,
  rejection,
  severityOf,
  truncationFlag,
} from './prepare.ts';
import type { Prepared } from './prepare-lines.ts';
import { storableJson } from './storable-json.ts';

const REQUEST: RejectedRequest = { kind: 'event' };
const MAX_EVENT_KEY_CHARS = 512;

/** What identifies an event: its own key within its source, else its position in the batch. */
export interface EventIdentity {
  readonly sourcePrefix: string;
  readonly batchPrefix: string;
}

/** An event and what it was sent as. */
export interface SentEvent {
  readonly input: IngestEventInput;
  readonly payload: string;
}

export const sentEvent = (input: IngestEventInput): SentEvent => ({ input, payload: JSON.stringify(input) });

/** `keyed`: the contents of the request's earlier events by their keys, where it is prepared in parts. */
export function prepareEvents(
  inputs: readonly SentEvent[],
  startIndex: number,
  identity: EventIdentity,
  context: PrepareContext,
  keyed = new Map<string, string>(),
): Prepared {
  const events: PreparedEvent[] = [];
  const rejections: Rejection[] = [];
  inputs.forEach(({ input, payload }, position) => {
    const index = startIndex + position;
    const prepared =
      refuseClash(keyed, input.eventKey, payload) ?? prepareEvent(input, payload, index, identity, context);
    if (prepared instanceof Refused) rejections.push(rejection(index, prepared, payload, REQUEST));
    else events.push(prepared);
  });
  return { events, rejections };
}

/** The same key with other content within one request: the first one stands. */
function refuseClash(
  keyed: Map<string, string>,
  key: string | null | undefined,
  payload: string,
): Refused | null {
  if (key === null || key === undefined) return null;
  const earlier = keyed.get(key);
  if (earlier === undefined) keyed.set(key, payload);
  return earlier === undefined || earlier === payload ? null : conflictingKey(key);
}

export const conflictingKey = (key: string): Refused =>
  new Refused(
    'CONFLICT',
    `The eventKey "${key.slice(0, 100)}" already names an event with other content: an event is never overwritten. Send the correction under a key of its own.`,
  );

function prepareEvent(
  input: IngestEventInput,
  payload: string,
  index: number,
  identity: EventIdentity,
  context: PrepareContext,
): PreparedEvent | Refused {
  const timestampUs = timeOf(input, index, context);
  if (timestampUs instanceof Refused) return timestampUs;
  const refused =
    refuseMessage(input.message) ?? refuseTime(timestampUs, context) ?? refuseKey(input.eventKey);
  if (refused) return refused;
  const own = input.severity ? Severity[input.severity] : null;
  const { severity, flag: severityFlag } = severityOf(own, input.message);
  const { detectionUs, flag: skewFlag } = detectionTime(timestampUs, context.receivedUs);
  const { text, originalBase64 } = makeStorable(input.message);
  const stampFlag = input.timestamp ? 0 : EventFlag.TIMESTAMP_ASSIGNED;
  const key = input.eventKey ?? null;
  const attrs = attrsOf(input, originalBase64);
  return {
    index,
    timestampUs,
    detectionUs,
    identity:
      key === null
        ? `${identity.batchPrefix}\u0000${index}\u0000${payload}`
        : `${identity.sourcePrefix}\u0000${key}\u0000${payload}`,
    eventKey: key,
    sourceType: input.sourceType ?? 'OTHER',
    sourcePath: label(input.sourcePath),
    host: label(input.host),
    service: label(input.service),
    partition: label(input.service),
    message: input.message,
    structured: attrs?.structuredFields ?? null,
    severity,
    facility: facilityOf(input.facility),
    flags: EventFlag.STRUCTURED | severityFlag | skewFlag | stampFlag | truncationFlag(input.message),
    messageRaw: text,
    attrs,
    original: { payload, request: REQUEST },
  };
}

function timeOf(input: IngestEventInput, index: number, context: PrepareContext): number | Refused {
  if (input.timestamp === null || input.timestamp === undefined) return context.referenceUs + index;
  const us = parseMicros(input.timestamp);
  if (us !== null) return us;
  return new Refused(
    'VALIDATION',
    `"${input.timestamp.slice(0, 60)}" is no RFC 3339 time such as 2026-03-01T02:30:00.5Z: correct it and replay, or leave it out.`,
  );
}

function refuseKey(key: string | null | undefined): Refused | null {
  if (key === null || key === undefined) return null;
  if (key !== '' && key.length <= MAX_EVENT_KEY_CHARS && key.isWellFormed() && !key.includes('\u0000'))
    return null;
  return new Refused(
    'VALIDATION',
    `"eventKey" needs 1 to ${MAX_EVENT_KEY_CHARS} ordinary characters, or leave it out.`,
  );
}

/** RFC 5424 table 1, in order. */
const FACILITIES =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  );

function facilityOf(text: string | null | undefined): number | null {
  if (!text) return null;
  const at = FACILITIES.indexOf(text.toLowerCase());
  if (at >= 0) return at;
  const code = Number(text);
  return Number.isInteger(code) && code >= 0 && code <= 23 ? code : null;
}

function attrsOf(input: IngestEventInput, rawBase64: string | null): EventAttrs | null {
  const attrs: EventAttrs = {};
  const structured = storableJson(input.structuredFields);
  if (structured) attrs.structuredFields = structured;
  const keys = storableJson(input.correlationKeys);
  if (keys) attrs.correlationKeys = keys;
  const metadata = storableJson(input.ingestMetadata);
  if (metadata) attrs.ingestMetadata = metadata;
  if (input.facility && facilityOf(input.facility) === null) {
    attrs.ingestMetadata = { ...attrs.ingestMetadata, facility: makeStorable(input.facility).text };
  }
  if (input.severity) attrs.severityOriginal = input.severity;
  if (rawBase64 !== null) attrs.rawBase64 = rawBase64;
  return Object.keys(attrs).length === 0 ? null : attrs;
}
