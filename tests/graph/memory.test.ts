import { graphql } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { GraphServices } from '../../src/graph/context.ts';
import { buildSchema } from '../../src/graph/schema.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const FAILURES = [
  ['7', '08:00:00'],
  ['7', '08:05:00'],
  ['8', '08:00:00'],
  ['9', '08:00:00'],
  ['9', '20:00:00'],
].map(
  ([day, time], i) =>
    `Mar  ${day} ${time} gate sshd[${900 + i}]: error: maximum authentication attempts exceeded for root from 203.0.113.${i} port ${4000 + i} ssh2`,
);
const NEW_LINE =
  'Mar 10 11:00:00 backup sshd[77]: error: maximum authentication attempts exceeded for root from 198.51.100.9 port 1 ssh2';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`graph${++tenants}`);
});

// biome-ignore lint/suspicious/noExplicitAny: answers are compared, never computed with
type Answer = Record<string, any>;

async function run(
  source: string,
  variableValues: Record<string, unknown> = {},
  who = caller,
): Promise<Answer> {
  const { store, clock, pipeline } = t;
  const services = { store, clock, pipeline } as unknown as GraphServices;
  const result = await graphql({
    schema: buildSchema(),
    source,
    variableValues,
    contextValue: { services, caller: who },
  });
  if (result.errors) throw result.errors[0];
  return result.data as Answer;
}

/** One mutation with its `input`; the fields of any error come along. */
const mutate = async (name: string, type: string, input: object, selection: string, who = caller) =>
  (
    await run(
      `mutation ($input: ${type}!) { answer: ${name}(input: $input) {
         __typename ... on Error { code message path } ${selection} } }`,
      { input },
      who,
    )
  ).answer as Answer;

async function theCandidate(): Promise<Answer> {
  await t.pipeline.ingestLines(caller, { lines: FAILURES, sourceType: 'SYSLOG' });
  await t.pipeline.settle(caller.tenantId);
  const { candidates } = await run(
    '{ candidates(first: 1) { nodes { id state scoreTotal decisionBand signatures { nodes { id } } } } }',
  );
  return candidates.nodes[0];
}

const promote = (candidateId: string, who = caller) =>
  mutate(
    'promoteCandidate',
    'PromoteCandidateInput',
    { candidateId, title: 'SSH door knocking' },
    '... on PromotePayload { created incident { id title recurrenceCount } candidate { state } review { decision reviewer } }',
    who,
  );

const decide = (subjectId: string, decision: string, who = caller) =>
  mutate(
    'review',
    'ReviewInput',
    { subjectId, decision, notes: 'seen it' },
    `... on ReviewPayload {
       review { decision notes reviewer }
       subject { __typename ... on Candidate { id state } ... on Incident { id confidence } ... on Lesson { id confidence } }
       incident { id } scoreBefore scoreAfter bandBefore bandAfter }`,
    who,
  );

const lessonOf = (incidentIds: string[]) =>
  mutate(
    'createLesson',
    'CreateLessonInput',
    {
      title: 'Close the door',
      summary: 'Root needs no SSH.',
      recommendation: 'PermitRootLogin no',
      incidentIds,
    },
    '... on LessonPayload { lesson { id title incidents { id } } }',
  );

describe('a review', () => {
  it.each([
    ['NOISE', 'SUPPRESSED'],
    ['FALSE_POSITIVE', 'DISMISSED'],
    ['IGNORE', 'DISMISSED'],
    ['INVESTIGATE', 'OPEN'],
    ['USEFUL', 'OPEN'],
    ['URGENT', 'OPEN'],
    ['PROMOTE', 'PROMOTED'],
  ])('%s of a candidate answers with it %s and its score before and after', async (decision, state) => {
    const candidate = await theCandidate();
    const answer = await decide(candidate.id, decision);
    expect(answer).toMatchObject({
      __typename: 'ReviewPayload',
      review: { decision, notes: 'seen it', reviewer: 'tester' },
      subject: { __typename: 'Candidate', id: candidate.id, state },
      scoreBefore: candidate.scoreTotal,
      scoreAfter: expect.any(Number),
      bandBefore: candidate.decisionBand,
      bandAfter: expect.any(String),
    });
    expect(answer.incident === null).toBe(decision !== 'PROMOTE');
  });

  it('of an incident and of a lesson moves their confidence', async () => {
    const { incident } = await promote((await theCandidate()).id);
    const { lesson } = await lessonOf([incident.id]);
    for (const [id, type] of [
      [incident.id, 'Incident'],
      [lesson.id, 'Lesson'],
    ]) {
      const worse = await decide(id, 'FALSE_POSITIVE');
      const better = await decide(id, 'URGENT');
      expect(better.subject).toMatchObject({ __typename: type, id });
      expect(better.subject.confidence).toBeGreaterThan(worse.subject.confidence);
      expect(better).toMatchObject({ scoreBefore: null, bandAfter: null });
    }
  });

  it('of what cannot be reviewed, or is not there, is an error that can be read', async () => {
    const candidate = await theCandidate();
    const signatureId = candidate.signatures.nodes[0].id;
    expect(await decide(signatureId, 'NOISE')).toMatchObject({
      __typename: 'ValidationError',
      code: 'VALIDATION',
      path: ['input', 'subjectId'],
    });
    expect(await decide('nonsense', 'NOISE')).toMatchObject({ __typename: 'ValidationError' });
    expect(await decide(candidate.id, 'NOISE', await t.callerOf('stranger'))).toMatchObject({
      __typename: 'NotFoundError',
      code: 'NOT_FOUND',
      path: ['input', 'subjectId'],
    });
  });
});

describe('the way from a line to its answer', () => {
  it('leads over a promotion, a lesson and a hint', async () => {
    const candidate = await theCandidate();
    const promoted = await promote(candidate.id);
    expect(promoted).toMatchObject({
      created: true,
      incident: { title: 'SSH door knocking', recurrenceCount: 4 },
      candidate: { state: 'PROMOTED' },
      review: { decision: 'PROMOTE', reviewer: 'tester' },
    });
    expect(await promote(candidate.id)).toMatchObject({
      created: false,
      incident: { id: promoted.incident.id },
    });
    const { lesson } = await lessonOf([promoted.incident.id]);
    const { runbookHint } = await mutate(
      'createRunbookHint',
      'CreateRunbookHintInput',
      {
        title: 'Block it',
        hintText: 'Add the address to the deny list.',
        signatureIds: [candidate.signatures.nodes[0].id],
      },
      '... on RunbookHintPayload { runbookHint { id triggerSignatures { id } } }',
    );
    const { seenBefore } = await run(
      `query ($text: String!) { seenBefore(input: { message: { text: $text } }) {
         verdict explanation occurrenceCount firstSeenAt lastSeenAt signature { id } similar { similarity }
         episodes { startAt eventCount outcome assets { hostname } }
         incidents { score reason incident { id } } lessons { id recommendation } runbookHints { id }
         coverage { from to complete gaps { reason source { name } } } } }`,
      { text: NEW_LINE },
    );
    expect(seenBefore).toMatchObject({
      verdict: 'YES',
      occurrenceCount: 5,
      firstSeenAt: '2026-03-07T08:00:00.000Z',
      lastSeenAt: '2026-03-09T20:00:00.000Z',
      signature: { id: candidate.signatures.nodes[0].id },
      incidents: [{ incident: { id: promoted.incident.id } }],
      lessons: [{ id: lesson.id, recommendation: 'PermitRootLogin no' }],
      runbookHints: [{ id: runbookHint.id }],
      coverage: {
        from: '2026-03-07T08:00:00.000Z',
        to: '2026-03-09T20:00:00.000Z',
        complete: true,
        gaps: [],
      },
    });
    expect(seenBefore.episodes).toHaveLength(4);
    expect(seenBefore.episodes[0].assets).toEqual([{ hostname: 'gate' }]);
    const { node } = await run(
      `query ($id: ID!) { node(id: $id) { ... on Incident { provenance {
         linkType source { __typename ... on Event { messageRaw } } target { __typename } } } } }`,
      { id: promoted.incident.id },
    );
    const raw = node.provenance.flatMap((link: Answer) => link.source.messageRaw ?? []);
    expect(new Set(raw)).toEqual(new Set(FAILURES));
    expect(node.provenance).toContainEqual(
      expect.objectContaining({ linkType: 'TAUGHT', target: { __typename: 'Lesson' } }),
    );
  });

  it('answers NO, and UNKNOWN where nothing was ever ingested', async () => {
    const ask =
      '{ seenBefore(input: { message: { text: "the reactor core is on holiday" } }) { verdict signature { id } coverage { from } } }';
    expect((await run(ask)).seenBefore).toEqual({
      verdict: 'UNKNOWN',
      signature: null,
      coverage: { from: null },
    });
    await theCandidate();
    expect((await run(ask)).seenBefore).toMatchObject({ verdict: 'NO', signature: null });
  });

  it('takes exactly one kind of question', async () => {
    await expect(run('{ seenBefore(input: {}) { verdict } }')).rejects.toThrow(/exactly one/i);
    await expect(run('{ seenBefore(input: { signatureId: "nonsense" }) { verdict } }')).rejects.toMatchObject(
      {
        extensions: { code: 'VALIDATION' },
      },
    );
  });
});

describe('the digest', () => {
  it('shows what deserves a look, with why and what next', async () => {
    const candidate = await theCandidate();
    const { interesting } = await run(
      '{ interesting(first: 5) { subject { id ... on Candidate { type } } title why nextStep score decisionBand related { id } } }',
    );
    expect(interesting).toEqual([
      {
        subject: { id: candidate.id, type: 'ANOMALY' },
        title: expect.stringContaining('gate'),
        why: expect.stringMatching(/5 events in 4 episodes/),
        nextStep: expect.any(String),
        score: candidate.scoreTotal,
        decisionBand: candidate.decisionBand,
        related: [{ id: expect.any(String) }],
      },
    ]);
    await expect(run('{ interesting(first: 101) { title } }')).rejects.toMatchObject({
      extensions: { code: 'LIMIT_EXCEEDED' },
    });
  });
});

describe('edits', () => {
  it('of incidents, lessons and hints answer with what they are now', async () => {
    const candidate = await theCandidate();
    const { incident } = await promote(candidate.id);
    expect(
      await mutate(
        'updateIncident',
        'UpdateIncidentInput',
        { incidentId: incident.id, status: 'RETIRED' },
        '... on IncidentPayload { incident { status title } }',
      ),
    ).toMatchObject({ incident: { status: 'RETIRED', title: 'SSH door knocking' } });
    const { lesson } = await lessonOf([incident.id]);
    expect(
      await mutate(
        'updateLesson',
        'UpdateLessonInput',
        { lessonId: lesson.id, title: '' },
        '... on LessonPayload { lesson { id } }',
      ),
    ).toMatchObject({ __typename: 'ValidationError', path: ['input', 'title'] });
    expect(
      await mutate(
        'updateLesson',
        'UpdateLessonInput',
        { lessonId: lesson.id, candidateIds: [candidate.id] },
        '... on LessonPayload { lesson { candidates { id } } }',
      ),
    ).toMatchObject({ lesson: { candidates: [{ id: candidate.id }] } });
    const { runbookHint } = await mutate(
      'createRunbookHint',
      'CreateRunbookHintInput',
      { title: 'Block it', hintText: 'Deny it.', incidentIds: [incident.id] },
      '... on RunbookHintPayload { runbookHint { id } }',
    );
    expect(
      await mutate(
        'updateRunbookHint',
        'UpdateRunbookHintInput',
        { runbookHintId: runbookHint.id, priority: 9 },
        '... on RunbookHintPayload { runbookHint { priority } }',
      ),
    ).toMatchObject({ runbookHint: { priority: 9 } });
    expect(
      await mutate(
        'recordHintOutcome',
        'RecordHintOutcomeInput',
        { runbookHintId: runbookHint.id, outcome: 'WORKED' },
        '... on RunbookHintPayload { runbookHint { workedCount shownCount } }',
      ),
    ).toMatchObject({ runbookHint: { workedCount: 1, shownCount: 1 } });
    expect(
      await mutate(
        'unlinkLesson',
        'UnlinkLessonInput',
        { lessonId: lesson.id, candidateIds: [candidate.id], reason: 'another door', author: 'eve' },
        `... on LessonPayload { lesson { candidates { id } incidents { id } removedLinks { linkType removedBy reason
           source { __typename id } target { id } } } }`,
      ),
    ).toMatchObject({
      lesson: {
        candidates: [],
        incidents: [{ id: incident.id }],
        removedLinks: [
          {
            linkType: 'TAUGHT',
            removedBy: 'eve',
            reason: 'another door',
            source: { __typename: 'Candidate', id: candidate.id },
            target: { id: lesson.id },
          },
        ],
      },
    });
    expect(
      await mutate(
        'unlinkRunbookHint',
        'UnlinkRunbookHintInput',
        { runbookHintId: runbookHint.id, incidentIds: [incident.id] },
        '... on RunbookHintPayload { runbookHint { removedLinks { reason } } }',
      ),
    ).toMatchObject({ __typename: 'ValidationError', code: 'VALIDATION' });
    expect(
      await mutate(
        'recordHintOutcome',
        'RecordHintOutcomeInput',
        { runbookHintId: runbookHint.id, outcome: 'FAILED', candidateId: candidate.id },
        '... on RunbookHintPayload { runbookHint { failedCount } }',
      ),
    ).toMatchObject({ runbookHint: { failedCount: 1 } });
    expect(await lessonOf([incident.id, candidate.id])).toMatchObject({
      __typename: 'ValidationError',
      path: ['input', 'incidentIds', '1'],
    });
  });

  it('of changes, signals, assets and tenants answer with what they are now', async () => {
    const { asset, created } = await mutate(
      'upsertAsset',
      'UpsertAssetInput',
      { hostname: 'web-1', tags: ['shop'] },
      '... on AssetPayload { created asset { id hostname tags } }',
    );
    expect({ asset, created }).toMatchObject({ created: true, asset: { hostname: 'web-1', tags: ['shop'] } });
    const recorded = await mutate(
      'recordChange',
      'RecordChangeInput',
      { kind: 'deploy', title: 'shop 1.2.3', assetId: asset.id, startAt: '2026-03-10T11:00:00Z' },
      '... on ChangePayload { change { title startAt asset { id } } signal { id kind label } }',
    );
    expect(recorded).toMatchObject({
      change: { title: 'shop 1.2.3', startAt: '2026-03-10T11:00:00.000Z', asset: { id: asset.id } },
      signal: { kind: 'CHANGE', label: 'deploy' },
    });
    const acknowledge = () =>
      mutate(
        'acknowledgeSignal',
        'AcknowledgeSignalInput',
        { id: recorded.signal.id },
        '... on AcknowledgeSignalPayload { first signal { acknowledged acknowledgedBy } }',
      );
    expect(await acknowledge()).toMatchObject({
      first: true,
      signal: { acknowledged: true, acknowledgedBy: 'tester' },
    });
    expect(await acknowledge()).toMatchObject({ first: false });
    expect(
      await mutate(
        'acknowledgeSignal',
        'AcknowledgeSignalInput',
        { notes: 'which?' },
        '... on Error { code path }',
      ),
    ).toMatchObject({ code: 'VALIDATION', path: ['input', 'id'] });
    expect(
      await mutate(
        'upsertTenant',
        'UpsertTenantInput',
        { slug: 'acme-graph', name: 'Acme' },
        '... on TenantPayload { created tenant { slug name } }',
      ),
    ).toMatchObject({ created: true, tenant: { slug: 'acme-graph', name: 'Acme' } });
  });
});
