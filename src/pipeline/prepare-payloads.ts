// Payloads as a connector received them, mapped into events. What cannot be mapped is kept whole, and so is what tells of
// one event that cannot be stored; of several each is stored or kept by itself.
import { createHash } from 'node:crypto';
import { CallerError } from '../domain/errors.ts';
import type { Micros } from '../domain/time.ts';
import { eachInTurns, mapInTurns, Turns } from '../domain/turns.ts';
import type { RejectedRequest, Rejection } from '../store/rejected.ts';
import type { IngestEventInput, Via } from './input.ts';
import { type PrepareContext, type PreparedEvent, Refused, rejection } from './prepare.ts';
import { type EventIdentity, sentEvent } from './prepare-events.ts';
import { eventsInSlices } from './prepare-in-slices.ts';
import type { Prepared } from './prepare-lines.ts';

/** Maps one payload into events. Throws ValidationError where it cannot. */
export type MapPayload = (payload: string, receivedUs: Micros) => Promise<readonly IngestEventInput[]>;

/** How the payloads of a source are mapped at this moment. Throws ValidationError where its connector maps none. */
export type PayloadMapper = (tenantId: number, via: Via) => Promise<MapPayload>;

export interface MappedPayload {
  readonly payload: string;
  readonly events: readonly IngestEventInput[];
  readonly refused: Refused | null;
}

const REQUEST: RejectedRequest = { kind: 'payload' };

/** Positions that a payload takes up: one for each event, and one for a payload without any. */
export const slotsOf = (mapped: readonly MappedPayload[]): number =>
  mapped.reduce((sum, { events }) => sum + Math.max(1, events.length), 0);

export async function mapPayload(payload: string, map: () => ReturnType<MapPayload>): Promise<MappedPayload> {
  try {
    return { payload, events: await map(), refused: null };
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    return { payload, events: [], refused: new Refused(error.code, error.message) };
  }
}

/** The key of payloads that may be sent again without any of their own; null: nothing tells a resend from a repetition. */
export async function contentKey(via: Via, mapped: readonly MappedPayload[]): Promise<string | null> {
  const isTimed = mapped.every(({ events }) => events.every((event) => event.timestamp != null));
  if (!isTimed) return null;
  const hash = createHash('sha256');
  await eachInTurns(mapped, ({ payload }) => hash.update(`${payload.length}:`).update(payload));
  return `${via.name}:${hash.digest('base64url')}`;
}

export async function preparePayloads(
  mapped: readonly MappedPayload[],
  startIndex: number,
  identity: EventIdentity,
  context: PrepareContext,
): Promise<Prepared> {
  const turns = new Turns();
  const events: PreparedEvent[] = [];
  const rejections: Rejection[] = [];
  let slot = startIndex;
  for (const { payload, events: inputs, refused } of mapped) {
    if (refused !== null) rejections.push(rejection(slot, refused, payload, REQUEST));
    const sent = await mapInTurns(inputs, sentEvent);
    const prepared = await eventsInSlices(sent, slot, identity, context, turns);
    const isSole = inputs.length === 1;
    const original = { payload, request: REQUEST };
    for (const event of prepared.events) events.push(isSole ? { ...event, original } : event);
    for (const one of prepared.rejections)
      rejections.push(isSole ? rejection(slot, new Refused(one.code, one.reason), payload, REQUEST) : one);
    slot += Math.max(1, inputs.length);
  }
  return { events, rejections };
}
