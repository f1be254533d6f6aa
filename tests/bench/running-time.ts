// How long this thread ran at a stretch: what of a delay was its own, and not that the processors were others' turn.
import { existsSync, readFileSync } from 'node:fs';

const SCHEDULE = '/proc/self/schedstat';
const NS_PER_MS = 1e6;
const SAMPLE_MS = 1;

/** The main thread's own running time so far; null where the system does not tell. */
const ownMs = existsSync(SCHEDULE)
  ? () => Number(readFileSync(SCHEDULE, 'utf8').split(' ')[0]) / NS_PER_MS
  : null;

/** Watches the stretches between two turns of the event loop; call the result for the longest, in milliseconds. */
export function watchOwnStretches(): () => number | null {
  if (ownMs === null) return () => null;
  const now = ownMs;
  let longest = 0;
  let before = now();
  const timer = setInterval(() => {
    longest = Math.max(longest, now() - before);
    before = now();
  }, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    return longest;
  };
}
