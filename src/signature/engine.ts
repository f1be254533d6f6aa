// The face of signatures to the rest of the project. Everything here is a function of the message alone:
// no order, no state, the same answer in every process.
import { Analysis } from './analysis.ts';
import { coarseDigest, formatKey, KeyMaker } from './key.ts';
import { correlationOf, pairingOf, type StatePairing } from './pairing.ts';
import { type Parameter, parametersOfAnalysis } from './parameters.ts';
import { canonicalText, normalisedText, patternText } from './pattern.ts';

export interface SignatureForm {
  /** `v1:` and 16 hexadecimal digits: identifies the form within its partition. */
  key: string;
  /** The key with partition '': finds the same form in other services. */
  contentKey: string;
  /** The words and `<*>` that were signed. */
  canonical: string;
  /** The message as printed, values as `<*>`. */
  pattern: string;
  /** Only the beginning of the message was looked at. */
  truncated: boolean;
}

const line = new Analysis();
const keys = new KeyMaker();

/** `v1:` and 16 hexadecimal digits: a 64-bit hash of the message's canonical form within `partition` (the service; '' for none). */
export function signatureKey(message: string, partition: string): string {
  return keys.key(line.read(message).form, partition);
}

/** The key for messages about as long as this one, where a partition has too many forms to tell new ones apart. */
export function coarseKey(message: string, partition: string): string {
  const { high, low } = coarseDigest(partition, line.read(message).form.count);
  return formatKey(high, low);
}

/** What {@link signatureKey} signs, and how to show it. */
export function describeForm(message: string, partition: string): SignatureForm {
  line.read(message);
  return {
    key: keys.key(line.form, partition),
    contentKey: keys.key(line.form, ''),
    canonical: canonicalText(line),
    pattern: patternText(line),
    truncated: line.form.truncated,
  };
}

/** The typed values behind the variables of the message, in order. */
export function parametersOf(message: string): Parameter[] {
  return parametersOfAnalysis(line.read(message));
}

/** The message with every run of values as one `<*>` and white space squeezed. */
export function normaliseMessage(message: string): string {
  return normalisedText(line.read(message));
}

/**
 * Pairs a problem with its recovery: two messages that differ in a state word of opposite meaning (down/up,
 * failed/succeeded…) share `pairKey`. Null without such a word, or with fewer than two other constant words.
 */
export function statePairing(message: string, partition: string): StatePairing | null {
  return pairingOf(line.read(message), partition);
}

/**
 * The values that identify whose state changed (an interface, a unit, a volume), joined by `|`; without what differs
 * from time to time (times, durations, counts, process ids). '' when there is none.
 */
export function correlationKey(message: string): string {
  return correlationOf(line.read(message));
}
