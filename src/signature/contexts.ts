// The contexts of a form: the form with one slot wild. Forms that differ in one word only share the context around it.
// Prefix and suffix hashes (Rabin and Karp) give all contexts of a form of n tokens in O(n).
import { VAR_1, VAR_2 } from './canonical.ts';
import type { Token } from './shape.ts';

/** Two lanes in one exact number of 53 bits. */
export type ContextId = number;

export interface Slot {
  context: ContextId;
  /** The token that varies. */
  position: number;
  /** The first token that stays behind the wild ones: the token takes the variable glued to it along. */
  to: number;
}

const BASE_1 = 0x01000193;
const BASE_2 = 0x2c1b3c6d;
const SALT = 0x2545f491;
const VERB_SALT = 0x51ed270b;

export function combine(lane1: number, lane2: number): number {
  return (lane1 >>> 0) * 0x200000 + (lane2 >>> 11);
}

/** Running hashes of a token sequence from either end. */
export class ContextHasher {
  readonly #tokens: readonly Token[];
  readonly #prefix1: Int32Array;
  readonly #prefix2: Int32Array;
  readonly #suffix1: Int32Array;
  readonly #suffix2: Int32Array;
  readonly #power1: Int32Array;
  readonly #power2: Int32Array;

  constructor(tokens: readonly Token[]) {
    const n = tokens.length;
    this.#tokens = tokens;
    const column = (): Int32Array => new Int32Array(n + 2);
    const prefix1 = column();
    const prefix2 = column();
    const suffix1 = column();
    const suffix2 = column();
    const power1 = column().fill(1, 0, 1);
    const power2 = column().fill(1, 0, 1);
    for (let i = 0; i <= n; i++) {
      power1[i + 1] = Math.imul(power1[i]!, BASE_1);
      power2[i + 1] = Math.imul(power2[i]!, BASE_2);
    }
    for (let i = 0; i < n; i++) {
      prefix1[i + 1] = Math.imul(prefix1[i]!, BASE_1) + (tokens[i]!.hash ^ SALT);
      prefix2[i + 1] = Math.imul(prefix2[i]!, BASE_2) + (tokens[i]!.hash2 ^ SALT);
    }
    for (let i = n - 1; i >= 0; i--) {
      suffix1[i] = Math.imul(tokens[i]!.hash ^ SALT, power1[n - 1 - i]!) + suffix1[i + 1]!;
      suffix2[i] = Math.imul(tokens[i]!.hash2 ^ SALT, power2[n - 1 - i]!) + suffix2[i + 1]!;
    }
    this.#prefix1 = prefix1;
    this.#prefix2 = prefix2;
    this.#suffix1 = suffix1;
    this.#suffix2 = suffix2;
    this.#power1 = power1;
    this.#power2 = power2;
  }

  /** Identifies the whole sequence. */
  whole(): ContextId {
    return combine(this.#prefix1[this.#tokens.length]!, this.#prefix2[this.#tokens.length]!);
  }

  /** The slot at `position`; verbs and other words of one place have contexts of their own. */
  slot(position: number, asVerb: boolean): Slot {
    const tokens = this.#tokens;
    const token = tokens[position]!;
    const to = token.isGlued && tokens[position + 1]?.text === null ? position + 2 : position + 1;
    const rest = tokens.length - to;
    const head1 = Math.imul(this.#prefix1[position]!, BASE_1) + (VAR_1 ^ SALT);
    const head2 = Math.imul(this.#prefix2[position]!, BASE_2) + (VAR_2 ^ SALT);
    const lane1 = Math.imul(head1, this.#power1[rest]!) + this.#suffix1[to]!;
    const lane2 = Math.imul(head2, this.#power2[rest]!) + this.#suffix2[to]!;
    const context = combine(asVerb ? lane1 ^ VERB_SALT : lane1, asVerb ? lane2 ^ VERB_SALT : lane2);
    return { context, position, to };
  }
}
