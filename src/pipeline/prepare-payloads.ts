// Payloads as a connector received them, mapped into events. A payload is taken whole or kept whole, so that replaying
// it after its mapping was mended doubles nothing.
import { CallerError } from '../domain/errors.ts';
import type { Micros } from '../domain/time.ts';
import type { RejectedRequest, Rejection } from '../store/rejected.ts';
import { type IngestEventInput, MAX_MESSAGE_CHARS, type Via } from './input.ts';
import { type PrepareContext, type PreparedEvent, Refused, rejection } from './prepare.ts';
import { type EventIdentity, prepareEvents } from './prepare-events.ts';
import type { Prepared } from './prepare-lines.ts';

/** Maps one payload of a source into events. Throws ValidationError where it cannot. */
export type PayloadMapper = (
  tenantId: number,
  via: Via,
  payload: string,
  receivedUs: Micros,
) => Promise<readonly IngestEventInput[]>;

export interface MappedPayload {
  readonly payload: string;
  readonly events: readonly IngestEventInput[];
  readonly refused: Refused | null;
}

const REQUEST: RejectedRequest = { kind: 'payload' };

/** Positions that a payload takes up: one for each event, and one for a payload without any. */
export const slotsOf = (mapped: readonly MappedPayload[]): number =>
  mapped.reduce((sum, { events }) => sum + Math.max(1, events.length), 0);

export async function mapPayload(
  payload: string,
  map: () => ReturnType<PayloadMapper>,
): Promise<MappedPayload> {
  if (payload.length > MAX_MESSAGE_CHARS) {
    const reason = `The payload has ${payload.length} characters; the limit is ${MAX_MESSAGE_CHARS}. It is kept here whole; split it at its source.`;
    return { payload, events: [], refused: new Refused('LIMIT_EXCEEDED', reason) };
  }
  try {
    return { payload, events: await map(), refused: null };
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    return { payload, events: [], refused: new Refused(error.code, error.message) };
  }
}

export function preparePayloads(
  mapped: readonly MappedPayload[],
  startIndex: number,
  identity: EventIdentity,
  context: PrepareContext,
): Prepared {
  const events: PreparedEvent[] = [];
  const rejections: Rejection[] = [];
  let slot = startIndex;
  for (const { payload, events: inputs, refused } of mapped) {
    const prepared = prepareEvents(inputs, slot, identity, context);
    const first = prepared.rejections[0];
    const why = refused ?? (first === undefined ? null : new Refused(first.code, first.reason));
    const original = { payload, request: REQUEST };
    if (why === null) for (const event of prepared.events) events.push({ ...event, original });
    else rejections.push(rejection(slot, why, payload, REQUEST));
    slot += Math.max(1, inputs.length);
  }
  return { events, rejections };
}
