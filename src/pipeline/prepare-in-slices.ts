// Prepares many inputs without holding up whoever else waits for the event loop.
import { Turns } from '../domain/turns.ts';
import type { PrepareContext, PreparedEvent } from './prepare.ts';
import { type EventIdentity, prepareEvents, type SentEvent } from './prepare-events.ts';
import type { Prepared } from './prepare-lines.ts';

/** Takes well under a millisecond, and with the longest of lines a few. */
const SLICE = 25;

/** What `prepare` yields for the inputs `from` to `to`, of `count`, all in order. */
export async function prepareInSlices(
  count: number,
  prepare: (from: number, to: number) => Prepared,
  turns = new Turns(),
): Promise<Prepared> {
  const events: PreparedEvent[] = [];
  const rejections: Prepared['rejections'] = [];
  for (let from = 0; from < count; from += SLICE) {
    if (turns.isOver) await turns.next();
    const prepared = prepare(from, Math.min(from + SLICE, count));
    events.push(...prepared.events);
    rejections.push(...prepared.rejections);
  }
  return { events, rejections };
}

/** As {@link prepareEvents} does it. */
export function eventsInSlices(
  events: readonly SentEvent[],
  startIndex: number,
  identity: EventIdentity,
  context: PrepareContext,
  turns = new Turns(),
): Promise<Prepared> {
  const keyed = new Map<string, string>();
  const prepare = (from: number, to: number) =>
    prepareEvents(events.slice(from, to), startIndex + from, identity, context, keyed);
  return prepareInSlices(events.length, prepare, turns);
}
