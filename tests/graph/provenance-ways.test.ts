// From an object of every type to the raw lines and to the lessons, whatever became of the incident meanwhile.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Asker, askerOf } from '../support/asker.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.parse('2026-03-10T08:00:00Z');

let t: TestPipeline;
let graph: Asker;

const served = (status: number, n: number) => ({
  timestamp: new Date(START_MS + n * 100).toISOString(),
  host: 'web-1',
  service: 'shop',
  severity: 'ERROR' as const,
  message: `10.0.0.1 - - "GET /cart HTTP/1.1" ${status} ${512 + n}`,
});
/** A habit, then a burst of failures among what goes well. */
const HABIT = Array.from({ length: 180 }, (_, i) => ({
  ...served(200, i),
  timestamp: new Date(START_MS - (180 - i) * MINUTE_MS).toISOString(),
}));
const BURST = Array.from({ length: 400 }, (_, i) => served(500, i));
const DISK = [1, 2, 3].map((day) => ({
  timestamp: `2026-03-0${day}T08:00:00Z`,
  host: 'store',
  service: 'kernel',
  severity: 'ERROR' as const,
  message: `No space left on device sdb${day}`,
}));

const ids: Record<string, string> = {};
let disk: string;

const write = async (name: string, input: object, payload: string): Promise<Answer> => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const answer = await graph.mutate(name, type, input, payload);
  if (answer.code !== undefined) throw new Error(`${name}: ${answer.message}`);
  return answer;
};

beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z', retentionDays: 60 });
  graph = askerOf(t, t.caller);
  await t.pipeline.ingestEvents(t.caller, { events: [...HABIT, ...BURST, ...DISK] });
  await t.pipeline.settle(t.caller.tenantId);
  const found = await graph.ask(`{
    bursts: candidates(filter: { types: [BURST] }) { nodes { id signatures { nodes { id } } events(first: 1) { nodes { id } } groups { nodes { id } } } }
    recurrences: candidates(filter: { types: [RECURRENCE] }) { nodes { id } }
    signals(filter: { kinds: [SPIKE] }) { nodes { id } } }`);
  const [burst] = found.bursts.nodes as Answer[];
  ids.Candidate = burst!.id;
  ids.Event = burst!.events.nodes[0].id;
  ids.Signature = burst!.signatures.nodes[0].id;
  ids.CorrelationGroup = burst!.groups.nodes[0].id;
  ids.Signal = found.signals.nodes[0].id;
  const promote = async (candidateId: string, title: string) =>
    write(
      'promoteCandidate',
      { candidateId, title },
      '... on PromotePayload { incident { id evidence(first: 1) { nodes { id } } } review { id } }',
    );
  const promoted = await promote(ids.Candidate!, 'The shop fails');
  ids.Incident = promoted.incident.id;
  ids.EvidenceLine = promoted.incident.evidence.nodes[0].id;
  ids.Review = promoted.review.id;
  disk = (await promote(found.recurrences.nodes[0].id, 'Disk full')).incident.id;
  const lesson = {
    title: 'Watch the pool',
    summary: 'It ran dry.',
    recommendation: 'Raise it.',
    incidentIds: [ids.Incident],
  };
  ids.Lesson = (await write('createLesson', lesson, '... on LessonPayload { lesson { id } }')).lesson.id;
  const hint = {
    title: 'Look',
    hintText: 'Look at the pool.',
    signatureIds: [ids.Signature],
    incidentIds: [ids.Incident],
  };
  ids.RunbookHint = (
    await write('createRunbookHint', hint, '... on RunbookHintPayload { runbookHint { id } }')
  ).runbookHint.id;
});
afterAll(() => t.close());

interface Step {
  readonly linkType: string;
  readonly source: { readonly __typename: string; readonly id: string };
  readonly target: { readonly __typename: string; readonly id: string };
}

/** The types that the way passes, each link held together by the next. */
async function passed(type: string, id: string, direction: 'UP' | 'DOWN'): Promise<Set<string>> {
  const { node } = await graph.ask(
    `query ($id: ID!) { node(id: $id) { ... on ${type} { provenance(direction: ${direction}) {
       linkType source { __typename id } target { __typename id } } } } }`,
    { id },
  );
  const links = node.provenance as Step[];
  return new Set(links.flatMap(({ source, target }) => [source, target]).map((end) => end.__typename));
}

const ABOVE = ['Event', 'EvidenceLine', 'Signature', 'Signal', 'CorrelationGroup', 'Candidate', 'Incident'];
const MADE = ['Candidate', 'Incident', 'Lesson', 'RunbookHint', 'Review'];

async function expectWays(raw: string, without: readonly string[] = []) {
  for (const type of MADE)
    expect(await passed(type, ids[type]!, 'UP'), `${type} to the raw lines`).toContain(raw);
  for (const type of ABOVE.filter((each) => !without.includes(each)))
    expect(await passed(type, ids[type]!, 'DOWN'), `${type} to the lessons`).toContain('Lesson');
}

describe('an object of every type leads to the raw lines and to the lessons', () => {
  it('when the incident was made', async () => {
    await expectWays('Event');
  });

  it('when the incident became part of another, and stands for itself again', async () => {
    await write('mergeIncidents', { fromIncidentIds: [ids.Incident], intoIncidentId: disk }, '');
    await expectWays('Event');
    const { node } = await graph.ask(
      'query ($id: ID!) { node(id: $id) { ... on Incident { lessons { id } runbookHints { id } evidence { totalCount } signatures { id } } } }',
      { id: disk },
    );
    expect(node).toMatchObject({ lessons: [{ id: ids.Lesson }], runbookHints: [{ id: ids.RunbookHint }] });
    expect(node.signatures.map((s: Answer) => s.id)).toContain(ids.Signature);
    expect(await passed('Incident', disk, 'UP')).toContain('Event');
    expect(await passed('Incident', disk, 'DOWN')).toContain('Lesson');
    await write('undoIncidentMerge', { incidentId: ids.Incident }, '');
    await expectWays('Event');
    expect(await passed('Incident', disk, 'DOWN')).not.toContain('Lesson');
    expect(await passed('Incident', disk, 'UP')).toContain('Event');
  });

  it('when the signature came apart under the incident', async () => {
    const { part } = await write(
      'splitSignature',
      { signatureId: ids.Signature, by: { field: { name: 'HTTP_STATUS', values: ['500'] } } },
      '... on SignaturePayload { part { id } }',
    );
    expect(await passed('Signature', part.id, 'DOWN')).toContain('Lesson');
    ids.Signature = part.id;
    await expectWays('Event');
  });

  it('when the incident was retired', async () => {
    await write('updateIncident', { incidentId: ids.Incident, status: 'RETIRED' }, '');
    await expectWays('Event');
  });

  it('when the events have expired: by the lines that the incident keeps', async () => {
    t.clock.set('2026-07-01T12:00:00Z');
    await t.another().start();
    const { events } = await graph.ask('{ events { totalCount } }');
    expect(events.totalCount).toBe(0);
    await expectWays('EvidenceLine', ['Event']);
    const { node } = await graph.ask(
      'query ($id: ID!) { node(id: $id) { ... on Signature { occurrenceCount exampleMessage } } }',
      { id: ids.Signature },
    );
    expect(node).toMatchObject({
      occurrenceCount: 400,
      exampleMessage: expect.stringContaining('GET /cart'),
    });
  });
});
