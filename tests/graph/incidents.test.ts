import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
  caller = await t.callerOf(`inc${++tenants}`);
  graph = askerOf(t, caller);
});

const DISK = 'No space left on device sdb1';
const MAIL = 'Mail queue cannot be written';

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

async function candidateOf(message: string, days = [1, 2, 3], host = 'store'): Promise<Answer> {
  await tell(message, days, host);
  const { signatures } = await graph.ask(
    'query ($text: String) { signatures(filter: { text: $text }) { nodes { candidates { nodes { id state } } } } }',
    { text: message },
  );
  return signatures.nodes[0].candidates.nodes[0];
}

const promote = (candidateId: string, more: object = {}) =>
  graph.mutate(
    'promoteCandidate',
    'PromoteCandidateInput',
    { candidateId, ...more },
    '... on PromotePayload { created incident { id title recurrenceCount } }',
  );

async function incidentOf(message: string): Promise<string> {
  const { incident } = await promote((await candidateOf(message)).id, { title: message });
  return incident.id;
}

const merge = (from: string[], into: string) =>
  graph.mutate(
    'mergeIncidents',
    'MergeIncidentsInput',
    { fromIncidentIds: from, intoIncidentId: into, notes: 'the same disk' },
    '... on MergeIncidentsPayload { incident { id recurrenceCount candidates { id } } merged { id mergedInto { id } } }',
  );

describe('a merge of incidents', () => {
  it('answers with the one that lives on, and shows only that one in lists', async () => {
    const [disk, mail] = [await incidentOf(DISK), await incidentOf(MAIL)];
    expect(await merge([mail], disk)).toMatchObject({
      incident: { id: disk, recurrenceCount: 3, candidates: { length: 2 } },
      merged: [{ id: mail, mergedInto: { id: disk } }],
    });
    const { incidents, node, candidates } = await graph.ask(
      `query ($mail: ID!) { incidents { nodes { id } } candidates(filter: { states: [PROMOTED] }) { nodes { incidents { id } } }
         node(id: $mail) { ... on Incident { id title mergedInto { id events { messageRaw } } } } }`,
      { mail },
    );
    expect(incidents.nodes).toEqual([{ id: disk }]);
    expect(candidates.nodes.map((c: Answer) => c.incidents)).toEqual([[{ id: disk }], [{ id: disk }]]);
    expect(node).toMatchObject({ id: mail, title: MAIL, mergedInto: { id: disk } });
    const lines = node.mergedInto.events.map((e: Answer) => e.messageRaw);
    expect(new Set(lines)).toEqual(new Set([DISK, MAIL]));
  });

  it('lets filters and inputs name the old id', async () => {
    const [disk, mail] = [await incidentOf(DISK), await incidentOf(MAIL)];
    await merge([mail], disk);
    await graph.mutate(
      'createLesson',
      'CreateLessonInput',
      { title: 'a', summary: 'b', recommendation: 'c', incidentIds: [mail] },
      '... on LessonPayload { lesson { id } }',
    );
    const { lessons } = await graph.ask(
      'query ($id: ID!) { lessons(filter: { incidentId: $id }) { nodes { incidents { id } } } }',
      { id: mail },
    );
    expect(lessons.nodes).toEqual([{ incidents: [{ id: disk }] }]);
  });

  it('is undone by the id of what was merged, and says what cannot be', async () => {
    const [disk, mail] = [await incidentOf(DISK), await incidentOf(MAIL)];
    await merge([mail], disk);
    const undo = (incidentId: string) =>
      graph.mutate(
        'undoIncidentMerge',
        'UndoIncidentMergeInput',
        { incidentId },
        '... on UndoIncidentMergePayload { incident { id mergedInto { id } } partedFrom { id candidates { id } } }',
      );
    expect(await undo(mail)).toMatchObject({
      incident: { id: mail, mergedInto: null },
      partedFrom: { id: disk, candidates: { length: 1 } },
    });
    expect(await undo(mail)).toMatchObject({ code: 'CONFLICT', path: ['input', 'incidentId'] });
    expect(await merge([disk], disk)).toMatchObject({ code: 'CONFLICT' });
  });
});
