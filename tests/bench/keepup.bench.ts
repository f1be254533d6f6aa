// Whether counting and detection keep up with a steady stream: events of the present over many (signature, asset)
// pairs, Zipf-distributed. KEEPUP_SECONDS (default 60), KEEPUP_RATE (5,000 a second) and KEEPUP_PAIRS (20,000) set it.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { silentLogger } from '../../src/domain/logger.ts';
import { systemClock } from '../../src/domain/time.ts';
import type { IngestEventInput } from '../../src/pipeline/input.ts';
import { createPipeline, type Pipeline } from '../../src/pipeline/pipeline.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { ensureTenant } from '../../src/store/tenants.ts';
import { createTestDatabase } from '../support/database.ts';

const setting = (name: string, unset: number) => Number(process.env[name] ?? unset);
const SECONDS = setting('KEEPUP_SECONDS', 60);
const RATE = setting('KEEPUP_RATE', 5_000);
const PAIRS = setting('KEEPUP_PAIRS', 20_000);
const HOSTS = 100;
const EXPONENT = 1.1;
const BATCHES_A_SECOND = 5;
const MAX_LAG_MS = 5_000;

let store: Store;
let pipeline: Pipeline;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await createTestDatabase();
  drop = database.drop;
  store = openStore(database.target);
  pipeline = createPipeline({ store, clock: systemClock, logger: silentLogger, retentionDays: null });
  await pipeline.start();
});
afterAll(async () => {
  await pipeline.close();
  await store.close();
  await drop();
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

it(`keeps up with ${RATE} events a second over ${PAIRS} pairs for ${SECONDS} s`, {
  timeout: (SECONDS + 120) * 1_000,
}, async () => {
  const random = seededRandom(1);
  const draw = zipf(PAIRS, random.unit);
  const caller = { tenantId: await ensureTenant(store, 'bench'), tenantSlug: 'bench', actor: 'bench' };
  const lags: number[] = [];
  const startedMs = performance.now();
  let sent = 0;
  for (let n = 0; n < SECONDS * BATCHES_A_SECOND; n++) {
    const events = Array.from({ length: RATE / BATCHES_A_SECOND }, () => eventOf(draw()));
    sent += (await pipeline.ingestEvents(caller, { events })).accepted;
    lags.push(pipeline.status().lagMs);
    const aheadMs = ((n + 1) * 1_000) / BATCHES_A_SECOND - (performance.now() - startedMs);
    if (aheadMs > 0) await delay(aheadMs);
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  lags.sort((a, b) => a - b);
  const quantile = (q: number) => Math.round(lags[Math.floor(q * (lags.length - 1))]!);
  console.log(
    `${sent} events in ${seconds.toFixed(1)} s: ${Math.round(sent / seconds)} a second; detection is behind by ` +
      `${quantile(0.5)} ms (median), ${quantile(0.99)} ms (p99), ${quantile(1)} ms (most)`,
  );
  expect(sent / seconds).toBeGreaterThan(RATE * 0.95);
  expect(quantile(1)).toBeLessThan(MAX_LAG_MS);
});
