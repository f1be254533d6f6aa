// Prepares many inputs without holding up whoever else waits for the event loop: a slice, a breath, the next slice.
import { setImmediate as breathe } from 'node:timers/promises';
import type { PreparedEvent } from './prepare.ts';
import type { Prepared } from './prepare-lines.ts';

/** Takes a few milliseconds at most, unless lines are very long. */
const SLICE = 250;

/** What `prepare` yields for the inputs `from` to `to`, of `count`, all in order. */
export async function prepareInSlices(
  count: number,
  prepare: (from: number, to: number) => Prepared,
): Promise<Prepared> {
  const events: PreparedEvent[] = [];
  const rejections: Prepared['rejections'] = [];
  for (let from = 0; from < count; from += SLICE) {
    if (from > 0) await breathe();
    const prepared = prepare(from, Math.min(from + SLICE, count));
    events.push(...prepared.events);
    rejections.push(...prepared.rejections);
  }
  return { events, rejections };
}
