// Finds the buckets of one series that stand out from what came before, and joins them into bursts.

import type { SpikeSettings } from './settings.ts';
import {
  type Baseline,
  learnBaseline,
  noSteadierThanChance,
  standsOut,
  tellsEnough,
} from './spike-window.ts';

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

/** A minute, or a sum of minutes less those at its end that are no higher than the level. */
interface HotBucket {
  readonly startMinute: number;
  readonly endMinute: number;
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
    if (greatestSum(fine, coarse, slot) < settings.minCount) continue;
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

// Unsteady and slow series are judged on sums of five minutes. Steady ones are judged on their minutes as well: the slow
// where no sum stands out, the others before the sums, and instead of them where a minute tells enough.
function hotInSlot(fine: Grid, coarse: Grid, slot: number, settings: SpikeSettings): SlotResult {
  const firstMinute = slot * coarse.unitMinutes;
  const before = windowBefore(fine, firstMinute, settings);
  const perMinute = learnBaseline(before.counts, settings);
  const isSteady = perMinute.dispersion <= settings.maxDispersion;
  const isSlow = perMinute.rate < settings.minRate;
  let starved = before.starved;
  const minutes = (): HotBucket[] => {
    const found = hotMinutes(fine, firstMinute, settings);
    starved ||= found.starved;
    return found.hot;
  };
  if (isSteady && !isSlow) {
    const hot = minutes();
    if (hot.length > 0 || tellsEnough(perMinute, settings)) return { hot, starved };
  }
  const window = windowBefore(coarse, slot, settings);
  starved ||= window.starved;
  const perSlot = noSteadierThanChance(learnBaseline(window.counts, settings));
  const hot = window.isFresh ? [] : hotSums(fine, firstMinute, perSlot, settings);
  const asMinutes =
    hot.length === 0 &&
    isSteady &&
    isSlow &&
    perSlot.warmedUp &&
    perSlot.dispersion <= settings.maxDispersion;
  return { hot: asMinutes ? minutes() : hot, starved };
}

/** Of the sums that begin in the slot; the last of them ends in the next one. */
function greatestSum(fine: Grid, coarse: Grid, slot: number): number {
  let sum = coarse.counts[slot]!;
  let greatest = sum;
  const end = (slot + 1) * coarse.unitMinutes;
  for (let i = end; i < end + coarse.unitMinutes - 1; i++) {
    sum += (fine.counts[i] ?? 0) - (fine.counts[i - coarse.unitMinutes] ?? 0);
    greatest = Math.max(greatest, sum);
  }
  return greatest;
}

function hotMinutes(fine: Grid, firstMinute: number, settings: SpikeSettings): SlotResult {
  const hot: HotBucket[] = [];
  let starved = false;
  const end = Math.min(firstMinute + settings.slotMinutes, fine.counts.length);
  for (let i = firstMinute; i < end; i++) {
    if (fine.counts[i]! < settings.minCount) continue;
    const window = windowBefore(fine, i, settings);
    starved ||= window.starved;
    const baseline = learnBaseline(window.counts, settings);
    if (window.isFresh || !standsOut(fine.counts[i]!, baseline, settings)) continue;
    const startMinute = fine.fromMinute + i;
    hot.push({ startMinute, endMinute: startMinute + 1, unitMinutes: 1, baseline: baseline.level });
  }
  return { hot, starved };
}

/**
 * The slot's own sum and those that begin later in it. A sum is taken from its first minute above the level to its last, so
 * that a burst begins where its events do.
 */
function hotSums(fine: Grid, firstMinute: number, baseline: Baseline, settings: SpikeSettings): HotBucket[] {
  const unitMinutes = settings.slotMinutes;
  const isAbove = (count: number) => count * unitMinutes > baseline.level;
  const hot: HotBucket[] = [];
  for (let i = firstMinute; i < firstMinute + unitMinutes; i++) {
    const counts = fine.counts.slice(i, i + unitMinutes);
    const begin = counts.findIndex(isAbove);
    if (begin === -1 || (begin > 0 && i > firstMinute)) continue;
    if (!standsOut(sumOf(counts), baseline, settings)) continue;
    const startMinute = fine.fromMinute + i + begin;
    const endMinute = fine.fromMinute + i + counts.findLastIndex(isAbove) + 1;
    hot.push({ startMinute, endMinute, unitMinutes, baseline: baseline.level });
  }
  return hot;
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
      open.endMinute = Math.max(open.endMinute, bucket.endMinute);
      continue;
    }
    if (open !== null) bursts.push(open.span());
    open = new OpenBurst(bucket, fine, coarse, settings);
  }
  if (open === null) return { bursts, settled: true };
  bursts.push(open.span());
  return { bursts, settled: !open.goesOnUntil(to, coarse.unitMinutes) };
}

class OpenBurst {
  readonly #first: HotBucket;
  readonly #fine: Grid;
  readonly #grid: Grid;
  readonly #settings: SpikeSettings;
  #next: number;
  #length = 0;
  #below = 0;
  endMinute: number;

  constructor(first: HotBucket, fine: Grid, coarse: Grid, settings: SpikeSettings) {
    this.#first = first;
    this.#fine = fine;
    this.#grid = first.unitMinutes === 1 ? fine : coarse;
    this.#settings = settings;
    this.#next = this.#indexOf(first.startMinute);
    this.endMinute = first.endMinute;
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
    const { counts, fromMinute } = this.#fine;
    let peak = 0;
    let peakMinute = startMinute;
    for (let minute = startMinute; minute < this.endMinute; minute++) {
      const i = minute - fromMinute;
      const count = sumOf(counts.slice(i, i + unitMinutes));
      if (count > peak) [peak, peakMinute] = [count, minute];
    }
    return { startMinute, endMinute: this.endMinute, unitMinutes, baseline, peak, peakMinute };
  }

  #indexOf(minute: number): number {
    return Math.floor((minute - this.#grid.fromMinute) / this.#grid.unitMinutes);
  }
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
