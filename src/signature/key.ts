// From a canonical form to its key: a 64-bit hash that every process computes alike.
import type { Form } from './canonical.ts';
import { finalise, hash1, hash2, step1, step2 } from './hash.ts';

/** Names the algorithm. A change to what is hashed, or how, is a new version. */
export const KEY_VERSION = 'v1';

const CACHE_SLOTS = 1 << 14;

export function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

/** `v1:` and 16 hexadecimal digits. */
export function formatKey(high: number, low: number): string {
  return `${KEY_VERSION}:${hex32(high)}${hex32(low)}`;
}

/**
 * Computes keys for forms within partitions. It holds no state that a key depends on: only the seeds of the last
 * partition, and a direct-mapped cache that spares formatting a key that was formatted before.
 */
export class KeyMaker {
  high = 0;
  low = 0;
  #partition = '';
  #seed1 = hash1('');
  #seed2 = hash2('');
  readonly #cachedHigh = new Int32Array(CACHE_SLOTS);
  readonly #cachedLow = new Int32Array(CACHE_SLOTS);
  readonly #cachedKey: (string | undefined)[] = new Array(CACHE_SLOTS).fill(undefined);

  /** Leaves the key of `form` in `high` and `low`. */
  digest(form: Form, partition: string): void {
    if (partition !== this.#partition) {
      this.#partition = partition;
      this.#seed1 = hash1(partition);
      this.#seed2 = hash2(partition);
    }
    const { count, hash, hash2: lane2 } = form;
    let a = this.#seed1 ^ count;
    let b = this.#seed2;
    for (let i = 0; i < count; i++) {
      a = Math.imul(a ^ hash[i]!, 0x85ebca6b);
      a ^= a >>> 13;
      b = Math.imul((b + lane2[i]!) | 0, 0xc2b2ae35);
      b ^= b >>> 16;
    }
    this.high = finalise(a);
    this.low = finalise(b);
  }

  key(form: Form, partition: string): string {
    this.digest(form, partition);
    const { high, low } = this;
    const slot = high & (CACHE_SLOTS - 1);
    const cached = this.#cachedKey[slot];
    if (cached !== undefined && this.#cachedHigh[slot] === high && this.#cachedLow[slot] === low)
      return cached;
    const key = formatKey(high, low);
    this.#cachedHigh[slot] = high;
    this.#cachedLow[slot] = low;
    this.#cachedKey[slot] = key;
    return key;
  }
}

/**
 * The key of everything in `partition` that is about as long as `tokens`: where messages go that exceed the number of
 * forms that are told apart. A handful of keys per partition, whatever the messages are.
 */
export function coarseDigest(partition: string, tokens: number): { high: number; low: number } {
  const length = 32 - Math.clz32(tokens);
  return {
    high: finalise(step1(hash1(partition), ~length)),
    low: finalise(step2(hash2(partition), ~length)),
  };
}
