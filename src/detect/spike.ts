// Finds the buckets of one series that stand out from what came before, and joins them into bursts.

import type { SpikeSettings } from './settings.ts';
import { learnBaseline, standsOut } from './spike-window.ts';

/** Counts of one (signature, asset) per minute, zero-filled, from `fromMinute` (a multiple of the slot length) on. */
export interface Series {
  readonly fromMinute: number;
  readonly counts: readonly number[];
  /** Aligned with `counts`: 1 where the asset was alive. */
  readonly alive: Uint8Array;
}

/** [startMinute, endMinute), judged on buckets of `unitMinutes`; `peak` and `baseline` are per such bucket. */
export interface BurstSpan {
  readonly startMinute: number;
  readonly endMinute: number;
  readonly unitMinutes: number;
  readonly baseline: number;
  readonly peak: number;
  readonly peakMinute: number;
}

export interface SpikeResult {
  readonly bursts: BurstSpan[];
  /** False where the last burst was still open at the end of the range: later minutes may belong to it. */
  readonly settled: boolean;
}

interface HotBucket {
  readonly startMinute: number;
  readonly unitMinutes: number;
  readonly baseline: number;
}

/** One resolution of a series. A bucket is alive when all its minutes were, and silent when none was. */
interface Grid {
  readonly unitMinutes: number;
  readonly fromMinute: number;
  readonly counts: readonly number[];
  readonly alive: Uint8Array;
  readonly silent: Uint8Array;
}

/** How far before `from` a series must reach for {@link findBursts} to be exact. */
export const spikeReachMinutes = (settings: SpikeSettings): number =>
  settings.lookBackMinutes + settings.slotMinutes;

/** The longest that a burst can last: its buckets are contiguous, for a silence closes it. */
export const maxBurstMinutes = (settings: SpikeSettings): number =>
  settings.maxBurstBuckets * settings.slotMinutes;

/** The bursts whose hot buckets begin in [from, to). No burst may be open at `from`. */
export function findBursts(series: Series, from: number, to: number, settings: SpikeSettings): SpikeResult {
  const fine = gridOf(series, 1);
  const coarse = gridOf(series, settings.slotMinutes);
  const hot: HotBucket[] = [];
  const first = Math.max(0, Math.floor((from - coarse.fromMinute) / coarse.unitMinutes));
  const last = Math.min(coarse.counts.length, Math.ceil((to - coarse.fromMinute) / coarse.unitMinutes));
  for (let slot = first; slot < last; slot++) hot.push(...hotInSlot(fine, coarse, slot, settings));
  const begun = hot.filter((bucket) => bucket.startMinute >= from && bucket.startMinute < to);
  return joinBursts(begun, fine, coarse, to, settings);
}

function gridOf(series: Series, unitMinutes: number): Grid {
  const length = Math.ceil(series.counts.length / unitMinutes);
  const counts = new Array<number>(length).fill(0);
  const alive = new Uint8Array(length);
  const silent = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    let aliveCount = 0;
    for (let m = i * unitMinutes; m < (i + 1) * unitMinutes && m < series.counts.length; m++) {
      counts[i]! += series.counts[m]!;
      aliveCount += series.alive[m]!;
    }
    alive[i] = aliveCount === unitMinutes ? 1 : 0;
    silent[i] = aliveCount === 0 ? 1 : 0;
  }
  return { unitMinutes, fromMinute: series.fromMinute, counts, alive, silent };
}

// Slow and unsteady series are judged on the whole slot. Which they are is told by the minutes before it.
function hotInSlot(fine: Grid, coarse: Grid, slot: number, settings: SpikeSettings): HotBucket[] {
  if (coarse.counts[slot]! < settings.minCount) return [];
  const firstMinute = slot * coarse.unitMinutes;
  const before = learnBaseline(windowBefore(fine, firstMinute, settings).counts, settings);
  if (before.dispersion > settings.maxDispersion || before.rate < settings.minRate)
    return hotBucket(coarse, slot, settings) ?? [];
  const hot: HotBucket[] = [];
  const end = Math.min(firstMinute + coarse.unitMinutes, fine.counts.length);
  for (let m = firstMinute; m < end; m++) hot.push(...(hotBucket(fine, m, settings) ?? []));
  return hot;
}

function hotBucket(grid: Grid, index: number, settings: SpikeSettings): [HotBucket] | null {
  if (grid.counts[index]! < settings.minCount) return null;
  const { counts, isFresh } = windowBefore(grid, index, settings);
  if (isFresh || counts.length < settings.warmUpBuckets) return null;
  const baseline = learnBaseline(counts, settings);
  if (!standsOut(grid.counts[index]!, baseline, settings)) return null;
  const startMinute = grid.fromMinute + index * grid.unitMinutes;
  return [{ startMinute, unitMinutes: grid.unitMinutes, baseline: baseline.level }];
}

/** The alive buckets before `index`, oldest first; `isFresh`: the asset was silent just before. */
function windowBefore(grid: Grid, index: number, settings: SpikeSettings) {
  const earliest = Math.max(0, index - Math.floor(settings.lookBackMinutes / grid.unitMinutes));
  const counts: number[] = [];
  let silenceSeen = false;
  let sinceSilence = 0;
  for (let i = index - 1; i >= earliest && counts.length < settings.windowBuckets; i--) {
    if (grid.alive[i] === 0) silenceSeen = true;
    else {
      counts.push(grid.counts[i]!);
      if (!silenceSeen) sinceSilence++;
    }
  }
  return { counts: counts.reverse(), isFresh: silenceSeen && sinceSilence < settings.graceBuckets };
}

function joinBursts(
  hot: readonly HotBucket[],
  fine: Grid,
  coarse: Grid,
  to: number,
  settings: SpikeSettings,
): SpikeResult {
  const bursts: BurstSpan[] = [];
  let open: OpenBurst | null = null;
  for (const bucket of hot) {
    if (open?.goesOnUntil(bucket.startMinute, bucket.unitMinutes)) {
      open.endMinute = Math.max(open.endMinute, bucket.startMinute + bucket.unitMinutes);
      continue;
    }
    if (open !== null) bursts.push(open.span());
    open = new OpenBurst(bucket, bucket.unitMinutes === 1 ? fine : coarse, settings);
  }
  if (open === null) return { bursts, settled: true };
  bursts.push(open.span());
  return { bursts, settled: !open.goesOnUntil(to, coarse.unitMinutes) };
}

class OpenBurst {
  readonly #first: HotBucket;
  readonly #grid: Grid;
  readonly #settings: SpikeSettings;
  #next: number;
  #length = 0;
  #below = 0;
  endMinute: number;

  constructor(first: HotBucket, grid: Grid, settings: SpikeSettings) {
    this.#first = first;
    this.#grid = grid;
    this.#settings = settings;
    this.#next = this.#indexOf(first.startMinute);
    this.endMinute = first.startMinute + first.unitMinutes;
  }

  /**
   * Whether a hot bucket of `unitMinutes` at `minute` belongs to this burst. Looks at the buckets before it, each once;
   * the longest burst is told in buckets of the one that would join.
   */
  goesOnUntil(minute: number, unitMinutes: number): boolean {
    const { closeRatio, closeBuckets, maxBurstBuckets } = this.#settings;
    const end = this.#indexOf(minute);
    for (; this.#next < end; this.#next++) {
      if (this.#grid.silent[this.#next] !== 0) return false;
      this.#length++;
      const isBelow = this.#grid.counts[this.#next]! < closeRatio * this.#first.baseline;
      this.#below = isBelow ? this.#below + 1 : 0;
      if (this.#below >= closeBuckets) return false;
    }
    return this.#length * this.#grid.unitMinutes < maxBurstBuckets * unitMinutes;
  }

  span(): BurstSpan {
    const { startMinute, unitMinutes, baseline } = this.#first;
    let peak = 0;
    let peakMinute = startMinute;
    const end = this.#indexOf(this.endMinute - 1) + 1;
    for (let i = this.#indexOf(startMinute); i < end; i++) {
      if (this.#grid.counts[i]! <= peak) continue;
      peak = this.#grid.counts[i]!;
      peakMinute = this.#grid.fromMinute + i * unitMinutes;
    }
    return { startMinute, endMinute: this.endMinute, unitMinutes, baseline, peak, peakMinute };
  }

  #indexOf(minute: number): number {
    return Math.floor((minute - this.#grid.fromMinute) / this.#grid.unitMinutes);
  }
}
