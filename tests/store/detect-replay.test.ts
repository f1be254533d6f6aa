// Replay equivalence of detection: whatever the order and the batching, the same events leave the same memory.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Severity } from '../../src/domain/severity.ts';
import { memoryOf, openWorld, type World, type WorldEvent } from '../support/detection.ts';
import { at } from '../support/detection-rows.ts';
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

/** A counterexample is shown as it was found: each try at a smaller one replays whole histories. */
const asFound = { endOnFailure: true };

describe('replay equivalence', () => {
  it('holds for any order and any batching of random histories', { timeout: 600_000 }, async () => {
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
      { numRuns: 12, ...asFound },
    );
  });
});

describe('what comes late and leaves every word of a candidate as it was', () => {
  const of = (signature: string, message: string) => (time: string, host: string, severity: Severity) => ({
    us: at(time),
    signature,
    host,
    severity,
    message,
  });

  it('is in its receipt: the signature is older', async () => {
    const parity = of('v1:parity', 'memory parity error');
    const first = parity('2026-03-02T00:09:00Z', 'web-2', Severity.INFO);
    const anomaly = parity('2026-03-02T00:12:00Z', 'web-1', Severity.WARNING);
    expect(await memoryAfter([[anomaly], [first]])).toEqual(await memoryAfter([[first], [anomaly]]));
  });

  it('is among its events: one of its windows begins with another', async () => {
    const short = of('v1:short', 'memory is short');
    const on = (time: string, host: string) => short(time, host, Severity.WARNING);
    const before = [
      on('2026-03-05T19:53:02Z', 'db-1'),
      on('2026-03-05T19:57:03Z', 'db-3'),
      on('2026-03-05T20:01:04Z', 'web-2'),
    ];
    const first = on('2026-03-07T20:36:00Z', 'web-1');
    const window = [
      on('2026-03-07T20:41:01Z', 'db-1'),
      on('2026-03-07T20:46:02Z', 'web-2'),
      on('2026-03-07T20:51:03Z', 'db-2'),
    ];
    const after = [
      on('2026-03-08T13:18:02Z', 'db-2'),
      on('2026-03-08T13:25:03Z', 'web-1'),
      on('2026-03-08T13:32:04Z', 'db-1'),
    ];
    const late = await memoryAfter([[...before, ...window, ...after], [first]]);
    expect(late).toEqual(await memoryAfter([[...before, first, ...window, ...after]]));
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
      { numRuns: 4, ...asFound },
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
