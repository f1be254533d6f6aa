// From an input to an event that knows its time, place and severity; or a rejection that says what to do.
import type { ErrorCode } from '../domain/errors.ts';
import { Severity } from '../domain/severity.ts';
import { formatMicros, type Micros, US_PER_DAY, US_PER_MINUTE } from '../domain/time.ts';
import type { SourceType } from '../domain/words.ts';
import { inferSeverity } from '../parse/severity.ts';
import { makeStorable } from '../parse/storable.ts';
import type { RejectedRequest, Rejection } from '../store/rejected.ts';
import { type EventAttrs, EventFlag } from '../store/tables/event.ts';
import { MAX_MESSAGE_CHARS } from './input.ts';

/** One event before it is signed and stored. */
export interface PreparedEvent {
  /** Position in the request. */
  readonly index: number;
  readonly timestampUs: Micros;
  /** The time that detection uses: the time of receipt where the source's clock runs ahead. */
  readonly detectionUs: Micros;
  readonly identity: string;
  readonly eventKey: string | null;
  readonly sourceType: SourceType;
  readonly sourcePath: string;
  readonly host: string;
  readonly service: string;
  /** Within which its form is signed. */
  readonly partition: string;
  readonly message: string;
  /** The sender's own structure. */
  readonly structured: Readonly<Record<string, unknown>> | null;
  readonly severity: Severity;
  readonly facility: number | null;
  readonly flags: number;
  readonly messageRaw: string;
  readonly attrs: EventAttrs | null;
  /** As received, should it turn out that it cannot be stored after all. */
  readonly original: { readonly payload: string; readonly request: RejectedRequest };
}

export interface PrepareContext {
  /** The clock that stamps and infers; a resend is given the first sending's. */
  readonly referenceUs: Micros;
  readonly receivedUs: Micros;
  /** Events before it are past the retention; null: keep everything. */
  readonly oldestUs: Micros | null;
}

export class Refused {
  readonly code: ErrorCode;
  readonly reason: string;

  constructor(code: ErrorCode, reason: string) {
    this.code = code;
    this.reason = reason;
  }
}

const OLDEST_PLAUSIBLE_US = Date.UTC(1990, 0, 1) * 1_000;
const SKEW_US = 10 * US_PER_MINUTE;
/** What a signature looks at, in characters. */
const SIGNED_CHARS = 4_096;

/** null: the time can be stored. */
export function refuseTime(us: Micros, context: PrepareContext): Refused | null {
  if (us < OLDEST_PLAUSIBLE_US) {
    return new Refused(
      'VALIDATION',
      `The timestamp ${formatMicros(us)} lies before 1990, which no log does: correct it and replay, or send it without one.`,
    );
  }
  if (us > context.receivedUs + US_PER_DAY) {
    return new Refused(
      'VALIDATION',
      `The timestamp ${describeFuture(us)} lies more than a day ahead of this server: correct the sender's clock and replay, or send it without one.`,
    );
  }
  if (context.oldestUs !== null && us < context.oldestUs) {
    return new Refused(
      'VALIDATION',
      `The timestamp ${formatMicros(us)} is older than the retention keeps: raise MNEMOGRAPH_RETENTION_DAYS and replay.`,
    );
  }
  return null;
}

const describeFuture = (us: Micros) => (us < 8.64e18 ? formatMicros(us) : 'given');

/** null: the message can be stored. */
export function refuseMessage(message: string): Refused | null {
  if (message.length > MAX_MESSAGE_CHARS) {
    return new Refused(
      'LIMIT_EXCEEDED',
      `${message.length} characters; the limit is ${MAX_MESSAGE_CHARS}. It is kept here whole; split it at its source.`,
    );
  }
  if (message.trim() === '')
    return new Refused('VALIDATION', 'The message is empty: there is nothing to remember.');
  return null;
}

/** The source's own severity, else one inferred from the words, else INFO; with the flag that says which. */
export function severityOf(own: Severity | null, message: string): { severity: Severity; flag: number } {
  if (own !== null) return { severity: own, flag: 0 };
  return { severity: inferSeverity(message) ?? Severity.INFO, flag: EventFlag.SEVERITY_INFERRED };
}

/** When the event counts, and whether its clock runs ahead. */
export function detectionTime(
  timestampUs: Micros,
  receivedUs: Micros,
): { detectionUs: Micros; flag: number } {
  if (timestampUs <= receivedUs + SKEW_US) return { detectionUs: timestampUs, flag: 0 };
  return { detectionUs: receivedUs, flag: EventFlag.SKEWED };
}

export const truncationFlag = (message: string): number =>
  message.length > SIGNED_CHARS ? EventFlag.TRUNCATED : 0;

/** `bytes`: the payload as received, where it was not valid UTF-8. */
export function rejection(
  index: number,
  refused: Refused,
  payload: string,
  request: RejectedRequest,
  bytes?: Buffer,
): Rejection {
  const { text, originalBase64 } = makeStorable(payload);
  const original = originalBase64 === null ? null : Buffer.from(originalBase64, 'base64');
  return {
    index,
    code: refused.code,
    reason: refused.reason,
    payload: text,
    payloadBytes: bytes ?? original,
    payloadEncoding: bytes === undefined ? 'utf16le' : 'bytes',
    request,
  };
}
