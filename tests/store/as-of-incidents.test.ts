// What was known of incidents, lessons and hints before they were merged, parted, retired, edited, unlinked and tried.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Micros, parseMicros } from '../../src/domain/time.ts';
import { linkEndKey, provenanceLinks } from '../../src/memory/provenance.ts';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import { createLesson } from '../../src/review/create-lesson.ts';
import { createRunbookHint } from '../../src/review/create-runbook-hint.ts';
import { mergeIncidents } from '../../src/review/merge-incidents.ts';
import { promoteCandidate } from '../../src/review/promote-candidate.ts';
import { recordHintOutcome } from '../../src/review/record-hint-outcome.ts';
import { undoIncidentMerge } from '../../src/review/undo-incident-merge.ts';
import { unlinkLesson } from '../../src/review/unlink-lesson.ts';
import { unlinkRunbookHint } from '../../src/review/unlink-runbook-hint.ts';
import { updateIncident } from '../../src/review/update-incident.ts';
import { updateLesson } from '../../src/review/update-lesson.ts';
import { readAsOf } from '../../src/store/as-of/read-as-of.ts';
import type { VerbContext } from '../../src/store/verb.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const DAY_MS = 86_400_000;

let t: TestPipeline;
let ctx: VerbContext;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: new Date().toISOString() });
});
afterAll(() => t.close());
beforeEach(async () => {
  ctx = { store: t.store, clock: t.clock, caller: await t.callerOf(`asof-inc-${++tenants}`) };
});

async function now(): Promise<Micros> {
  const [row] = await t.store.read<{ at: string }[]>`select clock_timestamp() as at`;
  t.clock.set(new Date(Date.now() + 1).toISOString());
  return parseMicros(row!.at)!;
}

const DISK = 'No space left on device sdb1';
const MAIL = 'Mail queue cannot be written';

async function incidentOf(message: string, daysAgo: readonly number[]): Promise<string> {
  await t.pipeline.ingestEvents(ctx.caller, {
    events: daysAgo.map((days) => ({
      timestamp: new Date(Date.now() - days * DAY_MS).toISOString(),
      host: 'store',
      service: 'kernel',
      severity: 'ERROR',
      message,
    })),
  });
  await t.pipeline.settle(ctx.caller.tenantId);
  const [row] = await t.store.read<{ candidate_id: string }[]>`
    select candidate_id from candidate
     where tenant_id = ${ctx.caller.tenantId} and state = 'OPEN' and type = 'RECURRENCE' and not withdrawn`;
  return (await promoteCandidate(ctx, { candidateId: row!.candidate_id, title: message })).incidentId;
}

/** What is recalled of both messages, by title, with how often it happened and what is known about it. */
async function recalled(asOfUs: Micros | null): Promise<object> {
  const named = (
    sql: typeof t.store.read,
    table: string,
    column: string,
    id: string,
    ids: readonly string[],
  ) =>
    sql.unsafe<{ name: string }[]>(
      `select ${column} as name from ${table} join unnest($2::bigint[]) with ordinality as w(id, place) on ${id} = w.id
        where tenant_id = $1 order by place`,
      [ctx.caller.tenantId, [...ids]],
    );
  const of = async (text: string) => {
    const answer = await seenBefore(ctx, { message: { text, service: 'kernel' } }, asOfUs);
    const incidentIds = answer.incidents.map((i) => i.incidentId);
    const read = async (sql: typeof t.store.read) => ({
      verdict: answer.verdict,
      incidents: (
        await named(sql, 'incident', `title || ' ' || recurrence_count`, 'incident_id', incidentIds)
      ).map((r) => r.name),
      lessons: (await named(sql, 'lesson', 'title', 'lesson_id', answer.lessonIds)).map((r) => r.name),
      hints: (
        await named(sql, 'runbook_hint', `title || ' ' || worked_count`, 'hint_id', answer.runbookHintIds)
      ).map((r) => r.name),
      scores: answer.incidents.map((i) => i.score),
    });
    return asOfUs === null ? read(t.store.read) : readAsOf(t.store.read, asOfUs, read);
  };
  return { disk: await of(DISK), mail: await of(MAIL) };
}

/** Where each object leads, both ways. */
async function ways(
  asOfUs: Micros | null,
  ...starts: { type: 'Incident' | 'Lesson' | 'RunbookHint'; key: string }[]
) {
  const read = async (sql: typeof t.store.read) => {
    const found = await provenanceLinks(sql, ctx.caller.tenantId, starts, null);
    const links = await sql<{ link: string }[]>`
      select source_type || ' ' || source_key || ' ' || link_type || ' ' || target_type || ' ' || target_key as link
        from provenance_link where tenant_id = ${ctx.caller.tenantId}
         and link_id = any(${starts.flatMap((start) => found.get(linkEndKey(start)) ?? [])}::bigint[]) order by 1`;
    return links.map(({ link }) => link);
  };
  return asOfUs === null ? read(t.store.read) : readAsOf(t.store.read, asOfUs, read);
}

describe('what people changed in memory', () => {
  it('is told as it was at each moment: incidents, lessons, hints, and the ways between them', async () => {
    const disk = await incidentOf(DISK, [5, 4, 3]);
    const mail = await incidentOf(MAIL, [8, 7, 6, 2]);
    const lessonId = await createLesson(ctx, {
      title: 'Mind the queue',
      summary: 'S',
      recommendation: 'R',
      incidentIds: [mail],
    });
    const runbookHintId = await createRunbookHint(ctx, {
      title: 'Purge',
      hintText: 'T',
      incidentIds: [disk, mail],
    });
    const starts = [
      { type: 'Incident', key: disk },
      { type: 'Incident', key: mail },
      { type: 'Lesson', key: lessonId },
      { type: 'RunbookHint', key: runbookHintId },
    ] as const;
    const steps: (() => Promise<unknown>)[] = [
      () => mergeIncidents(ctx, { fromIncidentIds: [mail], intoIncidentId: disk }),
      () => updateLesson(ctx, { lessonId, title: 'Watch the queue' }),
      () => undoIncidentMerge(ctx, { incidentId: mail }),
      () => recordHintOutcome(ctx, { runbookHintId, outcome: 'WORKED', incidentId: disk }),
      () => updateLesson(ctx, { lessonId, incidentIds: [disk] }),
      () => unlinkLesson(ctx, { lessonId, incidentIds: [mail] }),
      () => unlinkRunbookHint(ctx, { runbookHintId, incidentIds: [disk] }),
      () => updateIncident(ctx, { incidentId: mail, status: 'RETIRED' }),
      () => updateIncident(ctx, { incidentId: mail, status: 'ACTIVE' }),
    ];
    const told: [Micros, object, string[]][] = [];
    const note = async () => {
      const [answer, links] = [await recalled(null), await ways(null, ...starts)];
      told.push([await now(), answer, links]);
    };
    await note();
    for (const step of steps) {
      await step();
      await note();
    }
    const of = (i: number) => told[i]![1];
    expect(of(0)).toMatchObject({
      disk: { incidents: [`${DISK} 3`], lessons: [] },
      mail: { incidents: [`${MAIL} 4`] },
    });
    expect(of(1)).toMatchObject({ disk: { incidents: [`${DISK} 7`] }, mail: { incidents: [`${DISK} 7`] } });
    expect(of(2)).toMatchObject({ mail: { lessons: ['Watch the queue'] } });
    expect(of(3)).toMatchObject({ disk: { incidents: [`${DISK} 3`] }, mail: { incidents: [`${MAIL} 4`] } });
    expect(of(4)).toMatchObject({ disk: { hints: ['Purge 1'] } });
    expect(of(6)).toMatchObject({ disk: { lessons: ['Watch the queue'] }, mail: { lessons: [] } });
    expect(of(7)).toMatchObject({ disk: { hints: [] }, mail: { hints: ['Purge 1'] } });
    expect(of(8)).toMatchObject({ mail: { verdict: 'YES', incidents: [] } });
    expect(of(9)).toMatchObject({ mail: { incidents: [`${MAIL} 4`] } });
    for (const [i, [at, answer, links]] of told.entries()) {
      expect(await recalled(at), `after step ${i}`).toEqual(answer);
      expect(await ways(at, ...starts), `links after step ${i}`).toEqual(links);
    }
  });
});
