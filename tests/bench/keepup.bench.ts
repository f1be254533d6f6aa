// Whether counting and detection keep up with a steady stream: events of the present over many (signature, asset)
// pairs, Zipf-distributed; and how many times the CPU of its floor that takes. KEEPUP_SECONDS (default 60), KEEPUP_RATE
// (5,000 a second) and KEEPUP_PAIRS (20,000) set it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../src/cli/demo/random.ts';
import type { Caller } from '../../src/domain/caller.ts';
import { silentLogger } from '../../src/domain/logger.ts';
import { systemClock } from '../../src/domain/time.ts';
import type { IngestEventInput } from '../../src/pipeline/input.ts';
import { createPipeline, type Pipeline } from '../../src/pipeline/pipeline.ts';
import { startEmbedded } from '../../src/store/embedded/launcher.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { ensureTenant } from '../../src/store/tenants.ts';
import { prepareFloor, storeAndCount } from './keepup-floor.ts';
import { type Cpu, cpuNow, findPostmaster } from './postgres-cpu.ts';

const setting = (name: string, unset: number) => Number(process.env[name] ?? unset);
const SECONDS = setting('KEEPUP_SECONDS', 60);
const RATE = setting('KEEPUP_RATE', 5_000);
const PAIRS = setting('KEEPUP_PAIRS', 20_000);
const HOSTS = 100;
const EXPONENT = 1.1;
const BATCHES_A_SECOND = 5;
const MAX_BEHIND_MS = 5_000;
const SAMPLE_MS = 100;
/** What is behind at the end may be counted for as long; more is reported as not kept up. */
const MAX_DRAIN_MS = 30_000;
const REPORT_SECONDS = 10;

let dataDir: string;
let server: Awaited<ReturnType<typeof startEmbedded>>;
let store: Store;
let pipeline: Pipeline;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mnemograph-bench-'));
  server = await startEmbedded({ dataDir });
  await migrate(server.target);
  store = openStore(server.target);
  pipeline = createPipeline({ store, clock: systemClock, logger: silentLogger, retentionDays: null });
  await pipeline.start();
});
afterAll(async () => {
  await pipeline.close();
  await store.close();
  await server.release();
  await rm(dataDir, { recursive: true, force: true });
});

/** Ranks of pairs, the first being the most frequent: P(rank) ~ 1 / rank^1.1, drawn by its inverted sum. */
function zipf(pairs: number, unit: () => number): () => number {
  const sums = new Float64Array(pairs);
  for (let rank = 0; rank < pairs; rank++) sums[rank] = (sums[rank - 1] ?? 0) + (rank + 1) ** -EXPONENT;
  const total = sums[pairs - 1]!;
  return () => {
    const at = unit() * total;
    let low = 0;
    let high = pairs - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Words without digits, so that each is a form of its own. */
const word = (n: number): string => [...String(n)].map((digit) => 'bcdfghjklm'[Number(digit)]).join('a');

function eventOf(pair: number): IngestEventInput {
  const form = Math.floor(pair / HOSTS);
  return {
    timestamp: new Date().toISOString(),
    host: `host-${pair % HOSTS}`,
    service: `service-${form % 20}`,
    severity: form % 10 === 0 ? 'ERROR' : 'INFO',
    message: `${word(form)}ing of the ${word(form * 7 + 3)} queue took ${pair % 977} ms`,
  };
}

const quantile = (values: readonly number[], q: number) =>
  Math.round(values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? 0);

const FLOOR_BATCHES = 50;

/** Seconds of CPU per event, of both processes, of what is in keepup-floor.ts. */
async function floorCpu(postmasterPid: number): Promise<number> {
  const { unit } = seededRandom(2);
  const draw = zipf(PAIRS, unit);
  const client = await store.writePool.connect();
  await prepareFloor(client);
  const batches = Array.from({ length: FLOOR_BATCHES }, () => batchOf(draw));
  const before = cpuNow(postmasterPid);
  for (const batch of batches) await storeAndCount(client, batch);
  const after = cpuNow(postmasterPid);
  client.release();
  return (
    (after.node - before.node + after.postgres - before.postgres) / (batches.length * batches[0]!.length)
  );
}

const batchOf = (draw: () => number): IngestEventInput[] =>
  Array.from({ length: RATE / BATCHES_A_SECOND }, () => eventOf(draw()));

/** Samples how far detection is behind until `isOver`, telling from time to time. */
async function watch(postmasterPid: number, isOver: () => boolean): Promise<number[]> {
  const behind: number[] = [];
  const startedMs = performance.now();
  let before = cpuNow(postmasterPid);
  let reported = 0;
  let recent: number[] = [];
  while (!isOver()) {
    await delay(SAMPLE_MS);
    recent.push(pipeline.status().lagMs);
    const seconds = (performance.now() - startedMs) / 1_000;
    if (seconds < reported + REPORT_SECONDS && !isOver()) continue;
    const now = cpuNow(postmasterPid);
    const share = (of: keyof Cpu) => ((now[of] - before[of]) / (seconds - reported)).toFixed(2);
    process.stderr.write(
      `${seconds.toFixed(0).padStart(5)} s: behind by up to ${(Math.max(...recent) / 1_000).toFixed(1)} s, ` +
        `${pipeline.status().folds} ticks, cores: node ${share('node')}, postgres ${share('postgres')}\n`,
    );
    behind.push(...recent);
    recent = [];
    before = now;
    reported = seconds;
  }
  return behind;
}

interface Sent {
  readonly events: number;
  readonly seconds: number;
  readonly generatorSeconds: number;
}

async function send(caller: Caller): Promise<Sent> {
  const random = seededRandom(1);
  const draw = zipf(PAIRS, random.unit);
  const startedMs = performance.now();
  let events = 0;
  let generatorMs = 0;
  for (let n = 0; n < SECONDS * BATCHES_A_SECOND; n++) {
    const generatedMs = performance.now();
    const batch = batchOf(draw);
    generatorMs += performance.now() - generatedMs;
    events += (await pipeline.ingestEvents(caller, { events: batch })).accepted;
    const aheadMs = ((n + 1) * 1_000) / BATCHES_A_SECOND - (performance.now() - startedMs);
    if (aheadMs > 0) await delay(aheadMs);
  }
  return {
    events,
    seconds: (performance.now() - startedMs) / 1_000,
    generatorSeconds: generatorMs / 1_000,
  };
}

async function counted(tenantId: number): Promise<number> {
  const { rows } = await store.writePool.query<{ n: string }>(
    'select coalesce(sum(n), 0) as n from feature_bucket where tenant_id = $1 and signature_id = 0',
    [tenantId],
  );
  return Number(rows[0]!.n);
}

it(`keeps up with ${RATE} events a second over ${PAIRS} pairs for ${SECONDS} s`, {
  timeout: SECONDS * 2_000 + 4 * MAX_DRAIN_MS,
}, async () => {
  const caller = { tenantId: await ensureTenant(store, 'bench'), tenantSlug: 'bench', actor: 'bench' };
  const postmasterPid = await findPostmaster(store.writePool);
  const floor = await floorCpu(postmasterPid);
  const before = cpuNow(postmasterPid);
  let over = false;
  const watching = watch(postmasterPid, () => over);
  const sent = await send(caller);
  const drainedMs = performance.now();
  await pipeline.settle(caller.tenantId, MAX_DRAIN_MS);
  const drainMs = performance.now() - drainedMs;
  over = true;
  const behind = await watching;
  const after = cpuNow(postmasterPid);
  const events = await counted(caller.tenantId);
  const perThousand = (seconds: number) => Number(((seconds * 1_000) / sent.events).toFixed(3));
  const node = after.node - before.node - sent.generatorSeconds;
  const postgres = after.postgres - before.postgres;
  console.table({
    'events sent': sent.events,
    'events counted': events,
    'events a second': Math.round(sent.events / sent.seconds),
    'behind: median, ms': quantile(behind, 0.5),
    'behind: p99, ms': quantile(behind, 0.99),
    'behind: most, ms': quantile(behind, 1),
    'drained after the end, ms': Math.round(drainMs),
    ticks: pipeline.status().folds,
    'cores: node': Number((node / sent.seconds).toFixed(2)),
    'cores: postgres': Number((postgres / sent.seconds).toFixed(2)),
    'cores: making the events': Number((sent.generatorSeconds / sent.seconds).toFixed(2)),
    'CPU s per 1,000 events: node': perThousand(node),
    'CPU s per 1,000 events: postgres': perThousand(postgres),
    'CPU s per 1,000 events: floor': Number((floor * 1_000).toFixed(3)),
    'CPU as a multiple of the floor': Number(((node + postgres) / sent.events / floor).toFixed(1)),
    'last fault': pipeline.status().lastError ?? 'none',
  });
  expect(events).toBe(sent.events);
  expect(sent.events / sent.seconds).toBeGreaterThan(RATE * 0.95);
  expect(quantile(behind, 1)).toBeLessThan(MAX_BEHIND_MS);
});
