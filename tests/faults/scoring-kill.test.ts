// The scoring process is killed over and over while it works: nothing is lost, nothing is doubled, ingest goes on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ModelScorer } from '../../src/anomaly/model/model-scorer.ts';
import type { AnomalyScoring } from '../../src/pipeline/scoring/scoring.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';
import { modelIn, scoringOf } from '../support/scoring.ts';
import { writeTinyModel } from '../support/tiny-model/write-model.ts';
import { until } from '../support/until.ts';

const KILLS = 3;
const BATCH = 4;
const SIGNATURES = 60;
/** Of different lengths, so that no two become one signature; one in ten names a fan. */
const MESSAGES = Array.from(
  { length: SIGNATURES },
  (_, n) => `begin ${'step '.repeat(n)}${n % 10 === 0 ? 'fan' : 'end'}`,
);

let home: string;
let world: TestPipeline;
let model: ModelScorer;
let scoring: AnomalyScoring;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'mnemograph-scoring-'));
  writeTinyModel(join(home, 'tiny'));
  world = await startTestPipeline({ asServer: true });
  model = modelIn(home, 'tiny');
  scoring = scoringOf(world, model, { batch: BATCH });
});
afterAll(async () => {
  await scoring.close();
  await world.close();
  rmSync(home, { recursive: true });
});

const count = async (statement: string): Promise<number> =>
  (await world.store.writePool.query<{ n: number }>(statement)).rows[0]!.n;
const scored = () =>
  count(`select count(*)::int as n from anomaly_verdict where scorer like 'tiny@%' and is_current`);

it(`loses and doubles nothing through ${KILLS} kills`, { timeout: 180_000 }, async () => {
  const events = MESSAGES.map((message, i) => ({
    message,
    host: 'web-1',
    eventKey: String(i),
    timestamp: new Date(Date.UTC(2026, 2, 10, 9, 0, i)).toISOString(),
  }));
  await world.pipeline.ingestEvents(world.caller, { events });
  await world.pipeline.settle(world.caller.tenantId);
  scoring.start();
  const killed = new Set<number>();
  for (let kill = 0; kill < KILLS; kill++) {
    const before = await scored();
    const pid = await until(
      'a process works that was not killed',
      async () => (model.pid !== undefined && !killed.has(model.pid) ? model.pid : null),
      60_000,
    );
    process.kill(pid, 'SIGKILL');
    killed.add(pid);
    const late = { message: `kill ${kill} of a fan`, host: 'web-2', timestamp: '2026-03-10T11:00:00Z' };
    expect((await world.pipeline.ingestEvents(world.caller, { events: [late] })).accepted).toBe(1);
    await until('scoring goes on', async () => (await scored()) > before, 60_000);
  }
  await world.pipeline.settle(world.caller.tenantId);
  const { waiting, unscorable } = await until(
    'all is scored',
    async () => {
      const status = await scoring.status(world.caller.tenantId);
      return status.waiting === 0 ? status : null;
    },
    60_000,
  );
  expect({ waiting, unscorable, killed: killed.size }).toEqual({ waiting: 0, unscorable: 0, killed: KILLS });
  const signatures = await count('select count(*)::int as n from signature where merged_into_id is null');
  expect(signatures).toBeGreaterThanOrEqual(SIGNATURES);
  expect(await scored()).toBe(signatures);
  expect(
    await count(`select count(*)::int as n from (
      select from signal where kind = 'MODEL' group by signature_id, asset_id, observed_at having count(*) > 1) doubled`),
  ).toBe(0);
  expect(await count("select count(*)::int as n from signal where kind = 'MODEL'")).toBeGreaterThan(0);
});
