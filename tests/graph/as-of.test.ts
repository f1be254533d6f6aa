// `asOf` on a root field holds for everything below it, however it is read.
import { graphql } from 'graphql';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { GraphServices } from '../../src/graph/context.ts';
import { buildSchema } from '../../src/graph/schema.ts';
import { createLesson } from '../../src/review/create-lesson.ts';
import { promoteCandidate } from '../../src/review/promote-candidate.ts';
import { updateIncident } from '../../src/review/update-incident.ts';
import { updateLesson } from '../../src/review/update-lesson.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const HOUR_MS = 3_600_000;
const schema = buildSchema();

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: new Date().toISOString() });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`asof-graph-${++tenants}`);
});

// biome-ignore lint/suspicious/noExplicitAny: answers are compared, never computed with
type Answer = Record<string, any>;

async function run(source: string, variableValues: Record<string, unknown> = {}): Promise<Answer> {
  const services = { store: t.store, clock: t.clock, pipeline: t.pipeline } as unknown as GraphServices;
  const result = await graphql({ schema, source, variableValues, contextValue: { services, caller } });
  if (result.errors) throw result.errors[0];
  return result.data as Answer;
}

async function now(): Promise<string> {
  const [row] = await t.store.read<{ at: string }[]>`
    select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`;
  t.clock.set(new Date(Date.now() + 1).toISOString());
  return row!.at;
}

const line = (hoursAgo: number, n: number, program = 'sshd') =>
  `${new Date(Date.now() - hoursAgo * HOUR_MS).toISOString()} gate ${program}[${n}]: error: maximum authentication attempts exceeded for root from 203.0.113.${n} port ${n} ssh2`;

async function ingest(lines: string[]): Promise<void> {
  await t.pipeline.ingestLines(caller, { lines, sourceType: 'SYSLOG' });
  await t.pipeline.settle(caller.tenantId);
}

const recurring = (program: string) => [90, 70, 40, 20, 2].map((hours, n) => line(hours, n + 1, program));

async function promoteFirst(title: string): Promise<string> {
  const [row] = await t.store.read<{ candidate_id: string }[]>`
    select candidate_id from candidate where tenant_id = ${caller.tenantId} and type = 'RECURRENCE' and state = 'OPEN'`;
  const ctx = { store: t.store, clock: t.clock, caller };
  return (await promoteCandidate(ctx, { candidateId: row!.candidate_id, title })).incidentId;
}

const EVERYTHING = `query ($asOf: DateTime) {
  candidates(asOf: $asOf, filter: { types: [RECURRENCE] }) {
    totalCount
    nodes { state version reviews { decision } incidents { title } provenance { linkType } }
  }
  incidents(asOf: $asOf) { totalCount nodes { title lessons { title } candidates { state } reviews { decision } } }
  lessons(asOf: $asOf) { nodes { title incidents { title } } }
  seenBefore(asOf: $asOf, input: { message: { text: "error: maximum authentication attempts exceeded for root from 192.0.2.1 port 9 ssh2" } }) {
    verdict occurrenceCount signature { occurrenceCount }
    incidents { incident { title lessons { title } } } lessons { title }
    coverage { to }
  }
}`;

it('every level shows what was known then', async () => {
  await ingest(recurring('sshd'));
  const before = await now();
  const incidentId = await promoteFirst('Door knocking');
  const ctx = { store: t.store, clock: t.clock, caller };
  const lessonId = await createLesson(ctx, {
    title: 'Close it',
    summary: 'S',
    recommendation: 'R',
    incidentIds: [incidentId],
  });
  const between = await now();
  await updateIncident(ctx, { incidentId, title: 'Brute force' });
  await updateLesson(ctx, { lessonId, title: 'Close all' });
  await ingest([line(1, 9)]);

  const first = await run(EVERYTHING, { asOf: before });
  expect(first.candidates).toMatchObject({
    totalCount: 1,
    nodes: [{ state: 'OPEN', version: 1, reviews: [], incidents: [] }],
  });
  expect(first.incidents).toEqual({ totalCount: 0, nodes: [] });
  expect(first.lessons.nodes).toEqual([]);
  expect(first.seenBefore).toMatchObject({
    verdict: 'YES',
    occurrenceCount: 5,
    signature: { occurrenceCount: 5 },
    incidents: [],
    lessons: [],
  });

  const second = await run(EVERYTHING, { asOf: between });
  expect(second.candidates.nodes).toMatchObject([
    { state: 'PROMOTED', incidents: [{ title: 'Door knocking' }] },
  ]);
  expect(second.incidents.nodes).toMatchObject([
    { title: 'Door knocking', lessons: [{ title: 'Close it' }], candidates: [{ state: 'PROMOTED' }] },
  ]);
  expect(second.seenBefore).toMatchObject({
    occurrenceCount: 5,
    incidents: [{ incident: { title: 'Door knocking', lessons: [{ title: 'Close it' }] } }],
    lessons: [{ title: 'Close it' }],
  });

  const today = await run(EVERYTHING);
  expect(today.incidents.nodes).toMatchObject([{ title: 'Brute force', lessons: [{ title: 'Close all' }] }]);
  expect(today.seenBefore).toMatchObject({
    occurrenceCount: 6,
    incidents: [{ incident: { title: 'Brute force' } }],
  });
  expect(today.candidates.nodes[0].provenance.map((l: Answer) => l.linkType)).toContain('PROMOTED_TO');
});

it('two moments in one operation are told apart', async () => {
  await ingest(recurring('sshd'));
  const before = await now();
  await promoteFirst('Door knocking');
  const answer = await run(
    `query ($asOf: DateTime!) {
       then: candidates(asOf: $asOf, filter: { types: [RECURRENCE] }) { nodes { state incidents { title } provenance { linkType } } }
       now: candidates(filter: { types: [RECURRENCE] }) { nodes { state incidents { title } provenance { linkType } } }
     }`,
    { asOf: before },
  );
  expect(answer.then.nodes).toMatchObject([{ state: 'OPEN', incidents: [] }]);
  expect(answer.now.nodes).toMatchObject([{ state: 'PROMOTED', incidents: [{ title: 'Door knocking' }] }]);
});

it('filters and pages go by the values of then, and a page does not move while memory goes on', async () => {
  await ingest(['sshd', 'dropbear', 'telnetd'].flatMap(recurring));
  const before = await now();
  const PAGE = `query ($asOf: DateTime, $after: String, $states: [CandidateState!]) {
    candidates(asOf: $asOf, first: 1, after: $after, filter: { types: [RECURRENCE], states: $states }) {
      nodes { id scoreTotal } pageInfo { hasNextPage endCursor }
    }
  }`;
  const pages = async () => {
    const ids: string[] = [];
    for (let after: string | null = null; ; ) {
      const { candidates } = await run(PAGE, { asOf: before, after, states: ['OPEN'] });
      ids.push(...candidates.nodes.map((node: Answer) => node.id));
      if (!candidates.pageInfo.hasNextPage) return ids;
      after = candidates.pageInfo.endCursor;
      await promoteFirst('Another').catch(() => null);
    }
  };
  const open = await pages();
  expect(new Set(open).size).toBe(3);
  expect((await run(PAGE, { asOf: await now(), states: ['PROMOTED'] })).candidates.nodes).toHaveLength(1);
  expect(await pages()).toEqual(open);
});

it('another tenant has no past here either', async () => {
  await ingest(recurring('sshd'));
  await promoteFirst('Door knocking');
  const after = await now();
  caller = await t.callerOf(`asof-graph-${++tenants}`);
  const nobody = await run(EVERYTHING, { asOf: after });
  expect(nobody).toMatchObject({
    candidates: { totalCount: 0 },
    incidents: { totalCount: 0 },
    seenBefore: { verdict: 'UNKNOWN', occurrenceCount: 0 },
  });
});
