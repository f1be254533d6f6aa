// Incidents that turn out to be one become one, and apart again, without losing anything on the way.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { linkEndKey, provenanceLinks } from '../../src/memory/provenance.ts';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import { createLesson } from '../../src/review/create-lesson.ts';
import { createRunbookHint } from '../../src/review/create-runbook-hint.ts';
import { mergeIncidents } from '../../src/review/merge-incidents.ts';
import { promoteCandidate } from '../../src/review/promote-candidate.ts';
import { review } from '../../src/review/review.ts';
import { undoIncidentMerge } from '../../src/review/undo-incident-merge.ts';
import { updateIncident } from '../../src/review/update-incident.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-20T12:00:00Z' });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`merge${++tenants}`);
});

const ctx = () => ({ store: t.store, clock: t.clock, caller });

const DISK = 'No space left on device sdb1';
const MAIL = 'Mail queue cannot be written';
const LINK = 'Carrier of bond0 was lost';

async function tell(message: string, days: readonly number[], host = 'store'): Promise<void> {
  await t.pipeline.ingestEvents(caller, {
    events: days.map((day) => ({
      timestamp: new Date(Date.UTC(2026, 2, day, 8)).toISOString(),
      host,
      service: 'kernel',
      severity: 'ERROR',
      message,
    })),
  });
  await t.pipeline.settle(caller.tenantId);
}

/** Told on three days, and promoted. */
async function incidentOf(message: string, days = [1, 2, 3]): Promise<string> {
  await tell(message, days);
  const [candidate] = await t.store.read<{ id: string }[]>`
    select c.candidate_id as id from candidate c
      join candidate_signature x using (tenant_id, candidate_id)
      join signature s using (tenant_id, signature_id)
     where tenant_id = ${caller.tenantId} and s.example_message = ${message} and not c.withdrawn`;
  const { incidentId } = await promoteCandidate(ctx(), { candidateId: candidate!.id, title: message });
  return incidentId;
}

const rows = <T extends object>(table: string, order = '1') =>
  t.store.read.unsafe<T[]>(`select * from ${table} where tenant_id = $1 order by ${order}`, [
    caller.tenantId,
  ]);

async function incident(id: string) {
  const [row] = await t.store.read<
    { n: number; status: string; into: string | null; first: string; last: string }[]
  >`
    select recurrence_count as n, status, merged_into_id as into, first_observed_at as first, last_observed_at as last
      from incident where tenant_id = ${caller.tenantId} and incident_id = ${id}`;
  return row!;
}

/** All that hangs on an incident, and all that leads to and from it. */
async function holdings(id: string) {
  const of = async (table: string, column: string) =>
    (
      await t.store.read.unsafe<{ id: string }[]>(
        `select ${column}::text as id from ${table} where tenant_id = $1 and incident_id = $2 order by 1`,
        [caller.tenantId, id],
      )
    ).map((row) => row.id);
  return {
    candidates: await of('incident_candidate', 'candidate_id'),
    signatures: await of('incident_signature', 'signature_id'),
    assets: await of('incident_asset', 'asset_id'),
    lessons: await of('incident_lesson', 'lesson_id'),
    hints: await of('hint_incident', 'hint_id'),
    recurrences: await of('incident_recurrence', 'start_at'),
    links: (
      await rows<{
        source_type: string;
        source_key: string;
        target_type: string;
        target_key: string;
        link_type: string;
      }>('provenance_link', 'source_type, source_key, target_type, target_key')
    )
      .filter(
        (l) =>
          (l.source_type === 'Incident' && l.source_key === id) ||
          (l.target_type === 'Incident' && l.target_key === id),
      )
      .map((l) => `${l.source_type} ${l.source_key} ${l.link_type} ${l.target_type} ${l.target_key}`),
    row: await incident(id),
  };
}

async function linkedTypes(id: string, direction: 'UP' | 'DOWN'): Promise<string[]> {
  const start = { type: 'Incident', key: id } as const;
  const found = await provenanceLinks(t.store.read, caller.tenantId, [start], direction);
  const links = await t.store.read<{ step: string }[]>`
    select distinct source_type || ' ' || link_type || ' ' || target_type as step from provenance_link
     where tenant_id = ${caller.tenantId} and link_id = any(${found.get(linkEndKey(start))!}::bigint[]) order by 1`;
  return links.map((l) => l.step);
}

const ask = (text: string) => seenBefore(ctx(), { message: { text } });

describe('merged incidents', () => {
  it('are one: what both hold, counted over both', async () => {
    const [disk, mail] = [await incidentOf(DISK, [1, 2, 3]), await incidentOf(MAIL, [2, 5, 8])];
    await mergeIncidents(ctx(), { fromIncidentIds: [mail], intoIncidentId: disk, notes: 'the same disk' });
    const held = await holdings(disk);
    expect(held).toMatchObject({ candidates: { length: 2 }, signatures: { length: 2 } });
    expect(held.row).toMatchObject({
      n: 5,
      into: null,
      first: '2026-03-01 08:00:00+00',
      last: '2026-03-08 08:00:00+00',
    });
    expect(await incident(mail)).toMatchObject({ into: disk, n: 3 });
    expect(await rows('incident_merge')).toMatchObject([
      { from_id: mail, into_id: disk, author: 'tester', notes: 'the same disk' },
    ]);
    expect(
      (await rows<{ reason: string; topic: string }>('outbox', 'seq')).slice(-2).map((o) => o.reason),
    ).toEqual(['MERGED', 'MERGED']);
  });

  it('are recalled as the one, by the words of either', async () => {
    const [disk, mail] = [await incidentOf(DISK), await incidentOf(MAIL)];
    await mergeIncidents(ctx(), { fromIncidentIds: [mail], intoIncidentId: disk });
    for (const text of [DISK, MAIL])
      expect((await ask(text)).incidents.map((i) => i.incidentId)).toEqual([disk]);
  });

  it('go on being observed by the signatures of either', async () => {
    const [disk, mail] = [await incidentOf(DISK), await incidentOf(MAIL)];
    await mergeIncidents(ctx(), { fromIncidentIds: [mail], intoIncidentId: disk });
    await tell(MAIL, [12]);
    expect(await incident(disk)).toMatchObject({ n: 4, last: '2026-03-12 08:00:00+00' });
    expect(await incident(mail)).toMatchObject({ n: 3 });
  });

  it('are found by their old ids, whatever is done with them', async () => {
    const [disk, mail] = [await incidentOf(DISK), await incidentOf(MAIL)];
    await mergeIncidents(ctx(), { fromIncidentIds: [mail], intoIncidentId: disk });
    const lessonId = await createLesson(ctx(), {
      title: 'a',
      summary: 'b',
      recommendation: 'c',
      incidentIds: [mail],
    });
    await updateIncident(ctx(), { incidentId: mail, title: 'Disk and mail' });
    expect((await holdings(disk)).lessons).toEqual([lessonId]);
    expect(await rows('incident', 'incident_id')).toMatchObject([
      { title: 'Disk and mail' },
      { title: MAIL },
    ]);
  });

  it('lead down to the evidence of both, and up to the lessons of both', async () => {
    const [disk, mail] = [await incidentOf(DISK), await incidentOf(MAIL)];
    await createLesson(ctx(), { title: 'a', summary: 'b', recommendation: 'c', incidentIds: [mail] });
    await mergeIncidents(ctx(), { fromIncidentIds: [mail], intoIncidentId: disk });
    expect(await linkedTypes(disk, 'UP')).toEqual(['Incident TAUGHT Lesson']);
    expect(await linkedTypes(disk, 'DOWN')).toEqual(
      expect.arrayContaining([
        'Candidate PROMOTED_TO Incident',
        'Event EVIDENCE_OF Candidate',
        'Incident MERGED_INTO Incident',
      ]),
    );
  });
});

describe('undoing a merge', () => {
  it('leaves everything as if it had not been', async () => {
    const [disk, mail] = [await incidentOf(DISK, [1, 2, 3]), await incidentOf(MAIL, [2, 5, 8])];
    await createLesson(ctx(), { title: 'a', summary: 'b', recommendation: 'c', incidentIds: [mail] });
    await createRunbookHint(ctx(), { title: 'a', hintText: 'b', incidentIds: [mail] });
    const before = [await holdings(disk), await holdings(mail)];
    await mergeIncidents(ctx(), { fromIncidentIds: [mail], intoIncidentId: disk });
    expect((await holdings(disk)).hints).toHaveLength(1);
    expect(await undoIncidentMerge(ctx(), { incidentId: mail })).toEqual({
      incidentId: mail,
      partedFromId: disk,
    });
    expect([await holdings(disk), await holdings(mail)]).toEqual(before);
    expect(await rows('incident_merge')).toMatchObject([{ undone_by: 'tester' }]);
  });

  it('keeps what came since, each where it belongs', async () => {
    const [disk, mail] = [await incidentOf(DISK), await incidentOf(MAIL)];
    await mergeIncidents(ctx(), { fromIncidentIds: [mail], intoIncidentId: disk });
    await tell(MAIL, [12]);
    const lessonId = await createLesson(ctx(), {
      title: 'a',
      summary: 'b',
      recommendation: 'c',
      incidentIds: [disk],
    });
    await undoIncidentMerge(ctx(), { incidentId: mail });
    expect(await incident(disk)).toMatchObject({ n: 3, last: '2026-03-03 08:00:00+00' });
    expect(await incident(mail)).toMatchObject({ n: 4, last: '2026-03-12 08:00:00+00', into: null });
    expect((await holdings(disk)).lessons).toEqual([lessonId]);
    expect((await ask(MAIL)).incidents.map((i) => i.incidentId)).toEqual([mail]);
  });

  it('leaves what another merge brought as well', async () => {
    const [disk, mail, link] = [
      await incidentOf(DISK),
      await incidentOf(MAIL),
      await incidentOf(LINK, [4, 5, 6]),
    ];
    const lessonId = await createLesson(ctx(), {
      title: 'a',
      summary: 'b',
      recommendation: 'c',
      incidentIds: [mail, link],
    });
    await mergeIncidents(ctx(), { fromIncidentIds: [mail, link], intoIncidentId: disk });
    expect((await incident(disk)).n).toBe(6);
    await undoIncidentMerge(ctx(), { incidentId: mail });
    expect(await holdings(disk)).toMatchObject({
      lessons: [lessonId],
      candidates: { length: 2 },
      row: { n: 6 },
    });
    await undoIncidentMerge(ctx(), { incidentId: link });
    expect(await holdings(disk)).toMatchObject({
      lessons: [],
      candidates: { length: 1 },
      row: { n: 3, last: '2026-03-03 08:00:00+00' },
    });
  });

  it('is refused beneath a later merge, where nothing was merged, and for an unknown id', async () => {
    const [disk, mail, link] = [await incidentOf(DISK), await incidentOf(MAIL), await incidentOf(LINK)];
    await mergeIncidents(ctx(), { fromIncidentIds: [mail], intoIncidentId: disk });
    await mergeIncidents(ctx(), { fromIncidentIds: [disk], intoIncidentId: link });
    const path = ['input', 'incidentId'];
    await expect(undoIncidentMerge(ctx(), { incidentId: mail })).rejects.toMatchObject({
      code: 'CONFLICT',
      path,
    });
    await expect(undoIncidentMerge(ctx(), { incidentId: link })).rejects.toMatchObject({
      code: 'CONFLICT',
      path,
    });
    await expect(undoIncidentMerge(ctx(), { incidentId: '9' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      path,
    });
    await undoIncidentMerge(ctx(), { incidentId: disk });
    await undoIncidentMerge(ctx(), { incidentId: mail });
    expect((await rows<{ merged_into_id: string | null }>('incident')).map((i) => i.merged_into_id)).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('a merge', () => {
  it('is refused into itself, into what is retired, of nothing, and of strangers', async () => {
    const [disk, mail] = [await incidentOf(DISK), await incidentOf(MAIL)];
    const merge = (fromIncidentIds: string[], intoIncidentId: string, who = ctx()) =>
      mergeIncidents(who, { fromIncidentIds, intoIncidentId });
    await expect(merge([disk], disk)).rejects.toMatchObject({
      code: 'CONFLICT',
      path: ['input', 'fromIncidentIds'],
    });
    await expect(merge([], disk)).rejects.toMatchObject({ code: 'VALIDATION' });
    await expect(merge([disk, '9'], mail)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      path: ['input', 'fromIncidentIds', '1'],
    });
    const stranger = { ...ctx(), caller: await t.callerOf('stranger') };
    await expect(merge([disk], mail, stranger)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await updateIncident(ctx(), { incidentId: mail, status: 'RETIRED' });
    await expect(merge([disk], mail)).rejects.toMatchObject({
      code: 'CONFLICT',
      path: ['input', 'intoIncidentId'],
    });
    expect(await rows('incident_merge')).toEqual([]);
    await merge([mail], disk);
    await expect(merge([mail], disk)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('at the same moment, each into the other, makes one of them', async () => {
    const [disk, mail] = [await incidentOf(DISK), await incidentOf(MAIL)];
    const outcomes = await Promise.allSettled([
      mergeIncidents(ctx(), { fromIncidentIds: [mail], intoIncidentId: disk }),
      mergeIncidents(ctx(), { fromIncidentIds: [disk], intoIncidentId: mail }),
    ]);
    expect(outcomes.map((o) => o.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(
      (await rows<{ merged_into_id: string | null }>('incident')).filter((i) => i.merged_into_id === null),
    ).toHaveLength(1);
  });

  it('keeps the reviews of both on record', async () => {
    const [disk, mail] = [await incidentOf(DISK), await incidentOf(MAIL)];
    await review(ctx(), { subject: { type: 'Incident', key: mail }, decision: 'USEFUL' });
    await mergeIncidents(ctx(), { fromIncidentIds: [mail], intoIncidentId: disk });
    await review(ctx(), { subject: { type: 'Incident', key: mail }, decision: 'URGENT' });
    expect(
      (await rows<{ incident_id: string | null }>('review', 'review_id'))
        .map((r) => r.incident_id)
        .filter(Boolean),
    ).toEqual([mail, disk]);
  });
});
