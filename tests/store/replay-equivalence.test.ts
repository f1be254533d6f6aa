// The promise that makes the memory one to trust: the same events, in any order, any batching and any repetition,
// through one process or two, leave the same memory.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IngestEventInput } from '../../src/pipeline/input.ts';
import { type Memory, memoryOf } from '../support/memory.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());

/** Words that make forms of one family: more than any slot needs. */
const NAMES = [
  'alder',
  'birch',
  'cedar',
  'elder',
  'hazel',
  'larch',
  'maple',
  'olive',
  'rowan',
  'willow',
  'yew',
  'box',
];

const HOSTS = ['web-1', 'web-2', 'db-1'];

/** A quiet service, a few recurring warnings, a burst and a flapping link: everything that detection looks for. */
const story = (seed: {
  burstAt: number;
  burstSize: number;
  flaps: number;
  warnings: number;
  names: number;
}): IngestEventInput[] => {
  const start = Date.UTC(2026, 2, 9);
  const events: IngestEventInput[] = [];
  const add = (
    minute: number,
    host: string,
    service: string,
    message: string,
    severity?: 'WARNING' | 'ERROR' | 'INFO',
  ) =>
    events.push({
      timestamp: new Date(start + minute * 60_000 + events.length).toISOString(),
      host,
      service,
      message,
      eventKey: `e${events.length}`,
      ...(severity === undefined ? {} : { severity }),
    });
  add(-2 * 1_440, 'db-1', 'app', 'started long before all that follows');
  for (let minute = 0; minute < 240; minute += 4)
    add(minute, HOSTS[minute % 3] as string, 'app', `request ${minute} served in ${minute % 7} ms`, 'INFO');
  for (let minute = 0; minute < 240; minute += 3) add(minute, 'web-1', 'app', `cache hit ${minute}`, 'INFO');
  for (let i = 0; i < seed.burstSize; i++)
    add(seed.burstAt + (i % 3), 'web-1', 'app', `payment ${i} failed: upstream timeout`, 'ERROR');
  for (let i = 0; i < seed.flaps; i++) {
    add(20 + i * 40, 'core-sw1', 'link', 'Interface Gi0/7, changed state to down', 'ERROR');
    add(23 + i * 40, 'core-sw1', 'link', 'Interface Gi0/7, changed state to up', 'INFO');
  }
  for (let i = 0; i < seed.warnings; i++)
    add(15 + i * 45, 'db-1', 'monit', `filesystem /var is ${80 + i}% full`, 'WARNING');
  for (let i = 0; i < 9; i++) {
    const message = `Failed password for root from 203.0.113.${i % 2} port ${4_000 + i} ssh2`;
    add(60 + i, HOSTS[i % 2] as string, 'sshd', message, 'INFO');
    if (i % 4 === 0) add(30 + i, 'db-1', 'kernel', `Out of memory: Killed process ${i} (java)`);
  }
  for (let i = 0; i < seed.names; i++) {
    const name = NAMES[(i * 5) % seed.names] as string;
    const minute = 10 + (i % 3) + Math.floor(i / 3) * 40;
    add(minute, 'web-2', 'sshd', `Failed login of account ${name} from 10.0.0.${i} refused here`, 'WARNING');
  }
  for (let i = 0; i < seed.names * 4; i++) {
    const name = NAMES[i % seed.names] as string;
    add(150 + (i % 2), 'web-1', 'pool', `Worker ${name} of the pool is down again`, 'ERROR');
    if (i < seed.names) add(152 + i, 'web-1', 'pool', `Worker ${name} of the pool is up again`, 'INFO');
  }
  return events;
};

async function remember(deliveries: readonly IngestEventInput[][]): Promise<Memory> {
  const caller = await t.callerOf(`order-${++tenants}`);
  const pipelines = [t.pipeline, other];
  for (const [i, events] of deliveries.entries()) {
    const pipeline = pipelines[i % 2] as typeof other;
    await pipeline.ingestEvents(caller, { events });
    if (i % 5 === 0) await pipeline.settle(caller.tenantId);
  }
  for (const pipeline of pipelines) await pipeline.settle(caller.tenantId);
  return memoryOf(t.store, caller);
}

let other: ReturnType<TestPipeline['another']>;
beforeAll(() => {
  other = t.another();
});

const anyStory = fc.record({
  burstAt: fc.integer({ min: 60, max: 200 }),
  burstSize: fc.integer({ min: 0, max: 90 }),
  flaps: fc.integer({ min: 0, max: 4 }),
  warnings: fc.integer({ min: 0, max: 4 }),
  names: fc.constantFrom(0, 6, 11, 12),
});

it('the same events in any order, batching and repetition leave the same memory', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      anyStory,
      fc.integer(),
      fc.integer({ min: 1, max: 60 }),
      async (seed, shuffleSeed, batchSize) => {
        const events = story(seed);
        const inOrder = await remember([events]);
        expect(inOrder.signals.some((s) => s.kind === 'NEW_SIGNATURE')).toBe(true);
        expect(inOrder.signals.filter((s) => s.kind === 'RULE_MATCH').length).toBe(3 + seed.flaps);
        if (seed.names > 8) expect(inOrder.families.length).toBeGreaterThan(2 * (seed.names - 2));
        if (seed.names > 8)
          expect(inOrder.candidates.map((c) => c.title).join()).toMatch(/Burst of «Worker <\*>/);
        const random = fc.sample(fc.shuffledSubarray(events, { minLength: events.length }), {
          numRuns: 1,
          seed: shuffleSeed,
        })[0]!;
        const batches: IngestEventInput[][] = [];
        for (let at = 0; at < random.length; at += batchSize)
          batches.push(random.slice(at, at + batchSize + (at % 3)));
        expect(await remember(batches)).toEqual(inOrder);
      },
    ),
    { numRuns: 6, seed: 20260310 },
  );
});
