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
  /** A baseline would have looked further back than the series reaches: a longer one may give another result. */
  readonly starved: boolean;
}

interface HotBucket {
  readonly startMinute: number;
  readonly unitMinutes: number;
  readonly baseline: number;
}

/** What was found in one slot. */
interface SlotResult {
  readonly hot: HotBucket[];
  readonly starved: boolean;
}

/** One resolution of a series. A bucket is alive when all its minutes were, and silent when none was. */
interface Grid {
  readonly unitMinutes: number;
  readonly fromMinute: number;
  readonly counts: readonly number[];
  readonly alive: Uint8Array;
  readonly silent: Uint8Array;
}

/**
 * How far before `from` a series may have to reach, shortest first: for minutes of an asset that was never silent, for
 * their five-minute sums, and, always enough, for an asset that was.
 */
export const spikeReaches = ({ windowBuckets, slotMinutes, lookBackMinutes }: SpikeSettings): number[] =>
  [windowBuckets, windowBuckets * slotMinutes, lookBackMinutes].map((minutes) => minutes + slotMinutes);

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
  let starved = false;
  for (let slot = first; slot < last; slot++) {
    if (coarse.counts[slot]! < settings.minCount) continue;
    const found = hotInSlot(fine, coarse, slot, settings);
    hot.push(...found.hot);
    starved ||= found.starved;
  }
  const begun = hot.filter((bucket) => bucket.startMinute >= from && bucket.startMinute < to);
  return { ...joinBursts(begun, fine, coarse, to, settings), starved };
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
function hotInSlot(fine: Grid, coarse: Grid, slot: number, settings: SpikeSettings): SlotResult {
  const firstMinute = slot * coarse.unitMinutes;
  const before = windowBefore(fine, firstMinute, settings);
  const { dispersion, rate } = learnBaseline(before.counts, settings);
  const isCoarse = dispersion > settings.maxDispersion || rate < settings.minRate;
  const end = Math.min(firstMinute + coarse.unitMinutes, fine.counts.length);
  const hot: HotBucket[] = [];
  let { starved } = before;
  for (let i = isCoarse ? slot : firstMinute; i < (isCoarse ? slot + 1 : end); i++) {
    const grid = isCoarse ? coarse : fine;
    if (grid.counts[i]! < settings.minCount) continue;
    const window = windowBefore(grid, i, settings);
    starved ||= window.starved;
    const baseline = learnBaseline(window.counts, settings);
    if (window.isFresh || !standsOut(grid.counts[i]!, baseline, settings)) continue;
    const { unitMinutes } = grid;
    hot.push({ startMinute: grid.fromMinute + i * unitMinutes, unitMinutes, baseline: baseline.level });
  }
  return { hot, starved };
}

interface Window {
  /** Alive buckets, oldest first. */
  readonly counts: number[];
  /** The asset was silent just before. */
  readonly isFresh: boolean;
  readonly starved: boolean;
}

function windowBefore(grid: Grid, index: number, settings: SpikeSettings): Window {
  const earliest = index - Math.floor(settings.lookBackMinutes / grid.unitMinutes);
  const counts: number[] = [];
  let silenceSeen = false;
  let sinceSilence = 0;
  let i = index - 1;
  for (; i >= Math.max(0, earliest) && counts.length < settings.windowBuckets; i--) {
    if (grid.alive[i] === 0) silenceSeen = true;
    else {
      counts.push(grid.counts[i]!);
      if (!silenceSeen) sinceSilence++;
    }
  }
  return {
    counts: counts.reverse(),
    isFresh: silenceSeen && sinceSilence < settings.graceBuckets,
    starved: counts.length < settings.windowBuckets && i >= earliest,
  };
}

function joinBursts(
  hot: readonly HotBucket[],
  fine: Grid,
  coarse: Grid,
  to: number,
  settings: SpikeSettings,
): Omit<SpikeResult, 'starved'> {
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
