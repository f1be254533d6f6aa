// Gives each event its signature and its other dimensions, as row ids.
import { eventFamily } from '../parse/family.ts';
import { describeForm, signatureKey, statePairing } from '../signature/engine.ts';
import type { Dimension, RowId } from '../store/dimensions.ts';
import type { StorableEvent } from '../store/event-copy.ts';
import {
  assets,
  type OriginContent,
  originKey,
  origins,
  type SourceContent,
  sources,
} from '../store/origins.ts';
import { type SignatureContent, signatures } from '../store/signatures.ts';
import type { Store } from '../store/store.ts';
import type { Via } from './input.ts';
import type { PreparedEvent } from './prepare.ts';

export interface SignedEvent extends StorableEvent {
  readonly prepared: PreparedEvent;
}

export interface SignedBatch {
  readonly events: readonly SignedEvent[];
  readonly newSignatureIds: readonly string[];
}

/** Knows the dimensions that this process has met. */
export class Signer {
  readonly #store: Store;
  readonly #sources: Dimension<SourceContent> = sources();
  readonly #origins: Dimension<OriginContent> = origins();
  readonly #assets: Dimension<string> = assets();
  readonly #signatures: Dimension<SignatureContent> = signatures();

  constructor(store: Store) {
    this.#store = store;
  }

  async sourceId(tenantId: number, via: Via): Promise<RowId> {
    await this.#sources.ensure(this.#store, tenantId, [via]);
    return this.#sources.get(tenantId, via.name) as RowId;
  }

  async sign(tenantId: number, sourceId: RowId, events: readonly PreparedEvent[]): Promise<SignedBatch> {
    const keys = events.map((event) => signatureKey(event.message, event.partition));
    const originContents = events.map((event) => originOf(sourceId, event));
    const fresh = this.#unknownSignatures(tenantId, keys, events);
    await this.#origins.ensure(this.#store, tenantId, originContents);
    await this.#assets.ensure(
      this.#store,
      tenantId,
      new Set(events.map((e) => e.host).filter((host) => host !== '')),
    );
    const createdKeys = await this.#signatures.ensure(this.#store, tenantId, fresh);
    const signed = events.map((event, i) => ({
      prepared: event,
      timestampUs: event.timestampUs,
      identity: event.identity,
      origin: this.#origins.get(tenantId, originKey(originContents[i] as OriginContent)) as RowId,
      signature: this.#signatures.get(tenantId, keys[i] as string) as RowId,
      asset: event.host === '' ? null : (this.#assets.get(tenantId, event.host) as RowId),
      severity: event.severity,
      facility: event.facility,
      flags: event.flags,
      messageRaw: event.messageRaw,
      attrsJson: event.attrs === null ? null : JSON.stringify(event.attrs),
    }));
    return {
      events: signed,
      newSignatureIds: createdKeys.map((key) => (this.#signatures.get(tenantId, key) as RowId).text),
    };
  }

  #unknownSignatures(
    tenantId: number,
    keys: readonly string[],
    events: readonly PreparedEvent[],
  ): Iterable<SignatureContent> {
    const unknown = new Map<string, SignatureContent>();
    keys.forEach((key, i) => {
      if (unknown.has(key) || this.#signatures.get(tenantId, key) !== undefined) return;
      unknown.set(key, describeSignature(events[i] as PreparedEvent));
    });
    return unknown.values();
  }
}

const originOf = (sourceId: RowId, event: PreparedEvent): OriginContent => ({
  sourceId: sourceId.text,
  sourceType: event.sourceType,
  sourcePath: event.sourcePath,
  host: event.host,
  service: event.service,
});

function describeSignature(event: PreparedEvent): SignatureContent {
  const example = exampleOf(event.message);
  const form = describeForm(event.message, event.partition);
  const pairing = statePairing(event.message, event.partition);
  return {
    key: form.key,
    contentKey: form.contentKey,
    service: event.service,
    partition: event.partition,
    eventFamily: eventFamily(event.service === '' ? null : event.service, event.message),
    pattern: storable(form.pattern),
    exampleMessage: example,
    pairKey: pairing?.pairKey ?? null,
    pairRole: pairing?.role ?? null,
    seenUs: event.detectionUs,
    severity: event.severity,
  };
}

const EXAMPLE_CHARS = 4_096;

const storable = (text: string) => text.toWellFormed().replaceAll('\u0000', '\ufffd');

/** What a signature shows as its example: storable, and no longer than what was signed. */
export const exampleOf = (message: string): string => storable(message.slice(0, EXAMPLE_CHARS));
