import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { interesting } from '../../src/memory/digest/interesting.ts';
import { linkEndKey, provenanceLinks } from '../../src/memory/provenance.ts';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import { acknowledgeSignal } from '../../src/review/acknowledge-signal.ts';
import { createLesson } from '../../src/review/create-lesson.ts';
import { createRunbookHint } from '../../src/review/create-runbook-hint.ts';
import { promoteCandidate } from '../../src/review/promote-candidate.ts';
import { recordChange } from '../../src/review/record-change.ts';
import { recordHintOutcome } from '../../src/review/record-hint-outcome.ts';
import { unlinkLesson } from '../../src/review/unlink-lesson.ts';
import { unlinkRunbookHint } from '../../src/review/unlink-runbook-hint.ts';
import { updateIncident } from '../../src/review/update-incident.ts';
import { updateLesson } from '../../src/review/update-lesson.ts';
import { updateRunbookHint } from '../../src/review/update-runbook-hint.ts';
import { upsertAsset } from '../../src/review/upsert-asset.ts';
import { upsertTenant } from '../../src/review/upsert-tenant.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const AT = '2026-03-10T12:00:00Z';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: AT });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`mem${++tenants}`);
});

const ctx = () => ({ store: t.store, clock: t.clock, caller });

const failure = (day: number, time: string, n: number, host = 'gate') =>
  `Mar ${String(day).padStart(2, ' ')} ${time} ${host} sshd[${900 + n}]: error: maximum authentication attempts exceeded for root from 203.0.113.${n} port ${4000 + n} ssh2`;

const FAILURES = [
  failure(7, '08:00:00', 1),
  failure(7, '08:05:00', 2),
  failure(8, '08:00:00', 3),
  failure(9, '08:00:00', 4),
  failure(9, '20:00:00', 5),
];
const NEW_LINE =
  'Mar 10 11:00:00 backup sshd[77]: error: maximum authentication attempts exceeded for root from 198.51.100.9 port 1 ssh2';

async function ingest(lines: readonly string[]): Promise<void> {
  await t.pipeline.ingestLines(caller, { lines: [...lines], sourceType: 'SYSLOG' });
  await t.pipeline.settle(caller.tenantId);
}

const rows = <T extends object>(table: string, order = '1') =>
  t.store.read.unsafe<T[]>(`select * from ${table} where tenant_id = $1 order by ${order}`, [
    caller.tenantId,
  ]);

interface Remembered {
  readonly candidateId: string;
  readonly signatureId: string;
  readonly incidentId: string;
}

/** A recurrence over three days, promoted. */
async function remembered(): Promise<Remembered> {
  await ingest(FAILURES);
  const [candidate] = await rows<{ candidate_id: string }>('candidate');
  const [link] = await rows<{ signature_id: string }>('candidate_signature');
  const candidateId = candidate!.candidate_id;
  const { incidentId } = await promoteCandidate(ctx(), { candidateId, title: 'SSH door knocking' });
  return { candidateId, signatureId: link!.signature_id, incidentId };
}

const lessonFrom = (incidentIds: string[], recommendation = 'Set PermitRootLogin no.') =>
  createLesson(ctx(), {
    title: 'Close the door',
    summary: 'Root needs no SSH.',
    recommendation,
    incidentIds,
  });

const hintFor = (signatureIds: string[], title: string, priority = 0) =>
  createRunbookHint(ctx(), { title, hintText: `${title}.`, priority, signatureIds });

const ask = (text: string) => seenBefore(ctx(), { message: { text } });

describe('recall', () => {
  it('answers a new line of a remembered family with the incident, its lesson and its hints', async () => {
    const { incidentId, signatureId } = await remembered();
    const lessonId = await lessonFrom([incidentId]);
    const hintId = await hintFor([signatureId], 'Block the address');
    const answer = await ask(NEW_LINE);
    expect(answer).toMatchObject({
      verdict: 'YES',
      signatureId,
      lessonIds: [lessonId],
      runbookHintIds: [hintId],
      incidents: [{ incidentId, reason: expect.stringMatching(/^same signature; observed 4 times/) }],
    });
    expect(answer.episodes.map((e) => [e.eventCount, e.outcome])).toEqual([
      [1, 'ONGOING'],
      [1, 'ENDED'],
      [1, 'ENDED'],
      [2, 'ENDED'],
    ]);
    expect(answer.explanation).toContain('SSH door knocking');
    expect(answer.explanation).toContain('PermitRootLogin');
    expect(answer.explanation).toContain('First step: Block the address.');
  });

  it('weighs an incident on the same host more', async () => {
    await remembered();
    const elsewhere = await ask(NEW_LINE);
    const here = await ask(NEW_LINE.replace('backup', 'gate'));
    expect(here.incidents[0]!.score).toBeGreaterThan(elsewhere.incidents[0]!.score);
    expect(here.incidents[0]!.reason).toContain('on gate too');
  });

  it('brings up the incident of something similar, with a lower score', async () => {
    const { incidentId } = await remembered();
    const exact = await ask(NEW_LINE);
    const answer = await ask(
      'sshd: error: maximum login attempts exceeded for root from 198.51.100.9 port 1 ssh2',
    );
    expect(answer.verdict).toBe('SIMILAR');
    expect(answer.incidents[0]).toMatchObject({ incidentId, reason: expect.stringMatching(/% alike/) });
    expect(answer.incidents[0]!.score).toBeLessThan(exact.incidents[0]!.score);
  });

  it('is asked by candidate too', async () => {
    const { candidateId, incidentId } = await remembered();
    const answer = await seenBefore(ctx(), { candidateId });
    expect(answer).toMatchObject({ verdict: 'YES', occurrenceCount: 5 });
    expect(answer.incidents[0]).toMatchObject({
      incidentId,
      reason: expect.stringMatching(/^made from this candidate/),
    });
  });

  it('no longer brings up a retired incident, until it is active again', async () => {
    const { incidentId } = await remembered();
    await lessonFrom([incidentId]);
    await updateIncident(ctx(), { incidentId, status: 'RETIRED' });
    expect(await ask(NEW_LINE)).toMatchObject({ verdict: 'YES', incidents: [], lessonIds: [] });
    await updateIncident(ctx(), { incidentId, status: 'ACTIVE' });
    expect((await ask(NEW_LINE)).incidents).toHaveLength(1);
  });

  it('ranks hints by what came of them, and untried ones by their priority', async () => {
    const { signatureId } = await remembered();
    const [plain, failing, working, first] = [
      await hintFor([signatureId], 'Plain'),
      await hintFor([signatureId], 'Failing'),
      await hintFor([signatureId], 'Working'),
      await hintFor([signatureId], 'First', 10),
    ];
    await recordHintOutcome(ctx(), { runbookHintId: failing, outcome: 'FAILED' });
    await recordHintOutcome(ctx(), { runbookHintId: working, outcome: 'WORKED' });
    expect((await ask(NEW_LINE)).runbookHintIds).toEqual([working, first, plain, failing]);
  });
});

describe('how an episode ended', () => {
  const link = (time: string, state: string) =>
    `Mar 10 ${time} edge switchd[1]: Interface eth7 link is ${state}`;

  it('is HEALED where its recovery came soon, and ENDED where it did not', async () => {
    await ingest([
      link('06:00:00', 'down'),
      link('06:05:00', 'up'),
      link('08:00:00', 'down'),
      ...[20, 25, 30, 35, 40, 45, 50, 55].map((m) => `Mar 10 08:${m}:00 edge cron[1]: job done`),
      'Mar 10 11:30:00 gate cron[1]: job done',
    ]);
    const answer = await ask('Interface eth9 link is down');
    expect(answer.episodes.map((e) => e.outcome)).toEqual(['ENDED', 'HEALED']);
    expect(answer.explanation).toMatch(/1 of 2 healed/);
  });

  it('is WENT_SILENT where a talkative host said nothing more', async () => {
    const chatter = Array.from(
      { length: 100 },
      (_, i) =>
        `Mar 10 ${String(6 + Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}:10 edge app[1]: served a page`,
    );
    await ingest([
      ...chatter,
      'Mar 10 07:39:30 edge kernel: Out of memory: killed process 77',
      'Mar 10 11:00:00 gate app[1]: served a page',
    ]);
    expect(
      (await ask('Mar 10 08:00:00 edge kernel: Out of memory: killed process 9')).episodes[0],
    ).toMatchObject({
      outcome: 'WENT_SILENT',
      assetIds: [expect.any(String)],
    });
  });
});

describe('provenance', () => {
  it('leads from the incident up to the lesson and down to every raw event', async () => {
    const { incidentId, candidateId } = await remembered();
    const lessonId = await lessonFrom([incidentId]);
    const incident = { type: 'Incident', key: incidentId } as const;
    const stepsOf = async (direction: 'UP' | 'DOWN' | null) => {
      const found = await provenanceLinks(t.store.read, caller.tenantId, [incident], direction);
      const ids = found.get(linkEndKey(incident))!;
      return t.store.read<{ step: string; source_key: string }[]>`
        select source_type || ' ' || link_type || ' ' || target_type as step, source_key, target_key
          from unnest(${ids}::bigint[]) with ordinality as o(link_id, place)
          join provenance_link l on l.tenant_id = ${caller.tenantId} and l.link_id = o.link_id
         order by o.place`;
    };
    const up = await stepsOf('UP');
    expect(up.map((l) => l.step)).toEqual(['Incident TAUGHT Lesson']);
    expect(up[0]).toMatchObject({ target_key: lessonId });
    const down = await stepsOf('DOWN');
    expect(down).toContainEqual(
      expect.objectContaining({ step: 'Candidate PROMOTED_TO Incident', source_key: candidateId }),
    );
    const events = down.filter((l) => l.step === 'Event EVIDENCE_OF Candidate').map((l) => l.source_key);
    const stored = await rows<{ event_id: string }>('event');
    expect(new Set(events)).toEqual(new Set(stored.map((e) => e.event_id)));
    expect((await stepsOf(null)).length).toBe(up.length + down.length);
  });

  it('shows nothing of it to another tenant', async () => {
    const { incidentId } = await remembered();
    const incident = { type: 'Incident', key: incidentId } as const;
    const stranger = await t.callerOf('stranger');
    const found = await provenanceLinks(t.store.read, stranger.tenantId, [incident], null);
    expect(found.get(linkEndKey(incident))).toEqual([]);
  });
});

describe('lessons and hints', () => {
  it('need a path to evidence', async () => {
    await remembered();
    await expect(lessonFrom([])).rejects.toMatchObject({
      code: 'VALIDATION',
      path: ['input', 'incidentIds'],
    });
    await expect(hintFor([], 'Nowhere')).rejects.toMatchObject({
      code: 'VALIDATION',
      path: ['input', 'signatureIds'],
    });
  });

  it('name the id that does not exist by its place, and leave no trace', async () => {
    const { incidentId } = await remembered();
    await expect(lessonFrom([incidentId, '999999'])).rejects.toMatchObject({
      code: 'NOT_FOUND',
      path: ['input', 'incidentIds', '1'],
    });
    expect(await rows('lesson')).toEqual([]);
  });

  it('refuse a confidence or priority out of range, and texts that are empty or too long', async () => {
    const { incidentId, signatureId } = await remembered();
    const lesson = { title: 'a', summary: 'b', recommendation: 'c', incidentIds: [incidentId] };
    await expect(createLesson(ctx(), { ...lesson, confidence: 1.1 })).rejects.toMatchObject({
      path: ['input', 'confidence'],
    });
    await expect(createLesson(ctx(), { ...lesson, confidence: Number.NaN })).rejects.toMatchObject({
      code: 'VALIDATION',
    });
    await expect(createLesson(ctx(), { ...lesson, recommendation: ' ' })).rejects.toMatchObject({
      path: ['input', 'recommendation'],
    });
    await expect(createLesson(ctx(), { ...lesson, metadata: ['no object'] })).rejects.toMatchObject({
      path: ['input', 'metadata'],
    });
    await expect(createLesson(ctx(), { ...lesson, metadata: { a: '\u0000' } })).rejects.toMatchObject({
      path: ['input', 'metadata'],
    });
    await expect(hintFor([signatureId], 'x', 101)).rejects.toMatchObject({ path: ['input', 'priority'] });
    await expect(hintFor([signatureId], 'x'.repeat(201))).rejects.toMatchObject({ path: ['input', 'title'] });
  });

  it('are edited in the fields that are given, and gain links', async () => {
    const { incidentId, signatureId, candidateId } = await remembered();
    const lessonId = await lessonFrom([incidentId]);
    await updateLesson(ctx(), {
      lessonId,
      title: 'Shut the door',
      confidence: 0.9,
      candidateIds: [candidateId],
    });
    expect(await rows('lesson')).toMatchObject([
      { title: 'Shut the door', summary: 'Root needs no SSH.', confidence: 900_000 },
    ]);
    expect(await rows('candidate_lesson')).toMatchObject([
      { candidate_id: candidateId, lesson_id: lessonId },
    ]);
    const hintId = await hintFor([signatureId], 'Block it');
    await updateRunbookHint(ctx(), { runbookHintId: hintId, priority: 7, incidentIds: [incidentId] });
    expect(await rows('runbook_hint')).toMatchObject([{ title: 'Block it', priority: 7 }]);
    const links = await rows<{ link_type: string; target_type: string }>('provenance_link');
    const steps = links.map((l) => `${l.link_type} ${l.target_type}`);
    expect(steps).toEqual(
      expect.arrayContaining(['HINTS_AT Signature', 'HINTS_AT Incident', 'TAUGHT Lesson']),
    );
  });

  it('keep a record of outcomes from which the confidence follows', async () => {
    const { signatureId, incidentId } = await remembered();
    const runbookHintId = await hintFor([signatureId], 'Block it');
    for (const outcome of ['WORKED', 'WORKED', 'FAILED', 'NOT_APPLICABLE'] as const)
      await recordHintOutcome(ctx(), { runbookHintId, outcome, incidentId });
    expect(await rows('runbook_hint')).toMatchObject([
      { shown_count: 4, worked_count: 2, failed_count: 1, confidence: 600_000 },
    ]);
    expect(await rows('hint_outcome')).toHaveLength(4);
  });
});

describe('what a lesson or a hint is linked with', () => {
  const reason = 'it was the other door';

  it('brings a lesson to mind that a signature alone taught', async () => {
    const { signatureId } = await remembered();
    const lessonId = await createLesson(ctx(), {
      title: 'Close the door',
      summary: 'Root needs no SSH.',
      recommendation: 'Set PermitRootLogin no.',
      signatureIds: [signatureId],
    });
    const answer = await ask(NEW_LINE);
    expect(answer.lessonIds).toEqual([lessonId]);
    expect(answer.explanation).toContain('PermitRootLogin');
    expect((await ask('a word of something else entirely')).lessonIds).toEqual([]);
  });

  it('is taken away: what was unlinked is no longer recalled, and who did it stays on record', async () => {
    const { incidentId, signatureId, candidateId } = await remembered();
    const lessonId = await lessonFrom([incidentId]);
    await updateLesson(ctx(), { lessonId, candidateIds: [candidateId] });
    const runbookHintId = await hintFor([signatureId], 'Block it');
    await updateRunbookHint(ctx(), { runbookHintId, incidentIds: [incidentId] });
    await unlinkLesson(ctx(), { lessonId, candidateIds: [candidateId], author: 'eve' });
    await unlinkRunbookHint(ctx(), { runbookHintId, signatureIds: [signatureId], reason });
    expect(await rows('candidate_lesson')).toEqual([]);
    expect(await rows('hint_signature')).toEqual([]);
    expect(await ask(NEW_LINE)).toMatchObject({ lessonIds: [lessonId], runbookHintIds: [runbookHintId] });
    await updateIncident(ctx(), { incidentId, status: 'RETIRED' });
    expect(await ask(NEW_LINE)).toMatchObject({ lessonIds: [], runbookHintIds: [] });
    expect(await rows('removed_link', 'removed_at')).toMatchObject([
      { source_type: 'Candidate', source_key: candidateId, target_key: lessonId, removed_by: 'eve' },
      { source_key: runbookHintId, target_type: 'Signature', removed_by: caller.actor, reason },
    ]);
    const links = await rows<{ link_type: string; source_type: string; target_type: string }>(
      'provenance_link',
      'link_type desc',
    );
    expect(links.filter((l) => ['TAUGHT', 'HINTS_AT'].includes(l.link_type))).toMatchObject([
      { source_type: 'Incident', target_type: 'Lesson' },
      { source_type: 'RunbookHint', target_type: 'Incident' },
    ]);
  });

  it('is linked again by an edit', async () => {
    const { incidentId, signatureId } = await remembered();
    const lessonId = await lessonFrom([incidentId]);
    await updateLesson(ctx(), { lessonId, signatureIds: [signatureId] });
    await unlinkLesson(ctx(), { lessonId, signatureIds: [signatureId] });
    await updateLesson(ctx(), { lessonId, signatureIds: [signatureId] });
    await unlinkLesson(ctx(), { lessonId, signatureIds: [signatureId] });
    expect(await rows('removed_link')).toHaveLength(2);
    expect(await rows('lesson_signature')).toEqual([]);
  });

  it('is never nothing, and only what there is can be taken away', async () => {
    const { incidentId, signatureId } = await remembered();
    const lessonId = await lessonFrom([incidentId]);
    const runbookHintId = await hintFor([signatureId], 'Block it');
    await expect(unlinkLesson(ctx(), { lessonId, incidentIds: [incidentId] })).rejects.toMatchObject({
      code: 'VALIDATION',
      message: expect.stringContaining('Nothing would be left'),
    });
    await expect(unlinkLesson(ctx(), { lessonId })).rejects.toMatchObject({ code: 'VALIDATION' });
    await expect(
      unlinkLesson(ctx(), { lessonId, incidentIds: [incidentId], signatureIds: [signatureId] }),
    ).rejects.toMatchObject({ code: 'CONFLICT', path: ['input', 'signatureIds', '0'] });
    await expect(unlinkRunbookHint(ctx(), { runbookHintId, signatureIds: ['999999'] })).rejects.toMatchObject(
      { code: 'NOT_FOUND', path: ['input', 'signatureIds', '0'] },
    );
    expect(await rows('incident_lesson')).toHaveLength(1);
    expect(await rows('removed_link')).toEqual([]);
  });

  it('and a hint that was tried for an open candidate says so', async () => {
    await ingest(FAILURES);
    const [candidate] = await rows<{ candidate_id: string; state: string }>('candidate');
    const [at] = await rows<{ signature_id: string }>('candidate_signature');
    expect(candidate!.state).toBe('OPEN');
    const runbookHintId = await hintFor([at!.signature_id], 'Block it');
    const candidateId = candidate!.candidate_id;
    await recordHintOutcome(ctx(), { runbookHintId, outcome: 'WORKED', candidateId });
    expect(await rows('hint_outcome')).toMatchObject([{ candidate_id: candidateId, incident_id: null }]);
    expect(await rows('runbook_hint')).toMatchObject([{ worked_count: 1, confidence: 666_667 }]);
    await expect(
      recordHintOutcome(ctx(), { runbookHintId, outcome: 'WORKED', candidateId: '999999' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND', path: ['input', 'candidateId'] });
  });
});

describe('the digest', () => {
  it('names what is open, with what was learned as the next step', async () => {
    await ingest(FAILURES);
    const [link] = await rows<{ signature_id: string }>('candidate_signature');
    const [plain] = await interesting(ctx(), { first: 10 });
    expect(plain).toMatchObject({ hostnames: ['gate'], nextStep: expect.stringMatching(/logins succeeded/) });
    await hintFor([link!.signature_id], 'Block the address');
    const [advised] = await interesting(ctx(), { first: 10 });
    expect(advised!.nextStep).toMatch(/^Block the address: Block the address\./);
  });

  it('names the change after which it began, on its own host only', async () => {
    await ingest(FAILURES);
    const [gate] = await rows<{ asset_id: string }>('asset');
    const other = await upsertAsset(ctx(), { hostname: 'elsewhere' });
    const at = (minutes: number) => (Date.UTC(2026, 2, 7, 8) - minutes * 60_000) * 1_000;
    const deploy = { kind: 'deploy', title: 'sshd 10.1' };
    await recordChange(ctx(), { ...deploy, assetId: other.assetId, startUs: at(5) });
    await recordChange(ctx(), { ...deploy, assetId: gate!.asset_id, startUs: at(61) });
    expect((await interesting(ctx(), { first: 1 }))[0]!.why).not.toContain('sshd 10.1');
    await recordChange(ctx(), { ...deploy, assetId: gate!.asset_id, startUs: at(12) });
    const [highlight] = await interesting(ctx(), { first: 1 });
    expect(highlight!.why).toContain(
      '12 minutes before it began, a change was recorded: "sshd 10.1" (deploy, by tester).',
    );
    expect(highlight!.nextStep).toMatch(/that change first/);
  });

  it('leaves out what is decided, what is older than asked for, and what is beyond the first', async () => {
    const { candidateId } = await remembered();
    await t.store.writePool.query(`update candidate set state = 'DISMISSED' where state = 'OPEN'`);
    expect(await interesting(ctx(), { first: 10 })).toEqual([]);
    await t.store.writePool.query(`update candidate set state = 'OPEN' where candidate_id = $1`, [
      candidateId,
    ]);
    expect(await interesting(ctx(), { first: 10 })).toHaveLength(1);
    expect(await interesting(ctx(), { first: 0 })).toEqual([]);
    expect(await interesting(ctx(), { first: 10, sinceUs: Date.UTC(2026, 2, 10) * 1_000 })).toEqual([]);
  });
});

describe('changes, signals, assets and tenants', () => {
  it('a change is recorded with a signal beside what was detected', async () => {
    await ingest(FAILURES);
    const [gate] = await rows<{ asset_id: string }>('asset');
    const { signalId } = await recordChange(ctx(), {
      kind: 'Deploy',
      title: 'shop 1.2.3',
      assetId: gate!.asset_id,
      startUs: Date.UTC(2026, 2, 9, 7) * 1_000,
    });
    expect(await rows('change')).toMatchObject([{ kind: 'deploy', title: 'shop 1.2.3', author: 'tester' }]);
    const signals = await rows<{ signal_id: string }>('signal');
    expect(signals.find((s) => s.signal_id === signalId)).toMatchObject({
      kind: 'CHANGE',
      label: 'deploy',
      asset_id: gate!.asset_id,
      observed_at: '2026-03-09 07:00:00+00',
      text: 'shop 1.2.3 (deploy, by tester)',
    });
    await expect(
      recordChange(ctx(), { kind: 'deploy', title: 'x', startUs: 2_000_000, endUs: 1_000_000 }),
    ).rejects.toMatchObject({ code: 'VALIDATION', path: ['input', 'endAt'] });
    await expect(
      recordChange(ctx(), { kind: 'deploy', title: 'x', assetId: '999999' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND', path: ['input', 'assetId'] });
  });

  it('the first acknowledgement of a signal stands', async () => {
    const { signalId } = await recordChange(ctx(), { kind: 'deploy', title: 'x' });
    expect(await acknowledgeSignal(ctx(), { signalId, notes: 'mine' })).toEqual({ signalId, first: true });
    t.clock.advanceMs(60_000);
    expect(await acknowledgeSignal(ctx(), { signalId, acknowledgedBy: 'late' })).toEqual({
      signalId,
      first: false,
    });
    expect(await rows('signal')).toMatchObject([
      {
        acknowledged: true,
        acknowledged_by: 'tester',
        notes: 'mine',
        acknowledged_at: '2026-03-10 12:00:00+00',
      },
    ]);
    t.clock.set(AT);
    await expect(acknowledgeSignal(ctx(), { signalId: '999999' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('an asset is found by its hostname, and keeps what is not mentioned', async () => {
    await ingest(FAILURES);
    const first = await upsertAsset(ctx(), { hostname: 'gate', serviceGroup: 'edge', tags: ['dmz', 'dmz'] });
    expect(first.created).toBe(false);
    const again = await upsertAsset(ctx(), { hostname: 'gate', platform: 'debian' });
    expect(again).toEqual({ assetId: first.assetId, created: false });
    expect(await rows('asset')).toMatchObject([
      { hostname: 'gate', service_group: 'edge', tags: ['dmz'], platform: 'debian' },
    ]);
    expect((await upsertAsset(ctx(), { hostname: 'new-one' })).created).toBe(true);
  });

  it('a tenant is found by its slug, which must be one', async () => {
    const made = await upsertTenant(ctx(), { slug: `made-${caller.tenantId}`, name: 'Made' });
    expect(made.created).toBe(true);
    const edited = await upsertTenant(ctx(), { slug: `made-${caller.tenantId}`, shareSignatures: true });
    expect(edited).toEqual({ tenantId: made.tenantId, created: false });
    const [row] = await t.store
      .read`select name, share_signatures from tenant where tenant_id = ${made.tenantId}`;
    expect(row).toMatchObject({ name: 'Made', share_signatures: true });
    await expect(upsertTenant(ctx(), { slug: 'Not A Slug' })).rejects.toMatchObject({
      code: 'VALIDATION',
      path: ['input', 'slug'],
    });
  });
});
