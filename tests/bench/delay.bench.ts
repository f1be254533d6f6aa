// How long ingest holds up the event loop: batches of 5,000 lines, one after the other, into a database of their own,
// counted and looked at meanwhile by a thread of its own.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';
import { syslogLines } from './corpus.ts';
import { watchOwnStretches } from './running-time.ts';

const BATCH = 5_000;
const BATCHES = 20;
const RESOLUTION_MS = 1;
const NS_PER_MS = 1e6;

let world: TestPipeline;
beforeAll(async () => {
  world = await startTestPipeline({ asServer: true });
});
afterAll(() => world.close());

it('reports how long ingest holds up the event loop', { timeout: 300_000 }, async () => {
  const batches = Array.from({ length: BATCHES + 1 }, (_, i) => syslogLines(BATCH, i + 1));
  const send = (lines: readonly string[], i: number) =>
    world.pipeline.ingestLines(world.caller, { lines, sourceType: 'SYSLOG', batchKey: `delay-${i}` });
  await send(batches[0]!, 0);
  await world.pipeline.settle(world.caller.tenantId);
  const longestOwn = watchOwnStretches();
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  for (const [i, lines] of batches.slice(1).entries()) {
    expect((await send(lines, i + 1)).accepted).toBe(BATCH);
  }
  await world.pipeline.settle(world.caller.tenantId);
  delay.disable();
  const ms = (ns: number) => Number((ns / NS_PER_MS).toFixed(1));
  console.table({
    lines: BATCH * BATCHES,
    'median, ms': ms(delay.percentile(50)),
    'p99, ms': ms(delay.percentile(99)),
    'p99.9, ms': ms(delay.percentile(99.9)),
    'longest, ms': ms(delay.max),
    'longest it ran itself, ms': longestOwn()?.toFixed(1) ?? 'unknown',
  });
});
