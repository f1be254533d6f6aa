import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { REVIEW_DECISIONS, type ReviewDecision } from '../../src/domain/words.ts';
import { createLesson } from '../../src/review/create-lesson.ts';
import { promoteCandidate } from '../../src/review/promote-candidate.ts';
import { review } from '../../src/review/review.ts';
import type { ReviewSubjectType } from '../../src/review/review-log.ts';
import { updateIncident } from '../../src/review/update-incident.ts';
import { openStore } from '../../src/store/store.ts';
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
  caller = await t.callerOf(`rev${++tenants}`);
});

const ctx = (actor = 'ada') => ({ store: t.store, clock: t.clock, caller: { ...caller, actor } });

const failure = (day: number, time: string, n: number, host = 'gate') =>
  `Mar ${String(day).padStart(2, ' ')} ${time} ${host} sshd[${900 + n}]: error: maximum authentication attempts exceeded for root from 203.0.113.${n} port ${4000 + n} ssh2`;

/** Four episodes on three days. */
const FAILURES = [
  failure(7, '08:00:00', 1),
  failure(7, '08:05:00', 2),
  failure(8, '08:00:00', 3),
  failure(9, '08:00:00', 4),
  failure(9, '20:00:00', 5),
];

const BAD_DISK = [7, 8, 9].map(
  (day) => `Mar  ${day} 10:00:00 store kernel: EXT4-fs error (device sdb1): unable to read inode block`,
);

async function ingest(lines: readonly string[]): Promise<void> {
  await t.pipeline.ingestLines(caller, { lines: [...lines], sourceType: 'SYSLOG' });
  await t.pipeline.settle(caller.tenantId);
}

interface Row {
  id: string;
  state: string;
  score: number;
  band: string;
  suppressedUntil: string | null;
  suppressedReason: string | null;
  lastSeenAt: string;
  version: number;
}

async function candidates(): Promise<Row[]> {
  return t.store.read<Row[]>`
    select candidate_id as id, state, score, decision_band as band, suppressed_until as "suppressedUntil",
           suppressed_reason as "suppressedReason", last_seen_at as "lastSeenAt", version
      from candidate where tenant_id = ${caller.tenantId} and redirected_to_id is null and not withdrawn
     order by candidate_id`;
}

const theCandidate = async () => (await candidates())[0] as Row;

async function recurring(): Promise<Row> {
  await ingest(FAILURES);
  return theCandidate();
}

const decide = (
  key: string,
  decision: ReviewDecision,
  actor = 'ada',
  type: ReviewSubjectType = 'Candidate',
) => review(ctx(actor), { subject: { type, key }, decision });

const rows = <T extends object>(table: string, order = '1') =>
  t.store.read.unsafe<T[]>(`select * from ${table} where tenant_id = $1 order by ${order}`, [
    caller.tenantId,
  ]);

const announced = async () =>
  (await rows<{ topic: string; kind: string; subject_id: string }>('outbox', 'seq')).map(
    (a) => `${a.topic} ${a.kind} ${a.subject_id}`,
  );

describe('reviewing a candidate', () => {
  it.each([
    ['NOISE', 'SUPPRESSED', 'lower'],
    ['FALSE_POSITIVE', 'DISMISSED', 'lower'],
    ['IGNORE', 'DISMISSED', 'same'],
    ['INVESTIGATE', 'OPEN', 'higher'],
    ['USEFUL', 'OPEN', 'higher'],
    ['URGENT', 'OPEN', 'higher'],
    ['PROMOTE', 'PROMOTED', 'higher'],
  ] as const)('%s leaves it %s, its score %s, and says so', async (decision, state, direction) => {
    const before = await recurring();
    const outcome = await decide(before.id, decision);
    const after = await theCandidate();
    expect(after.state).toBe(state);
    expect(outcome).toMatchObject({
      subject: { type: 'Candidate', key: before.id },
      scoreBefore: before.score,
      scoreAfter: after.score,
      bandBefore: before.band,
      bandAfter: after.band,
    });
    const change = after.score - before.score;
    expect(Math.sign(change)).toBe({ lower: -1, same: 0, higher: 1 }[direction]);
    expect(await rows('review')).toMatchObject([
      {
        decision,
        reviewer: 'ada',
        candidate_id: before.id,
        score_before: before.score,
        score_after: after.score,
        band_after: after.band,
      },
    ]);
    expect(await announced()).toContain(`candidate UPDATED ${before.id}`);
  });

  it('raises the band to its floor, whatever the score', async () => {
    const before = await recurring();
    await decide(before.id, 'URGENT');
    expect(['URGENT_HUMAN_REVIEW', 'PROMOTE_TO_INCIDENT_MEMORY']).toContain((await theCandidate()).band);
  });

  it('tells USEFUL, URGENT and PROMOTE apart by how far they raise the score', async () => {
    const { id } = await recurring();
    const useful = (await decide(id, 'USEFUL', 'ada')).scoreAfter as number;
    const urgent = (await decide(id, 'URGENT', 'ada')).scoreAfter as number;
    const promoted = (await decide(id, 'PROMOTE', 'ada')).scoreAfter as number;
    expect(useful).toBeLessThan(urgent);
    expect(urgent).toBeLessThan(promoted);
  });

  it('counts the latest decision of a reviewer, and keeps the earlier ones on record', async () => {
    const { id, score } = await recurring();
    await decide(id, 'FALSE_POSITIVE');
    const back = await decide(id, 'USEFUL');
    expect((await theCandidate()).state).toBe('OPEN');
    expect(back.scoreAfter).toBeGreaterThan(score);
    expect((await rows<{ decision: string }>('review', 'reviewed_at')).map((r) => r.decision)).toEqual([
      'FALSE_POSITIVE',
      'USEFUL',
    ]);
  });

  it('silences its like for seven days, says why and until when, and lifts that with the decision', async () => {
    const { id, lastSeenAt } = await recurring();
    await review(ctx(), { subject: { type: 'Candidate', key: id }, decision: 'NOISE', notes: 'load test' });
    const silenced = await theCandidate();
    expect(silenced.suppressedUntil).toMatch(/^2026-03-17 12:00:00/);
    expect(silenced.suppressedReason).toMatch(
      /ada called it noise: "load test"\. Silent until 2026-03-17.*turns worse than/,
    );
    expect(await rows('suppression')).toMatchObject([
      {
        type: 'RECURRENCE',
        from_at: lastSeenAt,
        until_at: silenced.suppressedUntil,
        max_severity: expect.any(Number),
      },
    ]);
    await ingest([failure(10, '08:00:00', 6)]);
    expect(await theCandidate()).toMatchObject({ state: 'SUPPRESSED' });
    await decide(id, 'INVESTIGATE');
    expect(await theCandidate()).toMatchObject({
      state: 'OPEN',
      suppressedUntil: null,
      suppressedReason: null,
    });
    await ingest([failure(10, '09:00:00', 7)]);
    expect(await theCandidate()).toMatchObject({ state: 'OPEN' });
  });

  it('keeps it closed when more of the same comes in', async () => {
    const { id } = await recurring();
    await decide(id, 'FALSE_POSITIVE');
    await ingest([failure(10, '08:00:00', 6)]);
    expect(await theCandidate()).toMatchObject({ id, state: 'DISMISSED' });
  });

  it('writes a version when the state changes', async () => {
    const { id, version } = await recurring();
    await decide(id, 'IGNORE');
    expect((await theCandidate()).version).toBe(version + 1);
    expect(await rows('candidate_version', 'version desc limit 1')).toMatchObject([
      { candidate_id: id, version: version + 1, state: 'DISMISSED' },
    ]);
  });
});

describe('promoting a candidate', () => {
  it('makes an incident of all that it stands on, down to the raw lines, in one transaction', async () => {
    const { id } = await recurring();
    const { incidentId, created } = await promoteCandidate(ctx(), {
      candidateId: id,
      title: 'SSH door knocking',
      impactLevel: 'HIGH',
    });
    expect(created).toBe(true);
    expect(await rows('incident')).toMatchObject([
      {
        incident_id: incidentId,
        title: 'SSH door knocking',
        impact_level: 'HIGH',
        incident_type: 'authentication',
        status: 'ACTIVE',
        recurrence_count: 4,
      },
    ]);
    const kept = await rows<{ message_raw: string }>('incident_event', 'event_ts');
    expect(kept.map((e) => e.message_raw)).toEqual(FAILURES);
    expect(await rows('incident_signature')).toHaveLength(1);
    expect(await rows('incident_asset')).toHaveLength(1);
    expect(await announced()).toContain(`incident CREATED ${incidentId}`);
    const links = await rows<{ link_type: string; source_type: string; target_type: string }>(
      'provenance_link',
    );
    const kinds = new Set(links.map((l) => `${l.source_type} ${l.link_type} ${l.target_type}`));
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        'Event EVIDENCE_OF Candidate',
        'Event SIGNED_AS Signature',
        'Signature EVIDENCE_OF Candidate',
        'Candidate PROMOTED_TO Incident',
        'Review REVIEWED Candidate',
      ]),
    );
  });

  it('again joins the incident that it became, and keeps both reviews', async () => {
    const { id } = await recurring();
    const first = await promoteCandidate(ctx('ada'), { candidateId: id });
    await ingest([failure(10, '08:00:00', 6)]);
    const second = await promoteCandidate(ctx('bob'), { candidateId: id, title: 'A better title' });
    expect(second).toMatchObject({ incidentId: first.incidentId, created: false });
    expect(await rows('review')).toHaveLength(2);
    expect(await rows('incident')).toMatchObject([{ title: 'A better title', recurrence_count: 5 }]);
    expect(await rows('incident_event')).toHaveLength(6);
  });

  it('at the same moment from two processes makes one incident, and keeps both reviews', async () => {
    const { id } = await recurring();
    const other = openStore(t.store.target);
    try {
      const [a, b] = await Promise.all([
        promoteCandidate(ctx('ada'), { candidateId: id }),
        promoteCandidate({ ...ctx('bob'), store: other }, { candidateId: id }),
      ]);
      expect(a!.incidentId).toBe(b!.incidentId);
      expect([a!.created, b!.created].sort()).toEqual([false, true]);
    } finally {
      await other.close();
    }
    expect(await rows('incident')).toHaveLength(1);
    expect((await rows<{ reviewer: string }>('review')).map((r) => r.reviewer).sort()).toEqual([
      'ada',
      'bob',
    ]);
  });

  it('joins the incident that is named', async () => {
    const { id } = await recurring();
    await ingest(BAD_DISK);
    const others = (await candidates()).filter((c) => c.id !== id);
    expect(others.length).toBeGreaterThan(0);
    const { incidentId } = await promoteCandidate(ctx(), { candidateId: id });
    const joined = await promoteCandidate(ctx(), {
      candidateId: others[0]!.id,
      mergeIntoIncidentId: incidentId,
    });
    expect(joined).toMatchObject({ incidentId, created: false });
    expect(await rows('incident_candidate')).toHaveLength(2);
    const links = await rows<{ source_key: string; link_type: string }>('provenance_link');
    expect(links).toContainEqual(
      expect.objectContaining({ source_key: others[0]!.id, link_type: 'JOINED', target_key: incidentId }),
    );
  });

  it('refuses to take a candidate out of the incident that it is part of', async () => {
    const { id } = await recurring();
    await ingest(BAD_DISK);
    const other = (await candidates()).find((c) => c.id !== id) as Row;
    await promoteCandidate(ctx(), { candidateId: id });
    const elsewhere = await promoteCandidate(ctx(), { candidateId: other.id });
    await expect(
      promoteCandidate(ctx(), { candidateId: id, mergeIntoIncidentId: elsewhere.incidentId }),
    ).rejects.toMatchObject({ code: 'CONFLICT', path: ['input', 'mergeIntoIncidentId'] });
  });

  it('refuses a retired incident with what to do, and leaves no trace', async () => {
    const { id } = await recurring();
    const { incidentId } = await promoteCandidate(ctx(), { candidateId: id });
    await updateIncident(ctx(), { incidentId, status: 'RETIRED' });
    await expect(
      promoteCandidate(ctx(), { candidateId: id, mergeIntoIncidentId: incidentId }),
    ).rejects.toMatchObject({ code: 'CONFLICT', path: ['input', 'mergeIntoIncidentId'] });
    expect(await rows('review')).toHaveLength(1);
    const anew = await promoteCandidate(ctx(), { candidateId: id });
    expect(anew.created).toBe(true);
    expect(anew.incidentId).not.toBe(incidentId);
  });

  it('refuses empty and overlong texts with their place', async () => {
    const { id } = await recurring();
    await expect(promoteCandidate(ctx(), { candidateId: id, title: '  ' })).rejects.toMatchObject({
      code: 'VALIDATION',
      path: ['input', 'title'],
    });
    await expect(promoteCandidate(ctx(), { candidateId: id, title: 'x'.repeat(201) })).rejects.toMatchObject({
      code: 'VALIDATION',
      path: ['input', 'title'],
    });
    await expect(promoteCandidate(ctx(), { candidateId: id, summary: 'a\u0000b' })).rejects.toMatchObject({
      code: 'VALIDATION',
      path: ['input', 'summary'],
    });
    expect(await rows('incident')).toEqual([]);
  });
});

describe('reviewing an incident or a lesson', () => {
  const direction: Record<ReviewDecision, number> = {
    NOISE: -1,
    FALSE_POSITIVE: -1,
    IGNORE: 0,
    INVESTIGATE: 1,
    USEFUL: 1,
    URGENT: 1,
    PROMOTE: 1,
  };

  it.each(REVIEW_DECISIONS)('%s moves the confidence of both and deletes neither', async (decision) => {
    const { id } = await recurring();
    const { incidentId } = await promoteCandidate(ctx(), { candidateId: id });
    const lessonId = await createLesson(ctx(), {
      title: 'Close the door',
      summary: 'Nobody needs root over SSH.',
      recommendation: 'PermitRootLogin no',
      incidentIds: [incidentId],
    });
    for (const [type, key, table] of [
      ['Incident', incidentId, 'incident'],
      ['Lesson', lessonId, 'lesson'],
    ] as const) {
      const [before] = await rows<{ confidence: number; status?: string }>(table);
      const outcome = await decide(key, decision, 'bob', type);
      const [after] = await rows<{ confidence: number; status?: string }>(table);
      expect(outcome).toMatchObject({ subject: { type, key }, scoreBefore: null, incidentId: null });
      expect(Math.sign(after!.confidence - before!.confidence)).toBe(direction[decision]);
      expect(after!.status).toBe(before!.status);
    }
    expect(await announced()).toContain(`incident UPDATED ${incidentId}`);
  });
});

describe("another tenant's ids", () => {
  it('are not found, whatever is done with them', async () => {
    const { id } = await recurring();
    const { incidentId } = await promoteCandidate(ctx(), { candidateId: id });
    const lessonId = await createLesson(ctx(), {
      title: 'a',
      summary: 'b',
      recommendation: 'c',
      candidateIds: [id],
    });
    const stranger = { ...ctx(), caller: await t.callerOf('stranger') };
    const attempts = [
      () => review(stranger, { subject: { type: 'Candidate', key: id }, decision: 'NOISE' }),
      () => review(stranger, { subject: { type: 'Incident', key: incidentId }, decision: 'NOISE' }),
      () => review(stranger, { subject: { type: 'Lesson', key: lessonId }, decision: 'NOISE' }),
      () => promoteCandidate(stranger, { candidateId: id }),
      () => updateIncident(stranger, { incidentId, title: 'mine now' }),
      () =>
        createLesson(stranger, { title: 'a', summary: 'b', recommendation: 'c', incidentIds: [incidentId] }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await rows('review')).toHaveLength(1);
  });
});
