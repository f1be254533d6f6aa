// Trying other thresholds on stored history: what would be gained and lost, and nothing stored.
import { graphql } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DETECT_SETTINGS } from '../../src/detect/settings.ts';
import { parseMicros } from '../../src/domain/time.ts';
import type { GraphServices } from '../../src/graph/context.ts';
import { buildSchema } from '../../src/graph/schema.ts';
import { findCandidates } from '../../src/pipeline/backtest/run.ts';
import { review } from '../../src/review/review.ts';
import { SCORE_SETTINGS } from '../../src/score/settings.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-12T12:00:00Z' });
  await t.pipeline.ingestEvents(t.caller, { events: history() });
  await t.pipeline.settle(t.caller.tenantId);
});
afterAll(() => t.close());

const START = Date.UTC(2026, 2, 10);

/** Steady requests with a rise to 2.5 times and a burst of ten times, a disk that complains daily, a link that flaps. */
function history() {
  const events: {
    timestamp: string;
    host: string;
    service: string;
    message: string;
    severity: 'INFO' | 'ERROR';
  }[] = [];
  const add = (minute: number, second: number, host: string, message: string, severity: 'INFO' | 'ERROR') =>
    events.push({
      timestamp: new Date(START + minute * 60_000 + second * 1_000).toISOString(),
      host,
      service: 'app',
      message,
      severity,
    });
  for (let minute = 0; minute < 600; minute++) {
    const n = minute === 300 ? 20 : minute === 450 ? 80 : 8;
    for (let i = 0; i < n; i++) add(minute, i % 60, 'web-1', `payment ${i} was refused by the bank`, 'ERROR');
  }
  for (const day of [0, 1, 2])
    add(day * 1_440 + 77, 0, 'db-1', 'EXT4-fs error (device sdb1): unable to read', 'ERROR');
  for (const hour of [1, 3, 5]) {
    add(hour * 60, 0, 'sw-1', 'interface uplink7, changed state to down', 'ERROR');
    add(hour * 60 + 4, 0, 'sw-1', 'interface uplink7, changed state to up', 'INFO');
  }
  return events;
}

const QUERY = `query ($input: BacktestInput!) { backtest(input: $input) {
  settings { name from to } candidatesBefore candidatesAfter
  gained { type title explanation scoreTotal decisionBand useful noise candidate { id } }
  lost { type title useful noise candidate { id type reviews { decision } } }
  matchesGained { rule text severity entityKind entity events acknowledged signal { id } }
  matchesLost { rule text entity signal { id label } acknowledged }
  moved { type title scoreBefore scoreAfter bandBefore bandAfter } } }`;
const RANGE = { from: '2026-03-10T00:00:00Z', to: '2026-03-13T00:00:00Z' };

// biome-ignore lint/suspicious/noExplicitAny: answers are compared, never computed with
async function run(settings: object, range: object = RANGE, caller = t.caller): Promise<any> {
  return ask({ settings, ...range }, caller);
}

// biome-ignore lint/suspicious/noExplicitAny: answers are compared, never computed with
async function ask(input: object, caller = t.caller): Promise<any> {
  const { store, clock, pipeline } = t;
  const services = { store, clock, pipeline } as unknown as GraphServices;
  const variableValues = { input };
  return graphql({
    schema: buildSchema(),
    source: QUERY,
    variableValues,
    contextValue: { services, caller },
  });
}

const typesOf = (list: { type: string }[]) => list.map((c) => c.type).sort();

it('finds what is stored, where nothing is changed', async () => {
  const found = await findCandidates(
    t.store,
    t.clock,
    { tenantId: t.caller.tenantId, fromUs: parseMicros(RANGE.from)!, toUs: parseMicros(RANGE.to)! },
    { detect: DETECT_SETTINGS, score: SCORE_SETTINGS },
  );
  const stored = await t.store.read`
    select type, subject, title, explanation, score, decision_band as "decisionBand" from candidate
     where tenant_id = ${t.caller.tenantId} and not withdrawn and redirected_to_id is null
     order by score desc, type, subject, first_seen_at`;
  expect(stored.map((c) => c.type).sort()).toContain('SELF_HEAL');
  expect(found.map(({ firstUs, lastUs, signatureIds, ...c }) => c)).toEqual([...stored]);
});

it('tells what a lower ratio would gain, and a higher one would lose', async () => {
  const lower = (await run({ spike: { ratio: 2, zScore: 3 } })).data.backtest;
  expect(lower.settings).toEqual([
    { name: 'spike.ratio', from: 3, to: 2 },
    { name: 'spike.zScore', from: 4, to: 3 },
  ]);
  expect(lower.lost).toEqual([]);
  expect(lower.candidatesAfter).toBe(lower.candidatesBefore + lower.gained.length);
  const higher = (
    await run({ spike: { ratio: 12 }, recurrence: { minEpisodes: 4 }, selfHeal: { minCycles: 9 } })
  ).data;
  expect(typesOf(higher.backtest.lost)).toEqual(expect.arrayContaining(['BURST', 'RECURRENCE', 'SELF_HEAL']));
  expect(higher.backtest.lost.every((c: { candidate: object | null }) => c.candidate !== null)).toBe(true);
});

it('gains a burst that only the lower ratio takes for one', async () => {
  const range = { from: '2026-03-10T00:00:00Z', to: '2026-03-10T06:00:00Z' };
  const { gained, lost } = (await run({ spike: { ratio: 2, zScore: 3 } }, range)).data.backtest;
  expect(lost).toEqual([]);
  expect(gained).toMatchObject([
    { type: 'BURST', title: expect.stringContaining('payment'), candidate: null },
  ]);
});

it('moves bands where only the score changes', async () => {
  const { gained, lost, moved } = (await run({ score: { reviewFrom: 0.7, urgentFrom: 0.9 } })).data.backtest;
  expect([gained, lost]).toEqual([[], []]);
  expect(moved.length).toBeGreaterThan(0);
  for (const move of moved) expect(move.scoreBefore).toBe(move.scoreAfter);
});

it('says how past reviews judged what would be lost', async () => {
  const [burst] = await t.store.read<{ id: string }[]>`
    select candidate_id as id from candidate where tenant_id = ${t.caller.tenantId} and type = 'SELF_HEAL'`;
  await review(
    { store: t.store, clock: t.clock, caller: { ...t.caller, actor: 'ada' } },
    { subject: { type: 'Candidate', key: burst!.id }, decision: 'USEFUL' },
  );
  const { lost } = (await run({ selfHeal: { minCycles: 9 } })).data.backtest;
  expect(lost).toMatchObject([
    { type: 'SELF_HEAL', useful: 1, noise: 0, candidate: { reviews: [{ decision: 'USEFUL' }] } },
  ]);
});

it('tells what a rule would find, and what a changed one would find no more', async () => {
  const refusals = { name: 'refusals', expression: 'words.contains("refused by the bank")', count: 50 };
  const { data } = await ask({ rules: [refusals], ...RANGE });
  expect(data.backtest).toMatchObject({ settings: [], candidatesBefore: null, matchesLost: [] });
  expect(data.backtest.matchesGained).toMatchObject([
    {
      rule: 'refusals',
      severity: 'ERROR',
      entityKind: 'HOST',
      entity: 'web-1',
      signal: null,
      acknowledged: 0,
    },
  ]);
  expect(data.backtest.matchesGained[0].events).toBeGreaterThan(4_000);
  const names = (list: { rule: string }[]) => [...new Set(list.map((m) => m.rule))];
  const rules = await t.store.read<{ name: string }[]>`
    select distinct label as name from signal where tenant_id = ${t.caller.tenantId} and kind = 'RULE_MATCH'`;
  const [present] = rules;
  const without = (await ask({ rules: [{ name: present!.name, enabled: false }], ...RANGE })).data.backtest;
  expect(names(without.matchesLost)).toEqual([present!.name]);
  expect(without.matchesLost.every((m: { signal: object | null }) => m.signal !== null)).toBe(true);
  expect((await ask({ rules: [{ name: 'silly' }], ...RANGE })).errors[0].message).toMatch(
    /needs an "expression"/,
  );
  expect((await ask(RANGE)).errors[0].message).toMatch(/"settings", "rules" or both/);
});

it('stores nothing, and sees no other memory', async () => {
  const everything = async () => {
    const { rows } = await t.store.writePool.query(
      `select (select md5(string_agg(c::text, '' order by candidate_id)) from candidate c),
              (select md5(string_agg(s::text, '' order by signal_id)) from signal s),
              (select md5(string_agg(e::text, '' order by signature_id, asset_id, start_at)) from episode e),
              (select md5(string_agg(g::text, '' order by signature_id)) from signature g),
              (select count(*) from provenance_link), (select count(*) from outbox)`,
    );
    return rows;
  };
  const before = await everything();
  await run({ spike: { ratio: 1.5, minCount: 1 } });
  expect(await everything()).toEqual(before);
  const stranger = (await run({ spike: { ratio: 2 } }, RANGE, await t.callerOf('stranger'))).data.backtest;
  expect(stranger).toMatchObject({ candidatesBefore: 0, candidatesAfter: 0 });
});

it('says what is wrong with the question', async () => {
  const fault = async (settings: object, range: object = RANGE) => {
    const { message, extensions } = (await run(settings, range)).errors[0];
    return { message, code: extensions?.code };
  };
  expect((await fault({ spike: { ratio: 0.5 } })).message).toMatch(
    /spike.ratio takes a number from 1 to 1000/,
  );
  expect((await fault({})).message).toMatch(/Nothing would change/);
  expect((await fault({ spike: { ratio: 3 } })).message).toMatch(/Nothing would change/);
  expect((await fault({ score: { watchFrom: 0.9 } })).message).toMatch(/must ascend/);
  expect((await fault({ precursor: { minLeadMinutes: 90 } })).message).toMatch(/less than maxLeadMinutes/);
  const backwards = { from: RANGE.to, to: RANGE.from };
  expect((await fault({ spike: { ratio: 2 } }, backwards)).message).toMatch(/must lie before/);
  const long = { from: '2020-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' };
  expect((await fault({ spike: { ratio: 2 } }, long)).message).toMatch(/at most 92 days/);
});
