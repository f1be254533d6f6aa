// Learns which words of known forms are really variables, and joins the forms that differ only in them. Forms are only
// ever joined, by rules in which more evidence never undoes a join: so the families are a least fixed point of the set
// of forms, whatever the order in which they arrive and whichever process learns them.

import { VAR_1, VAR_2 } from './canonical.ts';
import { ContextHasher, type ContextId, type Slot } from './contexts.ts';
import { evidenceNeeded, isVerbAt, mayVary, VARIABLE_EVIDENCE } from './evidence.ts';
import { type Alias, Families } from './families.ts';
import type { Shape, Token } from './shape.ts';

/** Forms that one partition may hold; beyond it only known slots are looked up. */
export const MAX_FORMS = 10_000;

interface Context {
  /** The words seen in the slot; null once it is known to vary. */
  words: Set<string> | null;
  variableSeen: boolean;
  needed: number;
  /** Families to join when the slot proves variable; afterwards the family that owns it. */
  members: number[];
}

/** What becomes of a form once it is added. */
export interface Foreseen {
  /** The key of the family that it joins. */
  readonly family: string;
  /** The token that counts as a variable only with this form; null: what differs is known to vary. */
  readonly proves: number | null;
}

const WILD: Token = {
  text: null,
  hash: VAR_1,
  hash2: VAR_2,
  isKey: false,
  isState: false,
  isGlued: false,
};

/** The forms of one partition and what was learnt from them. */
export class Generaliser {
  readonly #families = new Families();
  readonly #contexts = new Map<ContextId, Context>();
  /** The family of every form, natural or wild, that was learnt. */
  readonly #learnt = new Map<ContextId, number>();
  readonly #maxForms: number;
  #aliases: Alias[] = [];

  constructor(maxForms: number = MAX_FORMS) {
    this.#maxForms = maxForms;
  }

  get forms(): number {
    return this.#families.size;
  }

  get isFull(): boolean {
    return this.#families.size >= this.#maxForms;
  }

  /** The key of the family that `key` belongs to; `key` itself when it is not known. */
  rootOf(key: string): string {
    const id = this.#families.idOf(key);
    return id === undefined ? key : this.#families.keyOf(id);
  }

  /** The keys of all forms of the family of `key`; `key` itself when it is not known. */
  membersOf(key: string): string[] {
    const id = this.#families.idOf(key);
    return id === undefined ? [key] : this.#families.membersOf(id);
  }

  /** Adds a form, or an earlier time of a known one. Returns the joins that this caused, in order. */
  add(shape: Shape, firstSeenUs: number): Alias[] {
    this.#aliases = [];
    const known = this.#families.idOf(shape.key);
    if (known !== undefined) {
      this.#record(this.#families.seen(known, firstSeenUs));
      return this.#aliases;
    }
    const family = this.#families.add(shape.key, firstSeenUs);
    this.#learn(shape.tokens, family);
    return this.#aliases;
  }

  /**
   * The family that a form would join by the slots known now; null when it would stand alone. Learns nothing.
   * `newWords`: how many of its words may be new, each in a slot that is known to vary.
   */
  lookup(tokens: readonly Token[], newWords = 1): string | null {
    const slots = [...slotsOf(tokens, new ContextHasher(tokens))].map(([slot]) => slot);
    for (const { context } of slots) {
      const known = this.#contexts.get(context);
      if (known !== undefined && known.words === null) return this.#families.keyOf(known.members[0]!);
    }
    if (newWords === 1) return null;
    for (const slot of slots) {
      if (tokens[slot.position]!.text === null) continue;
      const family = this.lookup(withSlotWild(tokens, slot), newWords - 1);
      if (family !== null) return family;
    }
    return null;
  }

  /** The family that a form would join were it added; null when it would stand alone. Learns nothing. */
  foresee(tokens: readonly Token[]): Foreseen | null {
    const hasher = new ContextHasher(tokens);
    const twin = this.#learnt.get(hasher.whole());
    if (twin !== undefined) return { family: this.#families.keyOf(twin), proves: null };
    let proves: number | null = null;
    let found: Context | null = null;
    for (const [{ context, position }, needed] of slotsOf(tokens, hasher)) {
      const known = this.#contexts.get(context);
      if (known === undefined || !provesVariable(known, tokens[position]!.text, needed)) continue;
      if (known.words === null) return { family: this.#families.keyOf(known.members[0]!), proves: null };
      proves ??= position;
      found ??= known;
    }
    return found === null ? null : { family: this.#families.keyOf(found.members[0]!), proves };
  }

  #record(alias: Alias | null): void {
    if (alias !== null) this.#aliases.push(alias);
  }

  #learn(tokens: readonly Token[], family: number): void {
    const pending: (readonly Token[])[] = [tokens];
    for (let form = pending.pop(); form !== undefined; form = pending.pop()) {
      const hasher = new ContextHasher(form);
      const whole = hasher.whole();
      const twin = this.#learnt.get(whole);
      if (twin !== undefined) {
        this.#record(this.#families.join(twin, family));
        continue;
      }
      this.#learnt.set(whole, family);
      for (const [slot, needed] of slotsOf(form, hasher)) {
        if (this.#witness(form, slot, needed, family)) pending.push(withSlotWild(form, slot));
      }
    }
  }

  /** Counts a form as evidence for one slot. True when that proves the slot variable. */
  #witness(form: readonly Token[], slot: Slot, needed: number, family: number): boolean {
    let context = this.#contexts.get(slot.context);
    if (context === undefined) {
      context = { words: new Set(), variableSeen: false, needed, members: [] };
      this.#contexts.set(slot.context, context);
    }
    if (context.words === null) {
      this.#record(this.#families.join(context.members[0]!, family));
      return false;
    }
    const word = form[slot.position]!.text;
    const isProof = provesVariable(context, word, needed);
    if (word === null) context.variableSeen = true;
    else context.words.add(word);
    context.needed = Math.min(context.needed, needed);
    context.members.push(family);
    if (!isProof) return false;
    for (const member of context.members) this.#record(this.#families.join(member, family));
    context.members = [family];
    context.words = null;
    return true;
  }
}

/** Whether a slot is a variable once `word` was seen in it as well. */
function provesVariable(slot: Context, word: string | null, needed: number): boolean {
  if (slot.words === null) return true;
  const words = slot.words.size + (word === null || slot.words.has(word) ? 0 : 1);
  const evidence = words + (slot.variableSeen || word === null ? VARIABLE_EVIDENCE : 0);
  return words > 0 && evidence >= Math.min(slot.needed, needed);
}

/** The slots of a form that may vary, with the evidence that each needs. */
function* slotsOf(tokens: readonly Token[], hasher: ContextHasher): Generator<[Slot, number]> {
  let words = 0;
  for (const token of tokens) if (token.text !== null) words++;
  for (let position = 0; position < tokens.length; position++) {
    const token = tokens[position]!;
    const wordsLeft = token.text === null ? words : words - 1;
    if (wordsLeft < 1 || !mayVary(token)) continue;
    const needed = evidenceNeeded(tokens, position, wordsLeft);
    if (token.text !== null && needed === Number.POSITIVE_INFINITY) continue;
    yield [hasher.slot(position, isVerbAt(tokens, position)), needed];
  }
}

function withSlotWild(tokens: readonly Token[], slot: Slot): Token[] {
  return [...tokens.slice(0, slot.position), WILD, ...tokens.slice(slot.to)];
}
