// From anything in memory to the raw lines and to what was learned: also when the events are gone.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { type Answer, type Asker, askerOf } from '../support/asker.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const LINES = [1, 2, 3].map((day) => ({
  timestamp: `2026-03-0${day}T08:00:00Z`,
  host: 'store',
  service: 'kernel',
  severity: 'ERROR' as const,
  message: `No space left on device sdb${day}`,
}));

let t: TestPipeline;
let caller: Caller;
let graph: Asker;
const ids: Record<string, string> = {};

/** One of everything: a burst and a recurrence of one signature, an incident, a lesson, a hint and reviews. */
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-20T12:00:00Z', retentionDays: 60 });
  caller = await t.callerOf('provenance');
  graph = askerOf(t, caller);
  await t.pipeline.ingestEvents(caller, { events: LINES });
  await t.pipeline.settle(caller.tenantId);
  const { candidates, events, signatures } = await graph.ask(
    `{ candidates(filter: { types: [RECURRENCE] }) { nodes { id } } events { nodes { id } } signatures { nodes { id } } }`,
  );
  ids.Candidate = candidates.nodes[0].id;
  ids.Event = events.nodes[0].id;
  ids.Signature = signatures.nodes[0].id;
  const promoted = await graph.mutate(
    'promoteCandidate',
    'PromoteCandidateInput',
    { candidateId: ids.Candidate },
    '... on PromotePayload { incident { id } review { id } }',
  );
  ids.Incident = promoted.incident.id;
  ids.Review = promoted.review.id;
  const { lesson } = await graph.mutate(
    'createLesson',
    'CreateLessonInput',
    { title: 'a', summary: 'b', recommendation: 'c', incidentIds: [ids.Incident] },
    '... on LessonPayload { lesson { id } }',
  );
  ids.Lesson = lesson.id;
  const { runbookHint } = await graph.mutate(
    'createRunbookHint',
    'CreateRunbookHintInput',
    { title: 'a', hintText: 'b', signatureIds: [ids.Signature], incidentIds: [ids.Incident] },
    '... on RunbookHintPayload { runbookHint { id } }',
  );
  ids.RunbookHint = runbookHint.id;
});
afterAll(() => t.close());

async function steps(type: string, direction: 'UP' | 'DOWN'): Promise<string[]> {
  const { node } = await graph.ask(
    `query ($id: ID!) { node(id: $id) { ... on ${type} { provenance(direction: ${direction}) {
       linkType source { __typename } target { __typename } } } } }`,
    { id: ids[type] },
  );
  return node.provenance.map((l: Answer) => `${l.source.__typename} ${l.linkType} ${l.target.__typename}`);
}

const MADE = ['Candidate', 'Incident', 'Lesson', 'RunbookHint', 'Review'] as const;

describe('while the events are there', () => {
  it.each(MADE)('%s leads to the raw events', async (type) => {
    expect(await steps(type, 'UP')).toContain('Event EVIDENCE_OF Candidate');
  });

  it.each(['Event', 'Signature', 'Candidate', 'Incident'])('%s leads to what was learned', async (type) => {
    expect(await steps(type, 'DOWN')).toEqual(expect.arrayContaining(['Incident TAUGHT Lesson']));
  });

  it('an event that is no example leads there by its signature', async () => {
    await t.store.writePool.query(
      `delete from provenance_link where tenant_id = $1 and source_type = 'Event'`,
      [caller.tenantId],
    );
    expect(await steps('Event', 'DOWN')).toContain('Incident TAUGHT Lesson');
  });
});

describe('once the partition of the events has expired', () => {
  beforeAll(async () => {
    t.clock.set('2026-07-01T12:00:00Z');
    await t.another().start();
    const { events } = await graph.ask('{ events { totalCount } }');
    expect(events.totalCount).toBe(0);
  });

  it('the incident keeps the lines, with where and when they came from', async () => {
    const { node } = await graph.ask(
      `query ($id: ID!) { node(id: $id) { ... on Incident { events { id } recurrenceCount
         evidence { totalCount nodes { timestamp host service severity messageRaw event { id } signature { id } asset { hostname } incident { id } } } } } }`,
      { id: ids.Incident },
    );
    expect(node).toMatchObject({ events: [], recurrenceCount: 3, evidence: { totalCount: 3 } });
    expect(node.evidence.nodes.map((l: Answer) => l.messageRaw)).toEqual(
      LINES.map((line) => line.message).reverse(),
    );
    expect(node.evidence.nodes[0]).toMatchObject({
      timestamp: '2026-03-03T08:00:00.000Z',
      host: 'store',
      service: 'kernel',
      severity: 'ERROR',
      event: null,
      signature: { id: ids.Signature },
      asset: { hostname: 'store' },
      incident: { id: ids.Incident },
    });
  });

  it.each(MADE)('%s still leads to a raw line', async (type) => {
    const found = await steps(type, 'UP');
    expect(found).toContain('EvidenceLine EVIDENCE_OF Candidate');
    expect(found.join()).not.toMatch(/Event /);
  });

  it('a line leads to what was learned', async () => {
    const { node } = await graph.ask(
      `query ($id: ID!) { node(id: $id) { ... on Incident { evidence(first: 1) { nodes {
         provenance(direction: DOWN) { linkType target { __typename } } } } } } }`,
      { id: ids.Incident },
    );
    expect(node.evidence.nodes[0].provenance).toContainEqual({
      linkType: 'TAUGHT',
      target: { __typename: 'Lesson' },
    });
  });

  it('the answer is the same: seen before, with its incident, lesson and hint', async () => {
    const { seenBefore } = await graph.ask(
      `{ seenBefore(input: { message: { text: "No space left on device sdc9" } }) {
         verdict occurrenceCount incidents { incident { id } } lessons { id } runbookHints { id } } }`,
    );
    expect(seenBefore).toEqual({
      verdict: 'YES',
      occurrenceCount: 3,
      incidents: [{ incident: { id: ids.Incident } }],
      lessons: [{ id: ids.Lesson }],
      runbookHints: [{ id: ids.RunbookHint }],
    });
  });

  it('promoting what is left of it loses nothing, and a recurrence counts on', async () => {
    await t.pipeline.ingestEvents(caller, { events: [{ ...LINES[0]!, timestamp: '2026-06-30T08:00:00Z' }] });
    await t.pipeline.settle(caller.tenantId);
    await graph.mutate('promoteCandidate', 'PromoteCandidateInput', { candidateId: ids.Candidate! }, '');
    const { node } = await graph.ask(
      'query ($id: ID!) { node(id: $id) { ... on Incident { recurrenceCount status evidence { totalCount } } } }',
      { id: ids.Incident },
    );
    expect(node).toEqual({ recurrenceCount: 4, status: 'ACTIVE', evidence: { totalCount: 3 } });
  });
});
