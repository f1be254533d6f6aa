// Gives each event its signature and its other dimensions, as row ids.
import type { Rule } from '../domain/bindings.ts';
import { mapInTurns } from '../domain/turns.ts';
import { eventFamily } from '../parse/family.ts';
import { typedFields } from '../parse/typed-fields.ts';
import { describeForm, signatureKey, statePairing } from '../signature/engine.ts';
import { partLabel, rulesFor } from '../signature/parting.ts';
import { sketchOf } from '../signature/sketch.ts';
import type { Dimension, Resolved, RowId } from '../store/dimensions.ts';
import type { StorableEvent } from '../store/event-copy.ts';
import {
  assets,
  type OriginContent,
  originKey,
  origins,
  type SourceContent,
  sources,
} from '../store/origins.ts';
import { type FormBound, type SignatureContent, signatures } from '../store/signatures.ts';
import { readSigningRules, type SigningRules } from '../store/signing.ts';
import type { Store } from '../store/store.ts';
import type { Via } from './input.ts';
import type { PreparedEvent } from './prepare.ts';

export interface SignedEvent extends StorableEvent {
  readonly prepared: PreparedEvent;
  /** The key of its form, whichever signature that was given. */
  readonly formKey: string;
}

export interface SignedBatch {
  readonly events: readonly SignedEvent[];
  /** Of the rules that were obeyed. */
  readonly signingVersion: number;
  readonly newSignatureIds: readonly string[];
}

/** Knows the dimensions that this process has met. */
export class Signer {
  readonly #store: Store;
  readonly #sources: Dimension<SourceContent> = sources();
  readonly #origins: Dimension<OriginContent> = origins();
  readonly #assets: Dimension<string> = assets();
  readonly #signatures: Dimension<SignatureContent>;
  readonly #rules = new Map<number, SigningRules>();

  constructor(store: Store, bound: FormBound) {
    this.#store = store;
    this.#signatures = signatures(bound);
  }

  async sourceId(tenantId: number, via: Via): Promise<RowId> {
    const { ids } = await this.#sources.resolve(this.#store, tenantId, [via.name], () => via);
    return ids.get(via.name) as RowId;
  }

  async sign(tenantId: number, sourceId: RowId, events: readonly PreparedEvent[]): Promise<SignedBatch> {
    const signing = await this.#signingRules(tenantId);
    const parts = await mapInTurns(events, (event) => partOf(signing, event));
    const keys = parts.map(({ key }) => key);
    const originKeys = await mapInTurns(events, (event) => originKey(originOf(sourceId, event)));
    const hosts = events.map((event) => event.host);
    const origins = await this.#resolve(this.#origins, tenantId, originKeys, (i) =>
      originOf(sourceId, events[i]!),
    );
    const assets = await this.#resolve(this.#assets, tenantId, hosts, (i) => hosts[i]!);
    const signatures = await this.#resolve(this.#signatures, tenantId, keys, (i) =>
      describeSignature(events[i]!, parts[i]!),
    );
    const signed = await mapInTurns(events, (event, i) => ({
      prepared: event,
      formKey: keys[i]!,
      timestampUs: event.timestampUs,
      identity: event.identity,
      origin: origins.ids.get(originKeys[i]!) as RowId,
      signature: signatures.ids.get(keys[i]!) as RowId,
      asset: event.host === '' ? null : (assets.ids.get(event.host) as RowId),
      severity: event.severity,
      facility: event.facility,
      flags: event.flags,
      messageRaw: event.messageRaw,
      attrsJson: event.attrs === null ? null : JSON.stringify(event.attrs),
    }));
    return {
      events: signed,
      signingVersion: signing.version,
      newSignatureIds: signatures.created.map((key) => (signatures.ids.get(key) as RowId).text),
    };
  }

  /** The rules have changed: they are read anew before anything else is signed. */
  forgetRules(tenantId: number): void {
    this.#rules.delete(tenantId);
  }

  async #signingRules(tenantId: number): Promise<SigningRules> {
    const known = this.#rules.get(tenantId);
    if (known !== undefined) return known;
    const read = await readSigningRules(this.#store.writePool, tenantId);
    this.#rules.set(tenantId, read);
    return read;
  }

  /** `keys` may repeat; '' stands for none. */
  #resolve<Content>(
    dimension: Dimension<Content>,
    tenantId: number,
    keys: readonly string[],
    contentAt: (position: number) => Content,
  ): Promise<Resolved> {
    const positions = new Map<string, number>();
    keys.forEach((key, i) => {
      if (key !== '' && !positions.has(key)) positions.set(key, i);
    });
    return dimension.resolve(this.#store, tenantId, positions.keys(), (key) =>
      contentAt(positions.get(key)!),
    );
  }
}

const originOf = (sourceId: RowId, event: PreparedEvent): OriginContent => ({
  sourceId: sourceId.text,
  sourceType: event.sourceType,
  sourcePath: event.sourcePath,
  host: event.host,
  service: event.service,
});

interface Part {
  readonly key: string;
  readonly rules: readonly Rule[];
}

/** The key of the event's form, or of the part of it that people's rules put the event in. */
function partOf({ rules }: SigningRules, event: PreparedEvent): Part {
  const key = signatureKey(event.message, event.partition);
  if (!rules.has(key)) return { key, rules: [] };
  const held = rulesFor(rules, key, event.message, () => typedFields(event.message, event.structured));
  return { key: held.at(-1)?.partKey ?? key, rules: held };
}

/** The signature that an event of a new form, or of a new part of one, gets. */
export function describeSignature(event: PreparedEvent, part: Part | null = null): SignatureContent {
  const example = exampleOf(event.message);
  const form = describeForm(event.message, event.partition);
  const { key, rules } = part ?? { key: form.key, rules: [] };
  const pairing = statePairing(event.message, event.partition);
  return {
    key,
    contentKey: key === form.key ? form.contentKey : key,
    service: event.service,
    partition: event.partition,
    eventFamily: eventFamily(event.service === '' ? null : event.service, event.message),
    pattern: storableText(form.pattern),
    exampleMessage: example,
    pairKey: pairing?.pairKey ?? null,
    pairRole: pairing?.role ?? null,
    seenUs: event.detectionUs,
    severity: event.severity,
    sketch: sketchOf(form.canonical),
    part: key === form.key ? null : { formKey: form.key, label: labelOf(rules) },
  };
}

/** What makes the part, one parting within the other. */
export const labelOf = (rules: readonly Rule[]): string =>
  storableText(rules.map(({ parting }) => partLabel(parting)).join(', '));

const EXAMPLE_CHARS = 4_096;

/** Without what a text column cannot hold. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\ufffd');

/** What a signature shows as its example: storable, and no longer than what was signed. */
export const exampleOf = (message: string): string => storableText(message.slice(0, EXAMPLE_CHARS));
