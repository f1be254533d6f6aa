// What people may decide about signatures: which belong together, and by what one comes apart.

export const PART_FIELDS = ['srcIp', 'dstIp', 'user', 'httpStatus', 'vendor', 'action'] as const;
export type PartField = (typeof PART_FIELDS)[number];

export const BINDING_KINDS = ['MUST_LINK', 'CANNOT_LINK'] as const;
export type BindingKind = (typeof BINDING_KINDS)[number];

/** Decided message by message: one form has events on both sides. */
export type MessageParting =
  | { readonly by: 'FIELD'; readonly field: PartField; readonly values: readonly string[] }
  | {
      readonly by: 'PARAMETER';
      /** The pattern whose `<*>` are counted; null: the message's own. */
      readonly pattern: string | null;
      readonly index: number;
      readonly values: readonly string[];
    };

/** Decided form by form: all messages of a form have the same words. */
export type FormParting =
  | { readonly by: 'WORD'; readonly word: string }
  | { readonly by: 'FORMS'; readonly keys: readonly string[] };

export type Parting = MessageParting | FormParting;

export interface FormFacts {
  readonly key: string;
  /** Its constant words. */
  readonly words: readonly string[];
}

/** A signature that a decision names: some form of it, and the part of that form. */
export interface Anchor extends FormFacts {
  readonly partition: string;
  /** The form's own key, or that of a part of its messages. */
  readonly element: string;
}

/** One decision: the anchors belong together, or (with a parting) the anchor's signature comes apart. */
export interface Binding {
  readonly id: string;
  readonly anchors: readonly Anchor[];
  readonly parting: Parting | null;
}

/** Messages with `key` for which the parting holds have the key `partKey`. */
export interface Rule {
  readonly key: string;
  readonly parting: MessageParting;
  readonly partKey: string;
}

/** What a decision moved to another signature. */
export interface Moved {
  readonly events: number;
  readonly candidates: number;
  readonly incidents: number;
}

export const NOTHING_MOVED: Moved = { events: 0, candidates: 0, incidents: 0 };

/** Events that one decision may move, unless set otherwise. */
export const MAX_MOVED_EVENTS = 1_000_000;
