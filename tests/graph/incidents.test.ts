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

describe('a proposed join', () => {
  const proposalOf = async (id: string) =>
    (
      await graph.ask(
        'query ($id: ID!) { node(id: $id) { ... on Candidate { joinProposal { basis reason incident { id } } } } }',
        { id },
      )
    ).node.joinProposal;
  const othersOf = async (message: string): Promise<string> => {
    const { signatures } = await graph.ask(
      'query ($text: String) { signatures(filter: { text: $text }) { nodes { candidates { nodes { id state } } } } }',
      { text: message },
    );
    return signatures.nodes[0].candidates.nodes.find((c: Answer) => c.state === 'OPEN').id;
  };
  const decide = (subjectId: string) =>
    graph.mutate(
      'review',
      'ReviewInput',
      { subjectId, decision: 'PROMOTE' },
      '... on ReviewPayload { incident { id recurrenceCount } }',
    );
  const link = (state: string) => `Interface eth7 link is ${state}`;

  it('names the incident with the same signature, and why', async () => {
    const disk = await incidentOf(DISK);
    await tell(DISK, [15, 16, 17]);
    const proposal = await proposalOf(await othersOf(DISK));
    expect(proposal).toMatchObject({ basis: 'SAME_SIGNATURE', incident: { id: disk } });
    expect(proposal.reason).toMatch(
      /^The same signature is part of the incident, «No space left.*», on store too\.$/,
    );
  });

  it('is what a PROMOTE without further words does, and a promotion in words does not', async () => {
    const disk = await incidentOf(DISK);
    await tell(DISK, [15, 16, 17]);
    expect(await decide(await othersOf(DISK))).toMatchObject({ incident: { id: disk, recurrenceCount: 6 } });
    await tell(MAIL, [15, 16, 17]);
    const mail = await promote(await othersOf(MAIL));
    expect(mail).toMatchObject({ created: true });
    await tell(MAIL, [1, 2, 3]);
    const again = await promote(await othersOf(MAIL), { title: 'Something else' });
    expect(again).toMatchObject({ created: true });
  });

  it('is taken up by naming the incident', async () => {
    const disk = await incidentOf(DISK);
    const mail = (await candidateOf(MAIL)).id;
    const { incident } = await proposalOf(mail);
    expect(await promote(mail, { mergeIntoIncidentId: incident.id })).toMatchObject({
      created: false,
      incident: { id: disk },
    });
  });

  it('sees the two sides of one thing', async () => {
    await tell(link('down'), [1, 2, 3], 'edge');
    const { candidates } = await graph.ask('{ candidates { nodes { id } } }');
    const { incident } = await promote(candidates.nodes[0].id);
    for (const day of [10, 11, 12]) await tell(link('up'), [day], 'other');
    const up = await candidateOf(link('up'), [14], 'other');
    expect(await proposalOf(up.id)).toMatchObject({ basis: 'OTHER_STATE', incident: { id: incident.id } });
  });

  it('sees what began at the same time on the same host or in its service group, not elsewhere or later', async () => {
    const disk = await incidentOf(DISK);
    const mail = await candidateOf(MAIL);
    expect(await proposalOf(mail.id)).toEqual({
      basis: 'SAME_TIME_AND_PLACE',
      reason: 'It began within 30 minutes of a recurrence of the incident, on store.',
      incident: { id: disk },
    });
    const far = await candidateOf('Fan 3 has stopped', [1, 2, 3], 'far');
    expect(await proposalOf(far.id)).toBeNull();
    for (const hostname of ['store', 'far'])
      await graph.mutate('upsertAsset', 'UpsertAssetInput', { hostname, serviceGroup: 'files' }, '');
    expect(await proposalOf(far.id)).toMatchObject({
      reason: 'It began within 30 minutes of a recurrence of the incident, in the service group "files".',
    });
    const later = await candidateOf('Battery is low', [10, 11, 12]);
    expect(await proposalOf(later.id)).toBeNull();
  });

  it('is never to a retired incident, nor for what is part of one already', async () => {
    const disk = await incidentOf(DISK);
    const mail = await candidateOf(MAIL);
    await graph.mutate('updateIncident', 'UpdateIncidentInput', { incidentId: disk, status: 'RETIRED' }, '');
    expect(await proposalOf(mail.id)).toBeNull();
    await graph.mutate('updateIncident', 'UpdateIncidentInput', { incidentId: disk, status: 'ACTIVE' }, '');
    await promote(mail.id);
    expect(await proposalOf(mail.id)).toBeNull();
  });
});

describe('the hints of a candidate', () => {
  const hint = async (input: object): Promise<string> =>
    (
      await graph.mutate(
        'createRunbookHint',
        'CreateRunbookHintInput',
        { title: 'x', hintText: 'y', ...input },
        '... on RunbookHintPayload { runbookHint { id } }',
      )
    ).runbookHint.id;
  const hintsOf = async (id: string) =>
    (
      await graph.ask(
        'query ($id: ID!) { node(id: $id) { ... on Candidate { runbookHints { id rank } } } }',
        { id },
      )
    ).node.runbookHints;

  it('are there while it is open: by its signature, and by an incident with the same one', async () => {
    const disk = await incidentOf(DISK);
    await tell(DISK, [15, 16, 17]);
    const { signatures, candidates } = await graph.ask(
      `{ signatures(filter: { text: "No space" }) { nodes { id } }
         candidates(filter: { states: [OPEN] }, orderBy: LAST_SEEN, first: 1) { nodes { id } } }`,
    );
    const open = candidates.nodes[0].id;
    expect(await hintsOf(open)).toEqual([]);
    const byIncident = await hint({ incidentIds: [disk] });
    const bySignature = await hint({ signatureIds: [signatures.nodes[0].id], priority: 50 });
    expect((await hintsOf(open)).map((h: Answer) => h.id)).toEqual([bySignature, byIncident]);
    await graph.mutate('updateIncident', 'UpdateIncidentInput', { incidentId: disk, status: 'RETIRED' }, '');
    expect((await hintsOf(open)).map((h: Answer) => h.id)).toEqual([bySignature]);
  });

  it('change places with what comes of them', async () => {
    const disk = await incidentOf(DISK);
    const [first, second] = [
      await hint({ incidentIds: [disk], priority: 80 }),
      await hint({ incidentIds: [disk] }),
    ];
    const candidate = (await graph.ask('{ candidates(filter: { states: [PROMOTED] }) { nodes { id } } }'))
      .candidates.nodes[0].id;
    expect(await hintsOf(candidate)).toEqual([
      { id: first, rank: 0.9 },
      { id: second, rank: 0.5 },
    ]);
    const report = (runbookHintId: string, outcome: string) =>
      graph.mutate(
        'recordHintOutcome',
        'RecordHintOutcomeInput',
        { runbookHintId, outcome },
        '... on RunbookHintPayload { runbookHint { rank confidence shownCount workedCount failedCount } }',
      );
    await report(first, 'FAILED');
    await report(first, 'NOT_APPLICABLE');
    await report(first, 'FAILED');
    await report(second, 'WORKED');
    expect(await report(second, 'WORKED')).toMatchObject({
      runbookHint: { rank: 0.666667, confidence: 0.75, shownCount: 2, workedCount: 2, failedCount: 0 },
    });
    expect(await hintsOf(candidate)).toEqual([
      { id: second, rank: 0.666667 },
      { id: first, rank: 0.6 },
    ]);
  });
});
