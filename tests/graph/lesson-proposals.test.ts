import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { type Answer, type Asker, askerOf } from '../support/asker.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let graph: Asker;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-20T12:00:00Z' });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`prop${++tenants}`);
  graph = askerOf(t, caller);
});

async function candidateOf(days: readonly number[]): Promise<string> {
  await t.pipeline.ingestEvents(caller, {
    events: days.map((day) => ({
      timestamp: new Date(Date.UTC(2026, 2, day, 8)).toISOString(),
      host: 'store',
      service: 'kernel',
      severity: 'ERROR',
      message: 'No space left on device sdb1',
    })),
  });
  await t.pipeline.settle(caller.tenantId);
  const { candidates } = await graph.ask(
    '{ candidates(filter: { types: [RECURRENCE] }, orderBy: LAST_SEEN, first: 1) { nodes { id } } }',
  );
  return candidates.nodes[0].id;
}

const decide = (subjectId: string, decision: string, reviewer: string, notes?: string) =>
  graph.mutate(
    'review',
    'ReviewInput',
    { subjectId, decision, reviewer, notes },
    '... on ReviewPayload { incident { id } }',
  );

const proposals = async (): Promise<Answer[]> =>
  (
    await graph.ask(
      `{ lessonProposals { nodes { id state title summary recommendation signature { pattern } reviews { reviewer decision }
           lesson { id } decidedBy } } }`,
    )
  ).lessonProposals.nodes;

const ANSWER =
  '... on LessonProposalPayload { proposal { state decidedBy } lesson { id title recommendation incidents { id } signatures { pattern } candidates { id } } }';
const accept = (proposalId: string, more: object = {}) =>
  graph.mutate('acceptLessonProposal', 'AcceptLessonProposalInput', { proposalId, ...more }, ANSWER);
const dismiss = (proposalId: string, more: object = {}) =>
  graph.mutate('dismissLessonProposal', 'DismissLessonProposalInput', { proposalId, ...more }, ANSWER);

it('two reviews that find one family worth remembering propose a lesson; one does not, nor does anything else', async () => {
  const id = await candidateOf([1, 2, 3]);
  await decide(id, 'USEFUL', 'ada', 'the backup was not rotated');
  await decide(id, 'URGENT', 'bob');
  await decide(id, 'USEFUL', 'ada');
  expect(await proposals()).toEqual([]);
  await decide(id, 'PROMOTE', 'bob', 'again the backup');
  expect(await proposals()).toMatchObject([
    {
      state: 'OPEN',
      title: 'What to do about «No space left on device <*>»',
      summary: expect.stringMatching(
        /^2 reviews found .* ada \(USEFUL\) and bob \(PROMOTE\)\. They wrote: "again the backup"\.$/,
      ),
      recommendation: null,
      signature: { pattern: 'No space left on device <*>' },
      lesson: null,
    },
  ]);
  const { lessons } = await graph.ask('{ lessons { totalCount } }');
  expect(lessons.totalCount).toBe(0);
});

it('more reviews and a hint say more in the same proposal', async () => {
  const id = await candidateOf([1, 2, 3]);
  for (const who of ['ada', 'bob', 'eve']) await decide(id, 'USEFUL', who);
  const { incident } = await decide(id, 'PROMOTE', 'eve');
  await graph.mutate(
    'createRunbookHint',
    'CreateRunbookHintInput',
    { title: 'x', hintText: 'Rotate it.', incidentIds: [incident.id] },
    '',
  );
  await decide(await candidateOf([14, 15, 16]), 'USEFUL', 'ada');
  expect(await proposals()).toMatchObject([
    {
      summary: expect.stringMatching(/^4 reviews found/),
      recommendation: 'Rotate it.',
      reviews: { length: 5 },
    },
  ]);
});

it('accepting it makes the lesson, taught by signature, incident and candidates, once', async () => {
  const id = await candidateOf([1, 2, 3]);
  await decide(id, 'USEFUL', 'ada');
  const { incident } = await decide(id, 'PROMOTE', 'bob');
  const [open] = await proposals();
  expect(await accept(open!.id)).toMatchObject({ code: 'VALIDATION', path: ['input', 'recommendation'] });
  expect((await proposals())[0]).toMatchObject({ state: 'OPEN' });
  const both = await Promise.all(
    ['ada', 'bob'].map((decidedBy) => accept(open!.id, { recommendation: 'Rotate the backup.', decidedBy })),
  );
  expect(both.map((b) => b.__typename).sort()).toEqual(['ConflictError', 'LessonProposalPayload']);
  expect(both.find((b) => b.lesson)).toMatchObject({
    proposal: { state: 'ACCEPTED' },
    lesson: {
      title: open!.title,
      recommendation: 'Rotate the backup.',
      incidents: [incident],
      signatures: [{ pattern: 'No space left on device <*>' }],
      candidates: [{ id }],
    },
  });
  await decide(id, 'USEFUL', 'eve');
  await decide(await candidateOf([14, 15, 16]), 'USEFUL', 'eve');
  expect(await proposals()).toHaveLength(1);
  const { lessons } = await graph.ask('{ lessons { totalCount } }');
  expect(lessons.totalCount).toBe(1);
});

it('what was dismissed is proposed again by two later reviews, not by one', async () => {
  const id = await candidateOf([1, 2, 3]);
  await decide(id, 'USEFUL', 'ada');
  await decide(id, 'USEFUL', 'bob');
  const [open] = await proposals();
  expect(await dismiss(open!.id, { notes: 'nothing to learn', decidedBy: 'eve' })).toMatchObject({
    proposal: { state: 'DISMISSED', decidedBy: 'eve' },
    lesson: null,
  });
  expect(await accept(open!.id, { recommendation: 'x' })).toMatchObject({ code: 'CONFLICT' });
  t.clock.advanceMs(1_000);
  await decide(id, 'USEFUL', 'ada');
  expect(await proposals()).toHaveLength(1);
  await decide(id, 'USEFUL', 'bob');
  expect((await proposals()).map((p) => p.state)).toEqual(['OPEN', 'DISMISSED']);
});

it("is another tenant's affair", async () => {
  const id = await candidateOf([1, 2, 3]);
  await decide(id, 'USEFUL', 'ada');
  await decide(id, 'USEFUL', 'bob');
  const [open] = await proposals();
  graph = askerOf(t, await t.callerOf('stranger'));
  expect(await proposals()).toEqual([]);
  expect(await dismiss(open!.id)).toMatchObject({ code: 'NOT_FOUND', path: ['input', 'proposalId'] });
});
