// A memory is taken to an empty database with all that people made of it: it is asked everything there is to ask, now
// and of every moment on the way, and answers as it did.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLesson } from '../../src/review/create-lesson.ts';
import { createRunbookHint } from '../../src/review/create-runbook-hint.ts';
import { mergeIncidents } from '../../src/review/merge-incidents.ts';
import { promoteCandidate } from '../../src/review/promote-candidate.ts';
import { recordChange } from '../../src/review/record-change.ts';
import { recordHintOutcome } from '../../src/review/record-hint-outcome.ts';
import { review } from '../../src/review/review.ts';
import { mergeSignatures } from '../../src/review/signatures/merge-signatures.ts';
import { splitSignature } from '../../src/review/signatures/split-signature.ts';
import { undoIncidentMerge } from '../../src/review/undo-incident-merge.ts';
import { unlinkRunbookHint } from '../../src/review/unlink-runbook-hint.ts';
import { updateIncident } from '../../src/review/update-incident.ts';
import { updateLesson } from '../../src/review/update-lesson.ts';
import { upsertRule } from '../../src/review/upsert-rule.ts';
import { noteLoss } from '../../src/store/sources.ts';
import { exported, imported, moved } from '../support/archive.ts';
import { type Answer, askerOf } from '../support/asker.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const START_MS = Date.now();
const ago = (days: number, minutes = 0) =>
  new Date(START_MS - days * DAY_MS + minutes * MINUTE_MS).toISOString();

const event = (
  timestamp: string,
  host: string,
  service: string,
  message: string,
  severity = 'ERROR' as const,
) => ({
  timestamp,
  host,
  service,
  severity,
  message,
});
const served = (status: number, n: number) => `10.0.0.${n} - - "GET /cart HTTP/1.1" ${status} ${500 + n}`;
const HISTORY = [
  ...[6, 5, 4, 3].map((day) => event(ago(day), 'store', 'kernel', `No space left on device sdb${day}`)),
  ...[6, 5, 4].map((day) => event(ago(day, 5), 'store', 'postfix', 'Mail queue cannot be written')),
  ...[9, 8, 7, 2].map((day) =>
    event(ago(day), 'gate', 'sshd', `Too many failed logins for root from 10.0.0.${day}`),
  ),
  ...[200, 500, 200, 500, 404].map((status, i) => event(ago(1, i), 'web-1', 'shop', served(status, i))),
  event(ago(2, 9), 'web-1', 'shop', 'connection from 10.0.0.8 was accepted by the gateway'),
  event(ago(2, 10), 'web-1', 'shop', 'connection towards 10.0.0.9 was refused by the upstream'),
];

const contextOf = (t: TestPipeline) => ({
  store: t.store,
  clock: t.clock,
  caller: t.caller,
  pipeline: t.pipeline,
});

async function now(t: TestPipeline): Promise<string> {
  const [row] = await t.store.read<{ at: string }[]>`
    select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`;
  t.clock.set(new Date(Date.now() + 1).toISOString());
  return row!.at;
}

/** The moments between the steps in which people make something of the history. */
async function remember(t: TestPipeline): Promise<string[]> {
  const ctx = contextOf(t);
  const moments: string[] = [];
  const tenant = t.caller.tenantId;
  const candidateOf = async (text: string) => {
    const [row] = await t.store.read<{ id: string }[]>`
      select c.candidate_id as id from candidate c join candidate_signature x using (tenant_id, candidate_id)
        join signature s using (tenant_id, signature_id)
       where c.tenant_id = ${tenant} and c.type = 'RECURRENCE' and s.example_message like ${`%${text}%`} and not c.withdrawn`;
    return row!.id;
  };
  const signatureOf = async (text: string) => {
    const [row] = await t.store.read<{ id: string }[]>`
      select coalesce(merged_into_id, signature_id) as id from signature
       where tenant_id = ${tenant} and example_message like ${`%${text}%`} order by 1 limit 1`;
    return row!.id;
  };
  await t.pipeline.ingestEvents(t.caller, { events: HISTORY });
  await t.pipeline.ingestEvents(t.caller, {
    events: [event('2099-01-01T00:00:00Z', 'web-1', 'shop', 'absurd')],
  });
  await t.pipeline.settle(tenant);
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    moments.push(await now(t));
    return work();
  };
  const disk = await step(
    async () =>
      (await promoteCandidate(ctx, { candidateId: await candidateOf('No space'), title: 'Disk full' }))
        .incidentId,
  );
  const mail = await step(
    async () =>
      (await promoteCandidate(ctx, { candidateId: await candidateOf('Mail queue'), title: 'Mail stuck' }))
        .incidentId,
  );
  const doors = await candidateOf('failed logins');
  await step(() =>
    review(ctx, {
      subject: { type: 'Candidate', key: doors },
      decision: 'USEFUL',
      notes: 'again',
      reviewer: 'ann',
    }),
  );
  await step(() =>
    review(ctx, { subject: { type: 'Candidate', key: doors }, decision: 'USEFUL', reviewer: 'ben' }),
  );
  const lessonId = await step(() =>
    createLesson(ctx, {
      title: 'Clean up',
      summary: 'S',
      recommendation: 'Rotate the logs.',
      incidentIds: [disk],
    }),
  );
  const runbookHintId = await step(async () =>
    createRunbookHint(ctx, {
      title: 'Purge',
      hintText: 'T',
      incidentIds: [mail],
      signatureIds: [await signatureOf('failed logins')],
    }),
  );
  await step(() => recordHintOutcome(ctx, { runbookHintId, outcome: 'WORKED', candidateId: doors }));
  await step(() =>
    mergeIncidents(ctx, { fromIncidentIds: [mail], intoIncidentId: disk, notes: 'one cause' }),
  );
  await step(() => updateLesson(ctx, { lessonId, recommendation: 'Rotate the logs, daily.' }));
  await step(() => undoIncidentMerge(ctx, { incidentId: mail }));
  await step(() => unlinkRunbookHint(ctx, { runbookHintId, incidentIds: [mail], reason: 'no use' }));
  await step(() => updateIncident(ctx, { incidentId: mail, status: 'RETIRED' }));
  await step(() =>
    mergeIncidents(ctx, { fromIncidentIds: [mail], intoIncidentId: disk, notes: 'after all' }),
  );
  await step(() =>
    recordChange(ctx, { kind: 'deploy', title: 'shop 2.0', startUs: (START_MS - DAY_MS) * 1_000 }),
  );
  await upsertRule(ctx, { name: 'disk-full', description: 'Ours.', count: 2 });
  await upsertRule(ctx, { name: 'ours', description: 'Ours.', expression: 'words.matches("cart")' });
  await noteLoss(t.store, tenant, 'graphql', {
    fromUs: (START_MS - DAY_MS) * 1_000,
    toUs: START_MS * 1_000,
    lost: 3,
    reason: 'Queue full.',
  });
  await splitSignature(ctx, {
    signatureId: await signatureOf('GET /cart'),
    by: { field: { name: 'httpStatus', values: ['500'] } },
  });
  await mergeSignatures(ctx, {
    signatureIds: [await signatureOf('accepted by'), await signatureOf('refused by')],
  });
  await now(t);
  return moments;
}

const LINKS = '{ linkType createdAt source { __typename } target { __typename } }';
const SEEN = `{ verdict explanation occurrenceCount firstSeenAt lastSeenAt signature { key }
  similar { similarity reason signature { key } } episodes { startAt endAt eventCount outcome assets { hostname } }
  incidents { score reason incident { title summary status recurrenceCount } } lessons { title recommendation }
  runbookHints { title rank } coverage { from to complete gaps { from to reason source { name } } } }`;
const INCIDENT = `{ title summary incidentType firstObservedAt lastObservedAt recurrenceCount impactLevel confidence status
  metadata createdAt mergedInto { title } candidates { title } signatures { key } lessons { title } runbookHints { title }
  reviews { decision reviewer notes reviewedAt } provenance ${LINKS}
  evidence { nodes { timestamp messageRaw host service severity signature { key } asset { hostname } provenance ${LINKS} } } }`;
const LEARNED = `lessons { nodes { title summary recommendation confidence createdAt updatedAt incidents { title }
    candidates { title } signatures { key } provenance ${LINKS} removedLinks { linkType removedBy reason } } }
  runbookHints { nodes { title hintText priority confidence rank shownCount workedCount failedCount
    triggerSignatures { key } triggerIncidents { title } removedLinks { linkType removedAt removedBy reason } provenance ${LINKS} } }`;
const EVERYTHING = `{
  signatures(first: 100) { nodes { key service pattern exampleMessage occurrenceCount firstSeenAt lastSeenAt metadata createdAt: firstSeenAt
    histogram(bucket: D1, from: "${ago(12)}", to: "${ago(0)}") { start count } incidents { nodes { title } } runbookHints { title } } }
  signatureBindings { nodes { kind by author reason undoneAt signature { key } other { key } } }
  candidates(first: 100, orderBy: CREATED) { nodes { type state title summary explanation scoreTotal decisionBand confidence version
    firstSeenAt lastSeenAt scoreBreakdown { name input weight contribution reason } signatures { nodes { key } } assets { nodes { hostname } }
    reviews { decision reviewer } incidents { title } runbookHints { title } provenance ${LINKS} } }
  incidents { nodes ${INCIDENT} }
  ${LEARNED}
  lessonProposals { nodes { state title summary recommendation signature { key } } }
  rules { nodes { name description expression count enabled } }
  changes: signals(filter: { kinds: [CHANGE] }) { nodes { label text observedAt } }
  rejectedInputs { nodes { code reason payload source { name } } }
  assets { nodes { hostname serviceGroup } }
  entities: features(input: { feature: "event_count", bucket: D1, from: "${ago(12)}", to: "${ago(0)}" }) { entity buckets { start count } }
}`;
const THEN = `query ($at: DateTime) {
  candidates(asOf: $at, first: 100, orderBy: CREATED) { nodes { type state version scoreTotal signatures { nodes { key } } reviews { decision } incidents { title } provenance ${LINKS} } }
  incidents(asOf: $at) { nodes { title status recurrenceCount confidence candidates { title } signatures { key } lessons { title recommendation } runbookHints { title workedCount } reviews { decision } provenance ${LINKS} } }
  lessons(asOf: $at) { nodes { title recommendation incidents { title } provenance ${LINKS} } }
  runbookHints(asOf: $at) { nodes { title workedCount rank triggerIncidents { title } provenance ${LINKS} } }
  ${[
    'No space left on device sdb9',
    'Mail queue cannot be written',
    'Too many failed logins for root from 10.9.9.9',
  ]
    .map((text, i) => `seen${i}: seenBefore(asOf: $at, input: { message: { text: "${text}" } }) ${SEEN}`)
    .join('\n')}
}`;
const QUESTIONS = [
  ['No space left on device sdb9', null, null],
  ['Mail queue cannot be written', 'postfix', null],
  ['Too many failed logins for root from 10.9.9.9', null, 'gate'],
  [served(500, 77), 'shop', null],
  [served(200, 77), 'shop', null],
  ['connection towards 10.0.0.7 was refused by the upstream', null, null],
  ['too many logins of root', null, null],
  ['absurd', 'shop', 'web-1'],
  ['the reactor is on holiday', null, null],
] as const;

/** Links of one moment have no order of their own; those of events go with the events, which stay behind. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(inOrder);
    const isSet = items.some((item) => item !== null && typeof item === 'object' && 'linkType' in item);
    if (!isSet) return items;
    return items
      .map((item) => JSON.stringify(item))
      .filter((item) => !item.includes('"Event"'))
      .sort();
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, inOrder(inner)]));
}

let origin: TestPipeline;
let target: TestPipeline;
let moments: string[];
let archive: string[];
beforeAll(async () => {
  origin = await startTestPipeline({ at: new Date().toISOString() });
  target = await startTestPipeline({ at: new Date().toISOString() });
  moments = await remember(origin);
  archive = await exported(contextOf(origin));
  await imported(contextOf(target), archive);
});
afterAll(async () => {
  await origin.close();
  await target.close();
});

const ask = async (t: TestPipeline, query: string, variables = {}): Promise<unknown> =>
  inOrder(await askerOf(t, t.caller).ask(query, variables));
async function expectAlike(
  query: string,
  variables: (t: TestPipeline) => object | Promise<object> = () => ({}),
) {
  const before = await ask(origin, query, await variables(origin));
  expect(await ask(target, query, await variables(target))).toEqual(before);
}

describe('taken to an empty database, a memory', () => {
  it('has the same to tell of everything', async () => {
    await expectAlike(EVERYTHING);
  });

  it.each(QUESTIONS)('answers alike: %s', async (text, service, host) => {
    const SEEN_BEFORE = `query ($text: String!, $service: String, $host: String) {
      seenBefore(input: { message: { text: $text, service: $service, host: $host } }) ${SEEN} }`;
    await expectAlike(SEEN_BEFORE, () => ({ text, service, host }));
  });

  it('answers alike of each signature and candidate', async () => {
    const idsOf = async (t: TestPipeline) => {
      const { signatures, candidates } = (await askerOf(t, t.caller).ask(
        `{ signatures(first: 100) { nodes { id key } } candidates(first: 100) { nodes { id type title } } }`,
      )) as Answer;
      const named = [...signatures.nodes, ...candidates.nodes] as Answer[];
      return named
        .map((n) => ({ id: n.id as string, name: n.key ?? `${n.type} ${n.title}` }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    };
    const [there, here] = [await idsOf(origin), await idsOf(target)];
    expect(here.map((n) => n.name)).toEqual(there.map((n) => n.name));
    for (const [i, { name }] of there.entries()) {
      const kind = name.startsWith('v1:') ? 'signatureId' : 'candidateId';
      const SEEN_BY_ID = `query ($id: ID!) { seenBefore(input: { ${kind}: $id }) ${SEEN} }`;
      await expectAlike(SEEN_BY_ID, (t) => ({ id: (t === origin ? there : here)[i]!.id }));
    }
  });

  it('knows an example event by what it was signed as', async () => {
    const [row] = await origin.store.read<{ id: string }[]>`
      select event_id as id from incident_event where tenant_id = ${origin.caller.tenantId} order by event_ts limit 1`;
    const id = Buffer.from(`Event:${row!.id}`).toString('base64url');
    const answers = await Promise.all(
      [origin, target].map((t) =>
        askerOf(t, t.caller).ask(
          `query ($id: ID!) { seenBefore(input: { eventId: $id }) { verdict signature { key } incidents { incident { title } } } }`,
          { id },
        ),
      ),
    );
    expect(answers[1]).toEqual(answers[0]);
  });

  it('answers alike of every moment on the way', async () => {
    expect(moments).toHaveLength(14);
    for (const at of moments) await expectAlike(THEN, () => ({ at }));
  });

  it('is the same once more when it is imported again', async () => {
    expect(moved(await imported(contextOf(target), archive))).toBe(0);
    await expectAlike(EVERYTHING);
  });

  it('lets a merge of incidents be undone there as here', async () => {
    for (const t of [origin, target]) {
      const [row] = await t.store.read<{ id: string }[]>`
        select incident_id as id from incident where tenant_id = ${t.caller.tenantId} and title = 'Mail stuck'`;
      await undoIncidentMerge(contextOf(t), { incidentId: row!.id });
    }
    await expectAlike(`{ incidents { nodes { title status recurrenceCount firstObservedAt lastObservedAt candidates { title }
      signatures { key } lessons { title } runbookHints { title } } } }`);
  });

  it('binds what comes then as people decided', async () => {
    const events = [
      event(ago(0, 1), 'web-1', 'shop', served(500, 5)),
      event(ago(0, 2), 'web-1', 'shop', 'connection towards 10.0.0.3 was refused by the upstream'),
    ];
    for (const t of [origin, target]) {
      await t.pipeline.ingestEvents(t.caller, { events });
      await t.pipeline.settle(t.caller.tenantId);
    }
    await expectAlike(`{ signatures(first: 100) { nodes { key occurrenceCount pattern } } }`);
  });
});
