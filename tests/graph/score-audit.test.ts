// An auditor's view of a score: computed again from its receipt, and compared with what people decided.
import { graphql } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { GraphServices } from '../../src/graph/context.ts';
import { buildSchema } from '../../src/graph/schema.ts';
import { recomputeScore } from '../../src/memory/recompute-score.ts';
import { review } from '../../src/review/review.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
  caller = t.caller;
  const lines = [7, 8, 9].flatMap((day) =>
    ['08:00:00', '15:00:00'].flatMap((time, i) => [
      `Mar  ${day} ${time} db-1 kernel: EXT4-fs error (device sdb${i}): unable to read inode block`,
      `Mar  ${day} ${time} gate sshd[9${i}]: error: maximum authentication attempts exceeded for root from 203.0.113.${i} port 4${i} ssh2`,
      `Mar  ${day} ${time} sw-1 link[1]: ERROR: interface uplink${i}, changed state to down`,
      `Mar  ${day} ${time.replace('00:00', '03:00')} sw-1 link[1]: interface uplink${i}, changed state to up`,
    ]),
  );
  await t.pipeline.ingestLines(caller, { lines, sourceType: 'SYSLOG' });
  await t.pipeline.settle(caller.tenantId);
});
afterAll(() => t.close());

const ids = async (): Promise<string[]> =>
  (
    await t.store.read<{ id: string }[]>`
      select candidate_id as id from candidate where tenant_id = ${caller.tenantId} order by candidate_id`
  ).map((row) => row.id);

const judge = async (candidateId: string, decision: 'USEFUL' | 'NOISE' | 'URGENT', actor: string) =>
  review(
    { store: t.store, clock: t.clock, caller: { ...caller, actor } },
    { subject: { type: 'Candidate', key: candidateId }, decision },
  );

// biome-ignore lint/suspicious/noExplicitAny: answers are compared, never computed with
async function ask(source: string, variableValues = {}, who = caller): Promise<any> {
  const { store, clock, pipeline } = t;
  const services = { store, clock, pipeline } as unknown as GraphServices;
  const contextValue = { services, caller: who };
  return graphql({ schema: buildSchema(), source, variableValues, contextValue });
}

it('recomputes every version of every candidate, bit for bit', async () => {
  const all = await ids();
  expect(all.length).toBeGreaterThan(2);
  for (const [i, id] of all.entries()) {
    await judge(id, i % 2 === 0 ? 'USEFUL' : 'NOISE', 'ada');
    t.clock.advanceMs(1_000);
    await judge(id, 'URGENT', 'bo');
    const { version: latest } = await recomputeScore(
      { store: t.store, caller },
      { candidateId: id, version: null },
    );
    expect(latest).toBeGreaterThan(1);
    for (let version = 1; version <= latest; version++)
      expect(
        (await recomputeScore({ store: t.store, caller }, { candidateId: id, version })).differences,
      ).toEqual([]);
  }
});

const RECOMPUTE = `query ($id: ID!, $version: Int) { recomputeScore(candidateId: $id, version: $version) {
  version algorithm receipt scoreTotal confidence decisionBand matches differences
  scoreBreakdown { name contribution } candidate { id scoreTotal confidence decisionBand } } }`;

it('answers in the graph, and says what was tampered with', async () => {
  const { data } = await ask('{ candidates(first: 1) { nodes { id } } }');
  const { id } = data.candidates.nodes[0];
  const { recomputeScore: good } = (await ask(RECOMPUTE, { id })).data;
  expect(good).toMatchObject({ matches: true, differences: [], algorithm: 'score:v1' });
  expect(good.candidate).toMatchObject({
    scoreTotal: good.scoreTotal,
    confidence: good.confidence,
    decisionBand: good.decisionBand,
  });
  await t.store.writePool.query('update candidate_version set score = score + 1 where tenant_id = $1', [
    caller.tenantId,
  ]);
  const { recomputeScore: bad } = (await ask(RECOMPUTE, { id })).data;
  expect(bad.matches).toBe(false);
  expect(bad.differences).toEqual([expect.stringMatching(/^score: stored \d+, recomputed \d+$/)]);
  const unknown = await ask(RECOMPUTE, { id, version: 99 });
  expect(unknown.errors[0].message).toMatch(/no version 99/);
  const stranger = await ask(RECOMPUTE, { id }, await t.callerOf('stranger'));
  expect(stranger.errors[0].message).toMatch(/no such candidate/);
});

it('tells how bands and confidence agree with what people decided', async () => {
  const { data } = await ask(
    `{ calibration { bands { band judged useful usefulShare } confidence { from to judged useful } }
       interesting { confidence trackRecord decisionBand } }`,
  );
  const all = await ids();
  const judged = (of: { judged: number }[]) => of.reduce((sum, { judged: n }) => sum + n, 0);
  expect(judged(data.calibration.bands)).toBe(2 * all.length);
  expect(judged(data.calibration.confidence)).toBe(2 * all.length);
  const useful = data.calibration.bands.reduce((n: number, b: { useful: number }) => n + b.useful, 0);
  expect(useful).toBe(all.length + Math.ceil(all.length / 2));
  for (const highlight of data.interesting) {
    const band = data.calibration.bands.find((b: { band: string }) => b.band === highlight.decisionBand);
    expect(highlight.trackRecord).toContain(
      band.judged === 0 ? 'Nobody' : `${band.useful} of ${band.judged}`,
    );
    expect(highlight.confidence).toBeGreaterThan(0);
  }
});
