// The thread that counts and detects, killed while it works.
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';
import { until } from '../support/until.ts';

const BATCHES = 12;
const LINES_A_BATCH = 100;

let world: TestPipeline;
const threads: Worker[] = [];
const remember = (worker: Worker) => threads.push(worker);

beforeEach(async () => {
  process.on('worker', remember);
  world = await startTestPipeline({ asServer: true });
});
afterEach(async () => {
  process.off('worker', remember);
  await world.close();
});

const linesOf = (batch: number) =>
  Array.from(
    { length: LINES_A_BATCH },
    (_, i) =>
      `Mar  1 06:${String(batch).padStart(2, '0')}:${String(i % 60).padStart(2, '0')} gate sshd[${i}]: Failed password for root from 198.51.100.${i} port ${30_000 + i} ssh2`,
  );

const send = (batch: number) =>
  world.pipeline.ingestLines(world.caller, {
    lines: linesOf(batch),
    sourceType: 'SYSLOG',
    batchKey: `auth-${batch}`,
  });

async function counted(): Promise<number> {
  const { rows } = await world.store.writePool.query<{ n: number }>(
    'select coalesce(sum(occurrence_count), 0)::int as n from signature',
  );
  return rows[0]!.n;
}

it('is started again, and everything is counted once', { timeout: 120_000 }, async () => {
  for (let batch = 0; batch < BATCHES; batch++) {
    await send(batch);
    if (batch % 4 === 1) await threads.at(-1)!.terminate();
  }
  await world.pipeline.settle(world.caller.tenantId);
  expect(await counted()).toBe(BATCHES * LINES_A_BATCH);
  expect(threads.length).toBeGreaterThan(1);
  const { rows } = await world.store.writePool.query('select 1 from signal');
  expect(rows.length).toBeGreaterThan(0);
});

it('is killed in the middle of a count: it is counted by the next', { timeout: 120_000 }, async () => {
  await send(0);
  await world.pipeline.settle(world.caller.tenantId);
  const lock = await world.store.writePool.connect();
  try {
    await lock.query('begin; lock table signature in exclusive mode');
    await send(1).catch(() => {});
    await until('the count waits for the lock', async () => {
      const { rows } = await world.store.writePool.query(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ilike '%signature%'`,
      );
      return rows.length > 0;
    });
    await threads.at(-1)!.terminate();
  } finally {
    await lock.query('rollback');
    lock.release();
  }
  await world.pipeline.settle(world.caller.tenantId);
  expect(await counted()).toBe(2 * LINES_A_BATCH);
});
