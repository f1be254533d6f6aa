// Questions about an earlier time are answered from what was known then.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Micros, parseMicros } from '../../src/domain/time.ts';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import { acknowledgeSignal } from '../../src/review/acknowledge-signal.ts';
import { createLesson } from '../../src/review/create-lesson.ts';
import { createRunbookHint } from '../../src/review/create-runbook-hint.ts';
import { promoteCandidate } from '../../src/review/promote-candidate.ts';
import { updateIncident } from '../../src/review/update-incident.ts';
import { updateLesson } from '../../src/review/update-lesson.ts';
import { readAsOf } from '../../src/store/as-of/read-as-of.ts';
import { RELATIONS } from '../../src/store/as-of/relations.ts';
import type { VerbContext } from '../../src/store/verb.ts';
import { exported, imported } from '../support/archive.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let ctx: VerbContext;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: new Date().toISOString() });
});
afterAll(() => t.close());
beforeEach(async () => {
  ctx = { store: t.store, clock: t.clock, caller: await t.callerOf(`asof-${++tenants}`) };
});

/** This moment by the clock of the database; whatever is done next is done after it, by the pipeline's clock too. */
async function now(): Promise<Micros> {
  const [row] = await t.store.read<{ at: string }[]>`select clock_timestamp() as at`;
  t.clock.set(new Date(Date.now() + 1).toISOString());
  return parseMicros(row!.at)!;
}

const DAY_MS = 86_400_000;
const daysAgo = (days: number, seconds = 0) =>
  new Date(Date.now() - days * DAY_MS + seconds * 1_000).toISOString();
const refused = (at: string, n: number, host = 'gate') =>
  `${at} ${host} sshd[${900 + n}]: error: maximum authentication attempts exceeded for root from 203.0.113.${n} port ${4000 + n} ssh2`;
const job = (name: string, days: number) =>
  `${daysAgo(days)} batch jobd[1]: job ${name} finished early today`;
const LINE = 'error: maximum authentication attempts exceeded for root from 198.51.100.9 port 1 ssh2';

async function ingest(lines: readonly string[]): Promise<void> {
  await t.pipeline.ingestLines(ctx.caller, { lines: [...lines], sourceType: 'SYSLOG' });
  await t.pipeline.settle(ctx.caller.tenantId);
}

const HISTORY = [
  refused(daysAgo(4), 1),
  refused(daysAgo(4, 300), 2),
  refused(daysAgo(3), 3),
  refused(daysAgo(2), 4),
  refused(daysAgo(1), 5),
];

const ask = (asOfUs: Micros | null = null, text = LINE) => seenBefore(ctx, { message: { text } }, asOfUs);

async function promoteOnly(title: string): Promise<string> {
  const [candidate] = await t.store.read<{ candidate_id: string }[]>`
    select candidate_id from candidate where tenant_id = ${ctx.caller.tenantId} and type = 'RECURRENCE'`;
  return (await promoteCandidate(ctx, { candidateId: candidate!.candidate_id, title })).incidentId;
}

describe('before it happened', () => {
  it('an answer does not know the incident that was promoted later, nor its lesson and hint', async () => {
    await ingest(HISTORY);
    const before = await now();
    const incidentId = await promoteOnly('Door knocking');
    const lessonId = await createLesson(ctx, {
      title: 'L',
      summary: 'S',
      recommendation: 'R',
      incidentIds: [incidentId],
    });
    const hintId = await createRunbookHint(ctx, { title: 'H', hintText: 'T', incidentIds: [incidentId] });
    const then = await ask(before);
    expect(then).toMatchObject({
      verdict: 'YES',
      occurrenceCount: 5,
      incidents: [],
      lessonIds: [],
      runbookHintIds: [],
    });
    expect(then.explanation).toContain('No incident was ever made of it.');
    const after = await now();
    for (const answer of [await ask(), await ask(after)])
      expect(answer).toMatchObject({
        incidents: [{ incidentId }],
        lessonIds: [lessonId],
        runbookHintIds: [hintId],
      });
  });

  it('and today is answered as ever, on the same connections', async () => {
    await ingest(HISTORY);
    const at = await now();
    const answers = await Promise.all([ask(), ask(at), ask(), ask(at)]);
    for (const answer of answers) expect(answer).toMatchObject({ verdict: 'YES', occurrenceCount: 5 });
    const { coverage: _, explanation: __, ...today } = answers[0]!;
    expect(answers[1]).toMatchObject(today);
  });

  it('an answer shows the incident and the lesson as they were worded', async () => {
    await ingest(HISTORY);
    const incidentId = await promoteOnly('Door knocking');
    const lessonId = await createLesson(ctx, {
      title: 'Close the door',
      summary: 'S',
      recommendation: 'Set PermitRootLogin no.',
      incidentIds: [incidentId],
    });
    const before = await now();
    await updateLesson(ctx, { lessonId, recommendation: 'Use keys.' });
    await updateIncident(ctx, { incidentId, title: 'Brute force', status: 'RETIRED' });
    expect((await ask(before)).explanation).toMatch(/"Door knocking".*Set PermitRootLogin no\./);
    expect((await ask()).explanation).not.toMatch(/Door knocking|Brute force/);
  });

  it('events count from their receipt on, whenever they happened', async () => {
    await ingest([HISTORY[0]!, HISTORY[4]!]);
    const before = await now();
    await ingest([HISTORY[1]!, HISTORY[2]!, refused(daysAgo(30), 7)]);
    expect(await ask()).toMatchObject({ occurrenceCount: 5 });
    const then = await ask(before);
    expect(then).toMatchObject({ verdict: 'YES', occurrenceCount: 2 });
    expect(then.firstSeenUs).toBe(parseMicros(HISTORY[0]!.split(' ')[0]!));
    expect(then.episodes).toHaveLength(2);
    expect(then.episodes.map((episode) => episode.eventCount)).toEqual([1, 1]);
    expect(then.coverage.fromUs).toBe(then.firstSeenUs);
  });

  it('what was never received by then is NO, and before anything was it is UNKNOWN', async () => {
    const nothing = await now();
    await ingest([`${daysAgo(3)} gate cron[1]: (root) CMD (run-parts)`]);
    const before = await now();
    await ingest(HISTORY);
    expect(await ask(before)).toMatchObject({ verdict: 'NO', occurrenceCount: 0 });
    expect(await ask(nothing)).toMatchObject({ verdict: 'UNKNOWN', coverage: { fromUs: null } });
    expect(await ask()).toMatchObject({ verdict: 'YES' });
  });

  it('forms that became one family stand for themselves', async () => {
    const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];
    await ingest([job('alpha', 3)]);
    const atFirst = await now();
    await ingest([job('beta', 2)]);
    const before = await now();
    await ingest(names.slice(2).map((name) => job(name, 1)));
    const question = 'job beta finished early today';
    expect(await ask(null, question)).toMatchObject({ verdict: 'YES', occurrenceCount: 8 });
    expect(await ask(before, question)).toMatchObject({ verdict: 'YES', occurrenceCount: 1 });
    expect(await ask(await now(), question)).toMatchObject({ verdict: 'YES', occurrenceCount: 8 });
    expect(await ask(atFirst, 'job eta finished early today')).toMatchObject({ verdict: 'SIMILAR' });
  });

  it('a hint on a signature that joined a family later is recalled by its own form', async () => {
    await ingest([job('alpha', 3), job('beta', 2)]);
    const { signatureId } = await ask(null, 'job beta finished early today');
    const hintId = await createRunbookHint(ctx, { title: 'H', hintText: 'T', signatureIds: [signatureId!] });
    const before = await now();
    await ingest(['gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'].map((name) => job(name, 1)));
    expect(await ask(null, 'job alpha finished early today')).toMatchObject({ runbookHintIds: [hintId] });
    expect(await ask(before, 'job alpha finished early today')).toMatchObject({ runbookHintIds: [] });
    expect(await ask(before, 'job beta finished early today')).toMatchObject({ runbookHintIds: [hintId] });
  });

  it('an archive brings what was known when; without that, it is known since its import', async () => {
    await ingest(HISTORY);
    const before = await now();
    await promoteOnly('Door knocking');
    const promoted = await now();
    const archive = await exported(ctx);
    const isVersion = (line: string) => JSON.parse(line).kind === 'version';
    const end = JSON.stringify({
      kind: 'end',
      records: archive.filter((line) => !isVersion(line)).length - 2,
    });
    const ofRows = archive.filter((line) => !isVersion(line)).with(-1, end);
    for (const [lines, then] of [
      [archive, [{}]],
      [ofRows, []],
    ] as const) {
      ctx = { ...ctx, caller: await t.callerOf(`asof-${++tenants}`) };
      await imported(ctx, lines);
      expect(await ask()).toMatchObject({ incidents: [{}] });
      expect(await ask(promoted)).toMatchObject({ occurrenceCount: 5, incidents: then });
      expect(await ask(before)).toMatchObject({ occurrenceCount: 5, incidents: [] });
    }
  });
});

describe('candidates', () => {
  const states = (asOfUs: Micros | null) => {
    const read = (sql: typeof t.store.read) => sql<{ state: string; version: number; score: number }[]>`
      select state, version, score from candidate where tenant_id = ${ctx.caller.tenantId} and type = 'RECURRENCE' and not withdrawn`;
    return asOfUs === null ? read(t.store.read) : readAsOf(t.store.read, asOfUs, read);
  };

  it('have the state, the score and the version that they had', async () => {
    const nothing = await now();
    await ingest(HISTORY);
    const before = await now();
    await promoteOnly('Door knocking');
    expect(await states(nothing)).toHaveLength(0);
    const [then] = await states(before);
    const [today] = await states(null);
    expect(then).toMatchObject({ state: 'OPEN', version: 1 });
    expect(today).toMatchObject({ state: 'PROMOTED', version: then!.version + 1 });
    expect(await states(await now())).toEqual([today]);
  });
});

it('every row that verbs and ingest wrote has its version', async () => {
  await ingest(HISTORY);
  const incidentId = await promoteOnly('Door knocking');
  const lessonId = await createLesson(ctx, {
    title: 'L',
    summary: 'S',
    recommendation: 'R',
    incidentIds: [incidentId],
  });
  await updateLesson(ctx, { lessonId, title: 'M' });
  await createRunbookHint(ctx, { title: 'H', hintText: 'T', incidentIds: [incidentId] });
  await ingest([refused(daysAgo(0), 9), refused(daysAgo(0, 60), 10)]);
  const [signal] = await t.store.read<{ signal_id: string }[]>`
    select signal_id from signal where tenant_id = ${ctx.caller.tenantId} limit 1`;
  if (signal) await acknowledgeSignal(ctx, { signalId: signal.signal_id });
  const at = await now();
  for (const { table } of RELATIONS) {
    const rows = (read: typeof t.store.read) =>
      read.unsafe(
        `select to_jsonb(r) as row from ${table} r where tenant_id = $1 order by to_jsonb(r)::text`,
        [ctx.caller.tenantId],
      );
    expect([...(await readAsOf(t.store.read, at, rows))], table).toEqual([...(await rows(t.store.read))]);
  }
});
