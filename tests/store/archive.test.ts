// A memory is taken away and brought into an empty database: it answers alike, and bringing it again adds nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import { acknowledgeSignal } from '../../src/review/acknowledge-signal.ts';
import { createLesson } from '../../src/review/create-lesson.ts';
import { createRunbookHint } from '../../src/review/create-runbook-hint.ts';
import { promoteCandidate } from '../../src/review/promote-candidate.ts';
import { recordHintOutcome } from '../../src/review/record-hint-outcome.ts';
import { review } from '../../src/review/review.ts';
import { updateLesson } from '../../src/review/update-lesson.ts';
import { upsertAsset } from '../../src/review/upsert-asset.ts';
import { upsertRule } from '../../src/review/upsert-rule.ts';
import type { VerbContext } from '../../src/store/verb.ts';
import { answerTo, exported, imported, moved } from '../support/archive.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const AT = '2026-03-10T12:00:00Z';

const contextOf = (t: TestPipeline): VerbContext => ({ store: t.store, clock: t.clock, caller: t.caller });
const two = (n: number) => String(n).padStart(2, '0');

const refused = (day: number, time: string, n: number) =>
  `Mar ${String(day).padStart(2)} ${time} gate sshd[${900 + n}]: error: maximum authentication attempts exceeded for root from 203.0.113.${n} port ${4000 + n} ssh2`;
const link = (time: string, state: 'down' | 'up', port: number) =>
  `Mar 10 ${time} switch-1 ifd[7]: interface Gi1/0/${port} changed state to ${state}`;
const login = (second: number, n: number) =>
  `Mar 10 09:00:${two(second)} bastion sshd[${n}]: Failed password for invalid user u${n} from 198.51.100.${n % 250} port ${30_000 + n} ssh2`;
const heartbeat = (minute: number, host: string) =>
  `Mar 10 ${two(8 + Math.floor(minute / 60))}:${two(minute % 60)}:10 ${host} CRON[${minute}]: (root) CMD (run-parts /etc/cron.hourly)`;
const job = (name: string, minute: number) =>
  `Mar 10 10:${two(minute)}:00 batch jobd[1]: job ${name} finished early today`;

const HISTORY = [
  ...[
    refused(7, '08:00:00', 1),
    refused(8, '08:00:00', 2),
    refused(9, '08:00:00', 3),
    refused(9, '20:00:00', 4),
  ],
  ...[
    link('09:10:00', 'down', 4),
    link('09:10:40', 'up', 4),
    link('11:00:00', 'down', 7),
    link('11:00:30', 'up', 7),
  ],
  ...Array.from({ length: 60 }, (_, i) => login(i % 60, 1000 + i)),
  ...Array.from({ length: 180 }, (_, i) => heartbeat(i, 'bastion')),
  ...Array.from({ length: 40 }, (_, i) => heartbeat(i, 'switch-1')),
  ...['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'].map(job),
];

const QUESTIONS: readonly [text: string, host?: string][] = [
  [
    'Mar 11 03:00:00 backup sshd[7]: error: maximum authentication attempts exceeded for root from 192.0.2.1 port 9 ssh2',
  ],
  ['error: maximum authentication attempts exceeded for root from 192.0.2.1 port 9 ssh2', 'gate'],
  ['Failed password for invalid user bob from 192.0.2.9 port 22 ssh2', 'bastion'],
  ['interface Gi1/0/9 changed state to down'],
  ['interface Gi1/0/9 changed state to up', 'switch-1'],
  ['job iota finished early today'],
  ['job omega finished far too late'],
  ['too many authentication attempts'],
  ['reactor coolant pressure beyond upper limit, valve 7 opened'],
  ['(root) CMD (run-parts /etc/cron.hourly)', 'bastion'],
];

interface Ids {
  readonly candidate_id: string;
  readonly type: string;
  readonly title: string;
}

/** What people made of the history: an incident with lesson and hint, a hint of a signature, reviews of both minds. */
async function remember(t: TestPipeline): Promise<void> {
  const ctx = contextOf(t);
  await t.pipeline.ingestLines(t.caller, { lines: HISTORY, sourceType: 'SYSLOG', batchKey: 'history' });
  await t.pipeline.settle(t.caller.tenantId);
  const candidates = await t.store.read<Ids[]>`
    select candidate_id, type, title from candidate where tenant_id = ${t.caller.tenantId} and not withdrawn order by type`;
  const of = (type: string) => candidates.find((c) => c.type === type)!.candidate_id;
  const { incidentId } = await promoteCandidate(ctx, {
    candidateId: of('RECURRENCE'),
    title: 'Door knocking',
    impactLevel: 'LOW',
  });
  const lessonId = await createLesson(ctx, {
    title: 'Close the door',
    summary: 'Root needs no SSH.',
    recommendation: 'Set PermitRootLogin no.',
    incidentIds: [incidentId],
    metadata: { ticket: 'OPS-1', owner: null },
  });
  await updateLesson(ctx, { lessonId, recommendation: 'Set PermitRootLogin no, and use keys.' });
  await t.store.writePool.query(
    `insert into lesson_signature (tenant_id, lesson_id, signature_id)
     select tenant_id, $2, signature_id from signature
      where tenant_id = $1 and merged_into_id is null and occurrence_count > 0 limit 1`,
    [t.caller.tenantId, lessonId],
  );
  const hint = await createRunbookHint(ctx, {
    title: 'Ban it',
    hintText: 'fail2ban-client',
    incidentIds: [incidentId],
  });
  await recordHintOutcome(ctx, { runbookHintId: hint, incidentId, outcome: 'WORKED' });
  await recordHintOutcome(ctx, { runbookHintId: hint, outcome: 'FAILED', notes: 'IPv6' });
  await review(ctx, {
    subject: { type: 'Candidate', key: of('SELF_HEAL') },
    decision: 'NOISE',
    notes: 'a test port',
  });
  await review(ctx, { subject: { type: 'Lesson', key: lessonId }, decision: 'USEFUL', reviewer: 'ben' });
  await review(ctx, { subject: { type: 'Incident', key: incidentId }, decision: 'USEFUL' });
  const [burst] = await t.store.read<{ signal_id: string }[]>`
    select signal_id from signal where tenant_id = ${t.caller.tenantId} order by kind desc, identity limit 1`;
  await acknowledgeSignal(ctx, { signalId: burst!.signal_id, notes: 'seen' });
  await upsertAsset(ctx, { hostname: 'gate', serviceGroup: 'edge', tags: ['dmz'] });
}

let origin: TestPipeline;
let target: TestPipeline;
let archive: string[];
beforeAll(async () => {
  origin = await startTestPipeline({ at: AT });
  target = await startTestPipeline({ at: AT });
  await remember(origin);
  archive = await exported(contextOf(origin));
  await imported(contextOf(target), archive);
});
afterAll(async () => {
  await origin.close();
  await target.close();
});

const recordsOf = (lines: readonly string[], kind: string) =>
  lines.map((line) => JSON.parse(line)).filter((each) => each.kind === kind);

describe('a memory that was taken to an empty database', () => {
  it('holds something of every kind', () => {
    const kinds = [
      'asset',
      'signature',
      'form',
      'alias',
      'counts',
      'signal',
      'candidate',
      'candidateVersion',
    ];
    for (const kind of [
      ...kinds,
      'incident',
      'example',
      'lesson',
      'hint',
      'outcome',
      'review',
      'suppression',
      'link',
    ])
      expect(recordsOf(archive, kind), kind).not.toHaveLength(0);
  });

  it.each(QUESTIONS)('answers alike: %s (%s)', async (text, host) => {
    const before = await answerTo(contextOf(origin), text, host);
    expect(await answerTo(contextOf(target), text, host)).toEqual(before);
  });

  it('is exported again as the same records', async () => {
    const again = await exported(contextOf(target));
    const sorted = (lines: readonly string[]) =>
      lines
        .slice(1)
        .map((line) => JSON.stringify(JSON.parse(line)))
        .sort();
    expect(sorted(again)).toEqual(sorted(archive));
  });

  it('keeps what a lesson is bound to', () => {
    expect(recordsOf(archive, 'lesson')).toMatchObject([{ signatures: [expect.stringMatching(/^v1:/)] }]);
  });

  it('names no row by its number', () => {
    for (const line of archive) expect(line).not.toMatch(/"(?:id|key)": ?"?\d+"?[,}]/);
  });

  it('gains nothing by a second import', async () => {
    const before = await exported(contextOf(target));
    const summary = await imported(contextOf(target), archive);
    expect(moved(summary)).toBe(0);
    expect((await exported(contextOf(target))).slice(1)).toEqual(before.slice(1));
  });

  it('goes on counting where it was', async () => {
    const t = await startTestPipeline({ at: AT });
    await imported(contextOf(t), archive);
    await t.pipeline.ingestLines(t.caller, {
      lines: [refused(10, '08:00:00', 9), job('kappa', 40)],
      sourceType: 'SYSLOG',
    });
    await t.pipeline.settle(t.caller.tenantId);
    const [text] = QUESTIONS[0]!;
    expect(await answerTo(contextOf(t), text)).toMatchObject({ verdict: 'YES', occurrenceCount: 5 });
    expect(await answerTo(contextOf(t), 'job alpha finished early today')).toMatchObject({
      occurrenceCount: 9,
    });
    const [held] = await t.store.read<{ n: number }[]>`
      select count(*)::int as n from candidate where tenant_id = ${t.caller.tenantId} and type = 'RECURRENCE'
         and redirected_to_id is null and not withdrawn and state = 'PROMOTED'`;
    expect(held!.n).toBe(1);
    await t.close();
  });
});

describe('what is no whole, right archive', () => {
  const into = async (lines: readonly string[], options = {}) => {
    const caller = await target.callerOf(`faulty-${++tenants}`);
    const ctx = { ...contextOf(target), caller };
    return { ctx, result: imported(ctx, lines, options) };
  };
  let tenants = 0;
  const changed = (kind: string, change: (record: Record<string, unknown>) => void): string[] => {
    const at = archive.findIndex((line) => JSON.parse(line).kind === kind);
    const record = JSON.parse(archive[at]!);
    change(record);
    return archive.with(at, JSON.stringify(record));
  };

  it('is refused whole, with the line, the field and the reason of each fault', async () => {
    const lines = changed('lesson', (lesson) => {
      lesson.confidence = 2_000_000;
    });
    const at = lines.findIndex((line) => JSON.parse(line).kind === 'lesson') + 1;
    const { ctx, result } = await into(lines);
    await expect(result).rejects.toMatchObject({
      name: 'ImportError',
      code: 'VALIDATION',
      path: [`line ${at}`, 'confidence'],
      faults: [{ line: at, field: 'confidence', reason: expect.stringContaining('1000000') }],
    });
    expect(recordsOf(await exported(ctx), 'asset')).toEqual([]);
  });

  it('is imported but for its faults where they shall be skipped', async () => {
    const lines = changed('hint', (hint) => {
      hint.title = '';
    });
    const { ctx, result } = await into([...lines.slice(0, 5), 'not JSON', ...lines.slice(5)], {
      skipFaulty: true,
    });
    const { faults } = await result;
    expect(faults.map(({ field, reason }) => [field, reason.split(':')[0]])).toEqual([
      [null, 'This is no JSON object.'],
      ['title', 'hint'],
      ['hint', 'outcome'],
      ['hint', 'outcome'],
    ]);
    expect(await answerTo(ctx, QUESTIONS[0]![0])).toMatchObject({
      verdict: 'YES',
      lessonIds: ['Close the door'],
      runbookHintIds: [],
    });
    const kept = () => target.store.read<{ index: number; reason: string; payload: string }[]>`
      select index, reason, payload from rejected_input
       where tenant_id = ${ctx.caller.tenantId} and request ->> 'kind' = 'record' order by index`;
    expect((await kept()).map(({ payload }) => payload)).toEqual([
      'not JSON',
      lines.find((line) => JSON.parse(line).kind === 'hint'),
      ...recordsOf(lines, 'outcome').map((outcome) => expect.stringContaining(outcome.id)),
    ]);
    expect(await kept()).toMatchObject([
      { index: 6, reason: 'line 6: This is no JSON object.' },
      { reason: expect.stringMatching(/^line \d+, "title": hint/) },
      {},
      {},
    ]);
    await imported(ctx, [...lines.slice(0, 5), 'not JSON', ...lines.slice(5)], { skipFaulty: true });
    expect(await kept()).toHaveLength(4);
    expect(await target.pipeline.replayRejected(ctx.caller, { ids: null, limit: 10 })).toMatchObject({
      accepted: 0,
    });
    expect(await kept()).toHaveLength(4);
    expect((await seenBefore(ctx, { message: { text: 'x' } })).coverage.gaps).toEqual([]);
  });

  it.each([
    [
      'a newer archive',
      (lines: string[]) => lines.with(0, lines[0]!.replace('"version":2', '"version":3')),
      /version 3.*reads up to 2/,
    ],
    ['another file', (lines: string[]) => lines.slice(1), /no archive of Mnemograph/],
    ['a cut archive', (lines: string[]) => lines.slice(0, -3), /it was cut/],
    ['an empty file', () => [], /no archive of Mnemograph/],
  ])('%s is refused', async (_, spoil, message) => {
    const { result } = await into(spoil(archive));
    await expect(result).rejects.toThrow(message);
  });

  it('a record that names what nobody holds is a fault', async () => {
    const lines = changed('incident', (incident) => {
      incident.signatures = ['v1:00000000000000ff'];
    });
    const { result } = await into(lines);
    await expect(result).rejects.toThrow(
      /"signatures": incident: it names the signature v1:00000000000000ff/,
    );
  });

  it('a dry run says what would change, and changes nothing', async () => {
    const { ctx, result } = await into(archive, { dryRun: true });
    expect((await result).merged.incident).toEqual({ added: 1, changed: 0 });
    expect(recordsOf(await exported(ctx), 'asset')).toEqual([]);
  });
});

describe('an archive that meets a memory of its own', () => {
  let t: TestPipeline;
  beforeAll(async () => {
    t = await startTestPipeline({ at: AT });
  });
  afterAll(() => t.close());

  it('adds up what each counted, finds the same candidate again, and keeps what was edited last', async () => {
    const ctx = contextOf(t);
    const own = [refused(9, '20:00:00', 4), refused(10, '07:00:00', 5), refused(10, '09:00:00', 6)];
    await t.pipeline.ingestLines(t.caller, { lines: own, sourceType: 'SYSLOG' });
    await t.pipeline.settle(t.caller.tenantId);
    await imported(ctx, archive);
    expect(await answerTo(ctx, QUESTIONS[0]![0])).toMatchObject({
      occurrenceCount: 6,
      lessonIds: ['Close the door'],
    });
    const [row] = await t.store.read<{ lesson_id: string }[]>`select lesson_id from lesson`;
    await updateLesson(ctx, { lessonId: row!.lesson_id, title: 'Close all doors' });
    expect(moved(await imported(ctx, archive))).toBe(0);
    expect(await answerTo(ctx, QUESTIONS[0]![0])).toMatchObject({ lessonIds: ['Close all doors'] });

    await imported(contextOf(origin), await exported(ctx));
    expect(await answerTo(contextOf(origin), QUESTIONS[0]![0])).toMatchObject({
      occurrenceCount: 6,
      lessonIds: ['Close all doors'],
    });
  });

  it('keeps to the rules that somebody edited, here or there, and takes over all where there are none', async () => {
    const tuned = { ...contextOf(origin), caller: await origin.callerOf('tuned') };
    await upsertRule(tuned, { name: 'disk-full', description: 'Ours, from ninety on.' });
    const lines = await exported(tuned);
    const ruleOf = async (ctx: VerbContext, name: string) =>
      (
        await ctx.store
          .read`select description from rule where tenant_id = ${ctx.caller.tenantId} and name = ${name}`
      )[0]?.description;
    const begun = { ...contextOf(t), caller: await t.callerOf('begun') };
    await t.pipeline.ingestLines(begun.caller, { lines: [refused(9, '20:00:00', 4)], sourceType: 'SYSLOG' });
    await upsertRule(begun, { name: 'kernel-panic', description: 'Panic!' });
    await imported(begun, lines);
    expect(await ruleOf(begun, 'disk-full')).toBe('Ours, from ninety on.');
    expect(await ruleOf(begun, 'kernel-panic')).toBe('Panic!');
    const fresh = { ...contextOf(t), caller: await t.callerOf('fresh') };
    await imported(
      fresh,
      lines
        .filter((line) => !line.includes('"out-of-memory"'))
        .with(-1, JSON.stringify({ kind: 'end', records: lines.length - 3 })),
    );
    expect(await ruleOf(fresh, 'disk-full')).toBe('Ours, from ninety on.');
    expect(await ruleOf(fresh, 'out-of-memory')).toBeUndefined();
  });

  it('joins what only one of them knew as one family', async () => {
    const ctx = { ...contextOf(t), caller: await t.callerOf('families') };
    await t.pipeline.ingestLines(ctx.caller, {
      lines: [job('alpha', 50), job('omicron', 51)],
      sourceType: 'SYSLOG',
    });
    await t.pipeline.settle(ctx.caller.tenantId);
    expect(await answerTo(ctx, 'job omicron finished early today')).toMatchObject({ occurrenceCount: 1 });
    await imported(ctx, archive);
    expect(await answerTo(ctx, 'job omicron finished early today')).toMatchObject({
      verdict: 'YES',
      occurrenceCount: 10,
    });
  });
});
