// The same events on two ways into memories that must be equal; where they are not, the fewest events that show it.
import { isDeepStrictEqual } from 'node:util';
import { severityName } from '../../src/domain/severity.ts';
import { formatMicros } from '../../src/domain/time.ts';
import { groupBy } from '../../src/pipeline/detect/touched.ts';
import { memoryOf, type World, type WorldEvent } from './detection.ts';
import { batchesOf, shuffled } from './histories.ts';

type Deliveries = readonly (readonly WorldEvent[])[];

export interface Replay {
  readonly one: Deliveries;
  readonly other: Deliveries;
}

const HOUR_US = 3_600_000_000;
const HELD_BACK_US = 2 * HOUR_US;

const byTime = (events: readonly WorldEvent[]) => [...events].sort((a, b) => a.us - b.us);

/** No batch is so small that a long history takes for ever. */
const sizesFor = (events: readonly WorldEvent[], sizes: readonly number[], parts: number) =>
  sizes.map((size) => size + Math.ceil(events.length / parts));

/** All at once, and batch by batch in the order of time. */
export const liveReplay = (events: readonly WorldEvent[], sizes: readonly number[]): Replay => ({
  one: [events],
  other: batchesOf(byTime(events), sizesFor(events, sizes, 20)),
});

/** All at once, and batch by batch in any order. */
export const shuffledReplay = (
  events: readonly WorldEvent[],
  sizes: readonly number[],
  seed: number,
): Replay => ({
  one: [events],
  other: batchesOf(shuffled(events, seed), sizesFor(events, sizes, 15)),
});

/** All at once, and few by few in any order. */
export const scatteredReplay = (
  events: readonly WorldEvent[],
  sizes: readonly number[],
  seed: number,
): Replay => ({ one: [events], other: batchesOf(shuffled(events, seed), sizes) });

/** Hour by hour, and so that every tenth event, beginning with `tenth`, comes two hours after its time. */
export function lateReplay(events: readonly WorldEvent[], tenth: number): Replay {
  const hours = [...groupBy(byTime(events), (event) => String(Math.floor(event.us / HOUR_US))).values()];
  const held: { readonly dueUs: number; readonly events: WorldEvent[] }[] = [];
  const deliveries = hours.flatMap((hour) => {
    const late = hour.filter((_, i) => i % 10 === tenth);
    held.push({ dueUs: hour[0]!.us + HELD_BACK_US, events: late });
    const due = held.filter(({ dueUs }) => dueUs <= hour[0]!.us);
    held.splice(0, due.length);
    return [...due.map((d) => d.events), hour.filter((event) => !late.includes(event))];
  });
  return { one: hours, other: withoutEmpty([...deliveries, ...held.map((h) => h.events)]) };
}

async function memoryAfter(world: World, deliveries: Deliveries) {
  const tenant = await world.tenant();
  for (const events of deliveries) await tenant.deliver(events);
  return memoryOf(tenant);
}

/** Throws where the two memories differ, and tells the fewest events with which they do. */
export async function expectSameMemory(world: World, replay: Replay): Promise<void> {
  if ((await differencesOf(world, replay)).length === 0) return;
  const smallest = await smallestOf(world, replay);
  const differences = await differencesOf(world, smallest);
  throw new Error(['The two memories differ.', ...storyOf(smallest), ...differences].join('\n'));
}

async function differencesOf(world: World, { one, other }: Replay): Promise<string[]> {
  const [a, b] = [await memoryAfter(world, one), await memoryAfter(world, other)];
  if (isDeepStrictEqual(a, b)) return [];
  return Object.keys(a).flatMap((what) => {
    const [inOne, inOther] = [rowsOf(a, what), rowsOf(b, what)];
    return [
      ...[...inOne].filter((row) => !inOther.has(row)).map((row) => `${what}, the one: ${row}`),
      ...[...inOther].filter((row) => !inOne.has(row)).map((row) => `${what}, the other: ${row}`),
    ];
  });
}

const rowsOf = (memory: Record<string, object[]>, what: string): Set<string> =>
  new Set(memory[what]!.map((row) => JSON.stringify(row)));

/** Leaves out events, in ever smaller parts, as long as the difference stays (delta debugging, Zeller 1999). */
async function smallestOf(world: World, replay: Replay): Promise<Replay> {
  let kept = replay.one.flat();
  const only = (events: readonly WorldEvent[]): Replay => {
    const set = new Set(events);
    const cut = (deliveries: Deliveries) => withoutEmpty(deliveries.map((d) => d.filter((e) => set.has(e))));
    return { one: cut(replay.one), other: cut(replay.other) };
  };
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (fewer.length > 0 && (await differencesOf(world, only(fewer))).length > 0) kept = fewer;
      else from += size;
    }
  }
  return only(kept);
}

const withoutEmpty = (deliveries: Deliveries): Deliveries => deliveries.filter((d) => d.length > 0);

const storyOf = ({ one, other }: Replay): string[] =>
  byTime(one.flat()).map((event) => {
    const deliveryIn = (deliveries: Deliveries) => deliveries.findIndex((d) => d.includes(event)) + 1;
    const { us, host, severity, message } = event;
    return `${formatMicros(us)} ${host ?? '-'} ${severityName(severity)} ${message} (delivery ${deliveryIn(one)}, in the other ${deliveryIn(other)})`;
  });
