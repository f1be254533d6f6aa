// The pass of a real model (a tiny BERT, made here) over what a real pipeline has counted.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelScorer } from '../../src/anomaly/model/model-scorer.ts';
import { US_PER_DAY } from '../../src/domain/time.ts';
import type { IngestEventInput } from '../../src/pipeline/input.ts';
import { applyVerdicts } from '../../src/pipeline/scoring/apply-verdicts.ts';
import type { AnomalyScoring } from '../../src/pipeline/scoring/scoring.ts';
import { ALL_TIME, claimUnscored } from '../../src/store/anomaly-queue.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';
import { modelIn, scoringOf } from '../support/scoring.ts';
import { writeTinyModel } from '../support/tiny-model/write-model.ts';

const ALL = { ...ALL_TIME, rescore: false };

/** Loading a model takes long where the machine is busy. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let home: string;
let tiny: ModelScorer;
let fragile: ModelScorer;
let world: TestPipeline;
let tenantId: number;
const opened: ModelScorer[] = [];
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'mnemograph-scoring-'));
  writeTinyModel(join(home, 'tiny'));
  writeTinyModel(join(home, 'calmer'), { calm: 9 });
  writeTinyModel(join(home, 'fragile'), { breaksOn: 'poison' });
  tiny = scorer('tiny');
  fragile = scorer('fragile');
  await tiny.open();
});
beforeEach(async () => {
  world = await startTestPipeline();
  tenantId = world.caller.tenantId;
});
afterEach(() => world.close());
afterAll(async () => {
  for (const each of opened) await each.close();
  rmSync(home, { recursive: true });
});

function scorer(folder: string): ModelScorer {
  const made = modelIn(home, folder);
  opened.push(made);
  return made;
}

const scoringBy = (model: ModelScorer | null, more: { batch?: number; anomalyThreshold?: number } = {}) =>
  scoringOf(world, model, more);

async function ingest(...messages: (string | Partial<IngestEventInput>)[]): Promise<void> {
  const events = messages.map((m, i) => ({
    timestamp: new Date(Date.UTC(2026, 2, 10, 10, i)).toISOString(),
    host: 'web-1',
    service: 'app',
    severity: 'INFO' as const,
    ...(typeof m === 'string' ? { message: m } : { message: '', ...m }),
  }));
  await world.pipeline.ingestEvents(world.caller, { events });
  await world.pipeline.settle(tenantId);
}

async function rows<Row extends object>(text: string): Promise<Row[]> {
  return (await world.store.writePool.query<Row>(text, [tenantId])).rows;
}
const verdicts = () =>
  rows<{ pattern: string; severity: number; scorer: string; label: string; current: boolean }>(
    `select s.pattern, v.severity, split_part(v.scorer, '@', 1) as scorer, v.label, v.is_current as current
       from anomaly_verdict v join signature s using (tenant_id, signature_id)
      where tenant_id = $1 order by s.pattern, v.severity, v.scorer`,
  );
const current = async () =>
  (await verdicts()).filter((v) => v.current).map((v) => `${v.pattern}: ${v.label} by ${v.scorer}`);
const modelSignals = () =>
  rows<{ label: string; severity: number; text: string }>(
    `select label, severity, text from signal where tenant_id = $1 and kind = 'MODEL' order by observed_at`,
  );
const anomalies = () =>
  rows<{ title: string; state: string }>(
    `select title, state from candidate
      where tenant_id = $1 and type = 'ANOMALY' and not withdrawn and redirected_to_id is null order by title`,
  );

describe('a pass of the model', () => {
  it('judges each signature and severity once, and its verdict counts before the built-in one', async () => {
    await ingest('fan of rack 7 asks for help', 'fan of rack 9 asks for help', 'all is ok');
    const run = await scoringBy(tiny).run(tenantId, ALL);
    expect(run).toMatchObject({ scored: 2, detections: 1, skipped: 0, error: null });
    expect(await current()).toEqual([
      'all is ok: NORMAL by tiny',
      'fan of rack <*> asks for help: HARDWARE_ISSUE by tiny',
    ]);
    expect(await scoringBy(tiny).run(tenantId, ALL)).toMatchObject({ scored: 0, detections: 0 });
  });

  it('makes a MODEL signal as bad as its label, and an ANOMALY candidate, of what it takes for a trouble', async () => {
    await ingest('the fan asks for help', 'zyx asks for help');
    await scoringBy(tiny).run(tenantId, ALL);
    expect(await modelSignals()).toMatchObject([
      {
        label: 'HARDWARE_ISSUE',
        severity: 5,
        text: expect.stringContaining('«the fan asks for help» looks like'),
      },
    ]);
    expect(await anomalies()).toMatchObject([
      { title: expect.stringContaining('looks like a hardware issue') },
    ]);
  });

  it('takes back what the built-in scorer found where it knows better', async () => {
    await ingest({ message: 'kernel is out of memory, ok ok ok', severity: 'CRITICAL' });
    expect(await anomalies()).toHaveLength(1);
    const [before] = await rows<{ score: number }>('select score from signature where tenant_id = $1');
    await scoringBy(tiny).run(tenantId, ALL);
    expect(await current()).toEqual(['kernel is out of memory, ok ok ok: NORMAL by tiny']);
    expect(await modelSignals()).toEqual([]);
    expect(await anomalies()).toEqual([]);
    const [after] = await rows<{ score: number }>('select score from signature where tenant_id = $1');
    expect(after!.score).toBeLessThan(before!.score);
  });

  it('judges each severity that comes up later by itself, and nothing twice', async () => {
    await ingest('dns is gone');
    await scoringBy(tiny).run(tenantId, ALL);
    await ingest({ message: 'dns is gone', severity: 'ERROR' });
    expect(await scoringBy(tiny).run(tenantId, ALL)).toMatchObject({ scored: 1 });
    expect(await scoringBy(tiny).status(tenantId)).toMatchObject({ waiting: 0, unscorable: 0 });
  });

  it('begins with the newest', async () => {
    await ingest('first ok', 'second ok', 'third ok');
    const scoring = scoringBy(tiny, { batch: 1 });
    await scoring.run(tenantId, {
      sinceUs: Date.UTC(2026, 2, 10, 10, 1) * 1_000,
      untilUs: null,
      rescore: false,
    });
    expect(await current()).toEqual([
      'first ok: NORMAL by builtin',
      'second ok: NORMAL by tiny',
      'third ok: NORMAL by tiny',
    ]);
  });

  it('counts a score at the threshold, and none below', async () => {
    await ingest('crash of a thing');
    await scoringBy(tiny).run(tenantId, ALL);
    const [{ score }] = (await rows<{ score: number }>(
      `select score from anomaly_verdict where tenant_id = $1 and scorer like 'tiny@%'`,
    )) as [{ score: number }];
    const above = scoringBy(tiny, { anomalyThreshold: Math.min(1, score + 1e-9) });
    await above.run(tenantId, { ...ALL_TIME, rescore: true });
    expect(await modelSignals()).toEqual([]);
    await scoringBy(tiny, { anomalyThreshold: score }).run(tenantId, { ...ALL_TIME, rescore: true });
    expect(await modelSignals()).toHaveLength(1);
  });
});

describe('another version of the model', () => {
  it('judges everything anew by itself', async () => {
    await ingest('the fan asks for help');
    await scoringBy(tiny).run(tenantId, ALL);
    expect(await scoringBy(scorer('calmer')).run(tenantId, ALL)).toMatchObject({ scored: 1 });
    expect(await current()).toEqual(['the fan asks for help: NORMAL by calmer']);
    expect(await modelSignals()).toEqual([]);
    expect((await verdicts()).map((v) => v.scorer)).toEqual(['builtin', 'calmer', 'tiny']);
  });
});

describe('a start with other settings', () => {
  /** As a server does. */
  const restart = async (scoring: AnomalyScoring) => {
    await scoring.obeySettings();
    await scoring.run(tenantId, ALL);
  };

  it('holds earlier verdicts against the new threshold', async () => {
    await ingest('one crash', { message: 'disk failure, uncorrectable parity error', severity: 'CRITICAL' });
    await scoringBy(tiny).run(tenantId, ALL);
    const found = await modelSignals();
    expect(found.length).toBeGreaterThan(0);
    await restart(scoringBy(tiny, { anomalyThreshold: 1 }));
    expect(await modelSignals()).toEqual([]);
    expect(await anomalies()).toEqual([]);
    await restart(scoringBy(tiny));
    expect(await modelSignals()).toEqual(found);
  });

  it('gives the word back to the built-in scorer where there is no model any more', async () => {
    await ingest('the fan asks for help');
    const builtIn = [await current(), await modelSignals(), await anomalies()];
    await scoringBy(tiny).run(tenantId, ALL);
    const modelled = [await current(), await modelSignals(), await anomalies()];
    expect(modelled).not.toEqual(builtIn);
    await restart(scoringBy(null));
    expect([await current(), await modelSignals(), await anomalies()]).toEqual(builtIn);
    await restart(scoringBy(tiny));
    expect([await current(), await modelSignals(), await anomalies()]).toEqual(modelled);
  });
});

describe('without a model', () => {
  it('skips what waits, and fails nothing', async () => {
    await ingest('one ok', 'the fan asks for help');
    expect(await scoringBy(null).run(tenantId, ALL)).toMatchObject({ scored: 0, skipped: 2, error: null });
    expect((await current()).every((verdict) => verdict.endsWith('by builtin'))).toBe(true);
  });
});

describe('a model that cannot be used', () => {
  it('fails the run with the reason, and everything waits for a better one', async () => {
    writeTinyModel(join(home, 'torn'));
    writeFileSync(join(home, 'torn', 'onnx', 'model.onnx'), 'no model');
    await ingest('all is ok');
    const run = await scoringBy(scorer('torn')).run(tenantId, ALL);
    expect(run).toMatchObject({ scored: 0, detections: 0 });
    expect(run.error).toMatch(/The model in .*torn cannot be used/);
    expect(await scoringBy(tiny).run(tenantId, ALL)).toMatchObject({ scored: 1 });
  });
});

describe('a message that the model fails on', () => {
  const messages = ['ok', 'fan', 'dns', 'crash', 'slow', 'config'].map((word) => `one ${word} thing`);

  it('is found by halving and set aside, and the others get their verdicts', async () => {
    await ingest(...messages.slice(0, 3), 'a poison pill', ...messages.slice(3));
    const scoring = scoringBy(fragile);
    expect(await scoring.run(tenantId, ALL)).toMatchObject({ scored: 6, skipped: 1, error: null });
    expect(await scoring.status(tenantId)).toMatchObject({ waiting: 0, unscorable: 1 });
    expect(await current()).toContain('a poison pill: NORMAL by builtin');
    const [left] = await rows<{ fault: string }>('select fault from anomaly_queue where tenant_id = $1');
    expect(left!.fault).toMatch(/out of (data )?bounds|index/i);
  });

  it('is asked about again by another model, or when everything is scored anew', async () => {
    await ingest('a poison pill');
    const scoring = scoringBy(fragile);
    expect(await scoring.run(tenantId, ALL)).toMatchObject({ scored: 0, skipped: 1 });
    expect(await scoring.run(tenantId, ALL)).toMatchObject({ scored: 0, skipped: 0 });
    expect(await scoring.run(tenantId, { ...ALL_TIME, rescore: true })).toMatchObject({
      scored: 0,
      skipped: 1,
    });
    expect(await scoringBy(tiny).run(tenantId, ALL)).toMatchObject({ scored: 1, skipped: 0 });
  });
});

describe('what a process has claimed', () => {
  const claim = (leaseSeconds: number) =>
    claimUnscored(world.store.writePool, tenantId, ALL_TIME, 10, leaseSeconds);

  it('is given to no other, until the lease of one that died has ended', async () => {
    await ingest('one ok', 'two ok');
    expect(await claim(0)).toHaveLength(2);
    expect(await claim(600)).toHaveLength(2);
    expect(await claim(600)).toEqual([]);
    expect(await scoringBy(tiny).run(tenantId, ALL)).toMatchObject({ scored: 0 });
  });

  it('stays in the queue where it is worded otherwise meanwhile', async () => {
    await ingest('one ok');
    const [claimed] = await claim(600);
    await rows("update signature set pattern = 'one fan' where tenant_id = $1");
    const verdict = { ...claimed!, label: 'NORMAL', score: 1 };
    const services = {
      store: world.store,
      clock: world.clock,
      incidentActiveUs: US_PER_DAY,
      anomalyThreshold: 0.75,
    };
    expect(await applyVerdicts(services, tenantId, 'late@1', [verdict])).toEqual({ pairs: 0, detections: 0 });
    expect(await scoringBy(tiny).status(tenantId)).toMatchObject({ waiting: 1 });
  });
});

describe('the order of deliveries', () => {
  it('does not show in what the model makes of them', async () => {
    const lines = [
      'fan one stops',
      'dns of a is gone',
      'fan two stops',
      'ok then',
      'fan three stops',
      'fan four stops',
    ];
    const outcome = async (batches: readonly (readonly string[])[], slug: string) => {
      const caller = await world.callerOf(slug);
      const scoring = scoringBy(tiny, { batch: 2 });
      for (const batch of batches) {
        const events = batch.map((message) => ({
          message,
          host: 'web-1',
          timestamp: new Date(Date.UTC(2026, 2, 10, 10, lines.indexOf(message))).toISOString(),
          eventKey: message,
        }));
        await world.pipeline.ingestEvents(caller, { events });
        await world.pipeline.settle(caller.tenantId);
        await scoring.run(caller.tenantId, ALL);
      }
      const { rows: found } = await world.store.writePool.query(
        `select c.type, c.subject, c.title, c.score, c.first_seen_at, c.event_count from candidate c
          where c.tenant_id = $1 and not withdrawn and redirected_to_id is null order by 1, 2`,
        [caller.tenantId],
      );
      const { rows: judged } = await world.store.writePool.query(
        `select s.key, s.score, v.severity, v.label, v.scorer, v.score as sure from anomaly_verdict v
           join signature s using (tenant_id, signature_id)
          where tenant_id = $1 and v.is_current and s.merged_into_id is null order by 1, 3`,
        [caller.tenantId],
      );
      return { found, judged };
    };
    const together = await outcome([lines], 'together');
    const apart = await outcome(
      [...lines].reverse().map((line) => [line]),
      'apart',
    );
    expect(apart).toEqual(together);
    expect(together.judged.length).toBeGreaterThan(0);
  });
});
