import type { Micros } from '../domain/time.ts';

export interface Timed {
  readonly startUs: Micros;
  readonly endUs: Micros;
}

/** Parts items (ascending by start) wherever the next begins more than `gapUs` after everything before it ended. */
export function splitRuns<T extends Timed>(items: readonly T[], gapUs: Micros): T[][] {
  const runs: T[][] = [];
  let endUs = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    if (item.startUs - endUs > gapUs) runs.push([item]);
    else runs.at(-1)!.push(item);
    endUs = Math.max(endUs, item.endUs);
  }
  return runs;
}

/** Whether the items (ascending by start) that begin in some window [start, start + windowUs) pass `test` together. */
export function anyWindow<T extends Timed>(
  items: readonly T[],
  windowUs: Micros,
  test: (window: readonly T[]) => boolean,
): boolean {
  let end = 0;
  for (let start = 0; start < items.length; start++) {
    while (end < items.length && items[end]!.startUs - items[start]!.startUs < windowUs) end++;
    if (test(items.slice(start, end))) return true;
    if (end === items.length) return false;
  }
  return false;
}
