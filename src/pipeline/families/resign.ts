// Signs stored events again by the rules that people made since: only which signature an event bears changes.
import type pg from 'pg';
import type { Rule } from '../../domain/bindings.ts';
import type { Micros } from '../../domain/time.ts';
import { eventFamily } from '../../parse/family.ts';
import { typedFields } from '../../parse/typed-fields.ts';
import { describeForm, statePairing } from '../../signature/engine.ts';
import { rulesFor } from '../../signature/parting.ts';
import { sketchOf } from '../../signature/sketch.ts';
import { type Element, type ElementSighting, placeUnder, restateSightings } from '../../store/elements.ts';
import { insertSignatures } from '../../store/signatures.ts';
import {
  type Resigned,
  readFirstEvents,
  readSignedEvents,
  resignEvents,
  type SignedStoredEvent,
} from '../../store/signed-events.ts';
import { EventFlag } from '../../store/tables/event.ts';
import { groupBy } from '../detect/touched.ts';
import { detectionTime } from '../prepare.ts';
import { exampleOf, labelOf, storableText } from '../sign.ts';
import { signedText } from '../stored-message.ts';

export interface FormToSign {
  readonly formKey: string;
  /** The form and its parts, all counted for one root. */
  readonly elements: readonly Element[];
  readonly rules: readonly Rule[];
}

/** Events read and signed between two turns of the event loop. */
const PAGE_SIZE = 2_000;
/** A value of such characters stands in the raw text as it is, whatever the format. */
const PLAIN = /^[\w.:@-]+$/;

/** Call it while nobody stores events. Returns how many events bear another signature now. */
export async function resignForms(
  client: pg.ClientBase,
  tenantId: number,
  forms: readonly FormToSign[],
  limit: number,
): Promise<number> {
  let resigned = 0;
  for (const form of forms) resigned += await new FormSigner(client, tenantId, form).run(limit - resigned);
  return resigned;
}

/** More events would have to be signed again than one request may ask for. */
export class TooManyToSign extends Error {}

interface First {
  readonly us: Micros;
  readonly example: string;
}

class FormSigner {
  readonly #client: pg.ClientBase;
  readonly #tenantId: number;
  readonly #form: FormToSign;
  readonly #rules: ReadonlyMap<string, readonly Rule[]>;
  readonly #ids: Map<string, string>;
  readonly #arrived = new Map<string, First>();
  /** The first moment of what left, by key. */
  readonly #left = new Map<string, Micros>();

  constructor(client: pg.ClientBase, tenantId: number, form: FormToSign) {
    this.#client = client;
    this.#tenantId = tenantId;
    this.#form = form;
    this.#rules = groupBy(form.rules, ({ key }) => key);
    this.#ids = new Map(form.elements.map(({ key, signatureId }) => [key, signatureId]));
  }

  async run(limit: number): Promise<number> {
    let moved = 0;
    for (const element of this.#form.elements) {
      const texts = element.key === this.#form.formKey ? textsOf(this.#form.rules) : null;
      if (texts?.length === 0) continue;
      const pages = readSignedEvents(this.#client, this.#tenantId, element.signatureId, texts, PAGE_SIZE);
      for await (const page of pages) {
        const resigned = await this.#resign(element, page);
        moved += resigned.length;
        if (moved > limit) throw new TooManyToSign();
        if (resigned.length > 0) await resignEvents(this.#client, this.#tenantId, resigned);
      }
    }
    await this.#restate();
    return moved;
  }

  async #resign(element: Element, page: readonly SignedStoredEvent[]): Promise<Resigned[]> {
    const resigned: Resigned[] = [];
    for (const event of page) {
      const { message, structured } = signedText(event);
      const held = rulesFor(this.#rules, this.#form.formKey, message, () => typedFields(message, structured));
      const key = held.at(-1)?.partKey ?? this.#form.formKey;
      if (key === element.key) continue;
      const signatureId = this.#ids.get(key) ?? (await this.#create(key, held, event, message));
      resigned.push({ eventId: event.eventId, ts: event.ts, signatureId });
      const us = detectionTime(event.timestampUs, event.receivedUs).detectionUs;
      this.#arrived.set(key, earlier(this.#arrived.get(key), { us, example: exampleOf(message) }));
      this.#left.set(element.key, Math.min(us, this.#left.get(element.key) ?? us));
    }
    return resigned;
  }

  async #create(
    key: string,
    rules: readonly Rule[],
    event: SignedStoredEvent,
    message: string,
  ): Promise<string> {
    const { partition, rootId } = this.#form.elements[0]!;
    const service = await this.#serviceOf(this.#form.elements[0]!.signatureId);
    const pairing = statePairing(message, partition);
    const form = describeForm(message, partition);
    const content = {
      key,
      contentKey: key,
      service,
      partition,
      eventFamily: eventFamily(service === '' ? null : service, message),
      pattern: storableText(form.pattern),
      exampleMessage: exampleOf(message),
      pairKey: pairing?.pairKey ?? null,
      pairRole: pairing?.role ?? null,
      seenUs: event.timestampUs,
      severity: event.severity,
      sketch: sketchOf(form.canonical),
      part: { formKey: this.#form.formKey, label: labelOf(rules) },
    };
    const [made] = await insertSignatures(this.#client, this.#tenantId, [content]);
    if (made === undefined) throw new Error(`the signature ${key} is there, but not as a part of its form`);
    await placeUnder(this.#client, this.#tenantId, rootId, [key]);
    this.#ids.set(key, made.id);
    return made.id;
  }

  async #serviceOf(signatureId: string): Promise<string> {
    const { rows } = await this.#client.query<{ service: string }>(
      'select service from signature where tenant_id = $1 and signature_id = $2',
      [this.#tenantId, signatureId],
    );
    return rows[0]!.service;
  }

  async #restate(): Promise<void> {
    const known = new Map(this.#form.elements.map((element) => [element.key, element]));
    const sightings: ElementSighting[] = [];
    for (const key of new Set([...this.#arrived.keys(), ...this.#left.keys()])) {
      const element = known.get(key);
      const firstUs = element?.firstUs ?? null;
      const leftUs = this.#left.get(key);
      const lost = leftUs !== undefined && firstUs !== null && leftUs <= firstUs;
      const stayed = lost ? await this.#firstOf(element!.signatureId) : firstOf(element);
      // What is read from the events holds what arrived already.
      const first = lost ? stayed : earliest(stayed, this.#arrived.get(key));
      sightings.push({ key, first });
    }
    await restateSightings(this.#client, this.#tenantId, sightings);
  }

  async #firstOf(signatureId: string): Promise<First | null> {
    const events = await readFirstEvents(this.#client, this.#tenantId, signatureId, EventFlag.SKEWED);
    return events
      .map((event) => ({
        us: detectionTime(event.timestampUs, event.receivedUs).detectionUs,
        example: exampleOf(signedText(event).message),
      }))
      .reduce<First | null>((first, next) => earlier(first ?? undefined, next), null);
  }
}

const firstOf = (element: Element | undefined): First | null =>
  element === undefined || element.firstUs === null
    ? null
    : { us: element.firstUs, example: element.example };

const earlier = (a: First | undefined, b: First): First =>
  a !== undefined && (a.us < b.us || (a.us === b.us && a.example <= b.example)) ? a : b;

const earliest = (a: First | null, b: First | undefined): First | null =>
  b === undefined ? a : earlier(a ?? undefined, b);

/** What a message that the rules part holds verbatim; null: that cannot be told. */
function textsOf(rules: readonly Rule[]): string[] | null {
  const texts: string[] = [];
  for (const { parting } of rules) {
    const isVerbatim = parting.by === 'PARAMETER' || parting.field === 'httpStatus';
    if (!isVerbatim || !parting.values.every((value) => PLAIN.test(value))) return null;
    texts.push(...parting.values);
  }
  return texts;
}
