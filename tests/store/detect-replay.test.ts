// Replay equivalence of detection: whatever the order and the batching, the same events leave the same memory.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryOf, openWorld, type World, type WorldEvent } from '../support/detection.ts';
import { anyHistory, batchesOf, shuffled } from '../support/histories.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

async function memoryAfter(deliveries: readonly WorldEvent[][]) {
  const tenant = await world.tenant();
  for (const events of deliveries) await tenant.deliver(events);
  return memoryOf(tenant);
}

const RUNS = 12;

describe('replay equivalence', () => {
  it('holds for any order and any batching of random histories', { timeout: 1_000_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        anyHistory,
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 }),
        fc.integer(),
        async (events, sizes, seed) => {
          const inOrder = [...events].sort((a, b) => a.us - b.us);
          const atOnce = await memoryAfter([events]);
          const live = await memoryAfter(
            batchesOf(
              inOrder,
              sizes.map((s) => s + Math.ceil(events.length / 20)),
            ),
          );
          expect(live).toEqual(atOnce);
          const late = await memoryAfter(
            batchesOf(
              shuffled(events, seed),
              sizes.map((s) => s + Math.ceil(events.length / 15)),
            ),
          );
          expect(late).toEqual(atOnce);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

describe('a late batch', () => {
  const HOUR_US = 3_600_000_000;

  it('of a tenth of a window, two hours old, ends in the same candidates', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, fc.nat(9), async (events, tenth) => {
        const inOrder = [...events].sort((a, b) => a.us - b.us);
        const byHour = batchesByHour(inOrder);
        const inTime = await memoryAfter(byHour);
        const held: { readonly dueUs: number; readonly events: WorldEvent[] }[] = [];
        const deliveries = byHour.flatMap((hour) => {
          const late = hour.filter((_, i) => i % 10 === tenth);
          held.push({ dueUs: hour[0]!.us + 2 * HOUR_US, events: late });
          const due = held.filter(({ dueUs }) => dueUs <= hour[0]!.us);
          held.splice(0, due.length);
          return [...due.map((d) => d.events), hour.filter((event) => !late.includes(event))];
        });
        const late = await memoryAfter(
          [...deliveries, ...held.map((h) => h.events)].filter((d) => d.length > 0),
        );
        expect(late).toEqual(inTime);
      }),
      { numRuns: 4 },
    );
  });

  function batchesByHour(inOrder: readonly WorldEvent[]): WorldEvent[][] {
    const hours = new Map<number, WorldEvent[]>();
    for (const event of inOrder) {
      const hour = Math.floor(event.us / HOUR_US);
      hours.set(hour, [...(hours.get(hour) ?? []), event]);
    }
    return [...hours.values()];
  }
});
