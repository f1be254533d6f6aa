// Forms by the two lanes of their key, in open addressing: a hit allocates nothing.

const INITIAL_SLOTS = 1 << 12;

export class FormTable {
  #mask = INITIAL_SLOTS - 1;
  #high = new Int32Array(INITIAL_SLOTS);
  #low = new Int32Array(INITIAL_SLOTS);
  #index = new Int32Array(INITIAL_SLOTS).fill(-1);
  #used = 0;

  /** The index that was added with this key; -1 when there is none. */
  find(high: number, low: number): number {
    for (let slot = high & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const index = this.#index[slot]!;
      if (index < 0 || (this.#high[slot] === high && this.#low[slot] === low)) return index;
    }
  }

  add(high: number, low: number, index: number): void {
    if (++this.#used * 2 > this.#mask) this.#grow();
    this.#put(high, low, index);
  }

  #put(high: number, low: number, index: number): void {
    let slot = high & this.#mask;
    while (this.#index[slot]! >= 0) slot = (slot + 1) & this.#mask;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#index[slot] = index;
  }

  #grow(): void {
    const [high, low, index] = [this.#high, this.#low, this.#index];
    const size = 2 * (this.#mask + 1);
    this.#mask = size - 1;
    this.#high = new Int32Array(size);
    this.#low = new Int32Array(size);
    this.#index = new Int32Array(size).fill(-1);
    for (let slot = 0; slot < index.length; slot++) {
      if (index[slot]! >= 0) this.#put(high[slot]!, low[slot]!, index[slot]!);
    }
  }
}
