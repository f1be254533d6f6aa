// What one wildcard stood for in some events: its kinds, its values, and how many different ones there are in all.
import type { ParameterKind } from './parameters.ts';

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

export class ValueTally {
  readonly #kinds = new Map<ParameterKind, number>();
  readonly #values = new Map<string, number>();
  #count = 0;

  add(kind: ParameterKind, value: string): void {
    this.#count++;
    increment(this.#kinds, kind);
    increment(this.#values, value);
  }

  /** How many values were added, equal ones too. */
  get count(): number {
    return this.#count;
  }

  /** The most frequent one. */
  get kind(): ParameterKind {
    return ranked(this.#kinds)[0]![0];
  }

  /** The `n` most frequent values. */
  top(n: number): ValueCount[] {
    return ranked(this.#values)
      .slice(0, n)
      .map(([value, count]) => ({ value, count }));
  }

  /**
   * How many different values there are among all, of which those added are the share `share` (above 0, at most 1),
   * drawn evenly: Chao's estimate by the values seen once and twice (Chao 1984, bias-corrected), no more than if every
   * value not drawn were new. Exact where the share is 1.
   */
  distinct(share: number): number {
    const seen = this.#values.size;
    let once = 0;
    let twice = 0;
    for (const count of this.#values.values()) {
      if (count === 1) once++;
      else if (count === 2) twice++;
    }
    const notDrawn = this.#count / share - this.#count;
    return seen + Math.round(Math.min(notDrawn, (once * (once - 1)) / (2 * (twice + 1))));
  }
}

const increment = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1);

/** Most frequent first; equals by their text, so that the answer is stable. */
const ranked = <K extends string>(counts: ReadonlyMap<K, number>): [K, number][] =>
  [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
