// Joining and parting signatures through the graph: preview, journal, undo, and what it answers when it cannot be.
import { graphql } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { GraphServices } from '../../src/graph/context.ts';
import { buildSchema } from '../../src/graph/schema.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());

// biome-ignore lint/suspicious/noExplicitAny: answers are compared, never computed with
type Answer = Record<string, any>;

async function run(source: string, variableValues: Record<string, unknown> = {}): Promise<Answer> {
  const services = { store: t.store, clock: t.clock, pipeline: t.pipeline } as unknown as GraphServices;
  const contextValue = { services, caller };
  const result = await graphql({ schema: buildSchema(), source, variableValues, contextValue });
  if (result.errors) throw result.errors[0];
  return result.data as Answer;
}

const mutate = async (name: string, type: string, input: object) =>
  (
    await run(
      `mutation ($input: ${type}!) { answer: ${name}(input: $input) {
         __typename ... on Error { code message path }
         ... on SignaturePayload { dryRun moved { events candidates incidents }
           signature { id occurrenceCount pattern } part { id occurrenceCount part } binding { id } } } }`,
      { input },
    )
  ).answer as Answer;

const split = (input: object) => mutate('splitSignature', 'SplitSignatureInput', input);
const merge = (input: object) => mutate('mergeSignatures', 'MergeSignaturesInput', input);
const undo = (input: object) => mutate('undoSignatureBinding', 'UndoSignatureBindingInput', input);

const request = (second: number, status: number) =>
  `10.0.0.${second} - - [09/Mar/2026:10:00:${String(second).padStart(2, '0')} +0000] "GET /cart HTTP/1.1" ${status} 512`;

async function tell(lines: string[]) {
  caller = await t.callerOf(`binding-${++tenants}`);
  await more(lines);
}

async function more(lines: string[]) {
  await t.pipeline.ingestLines(caller, { sourceType: 'FILE', lines, service: 'shop' });
  await t.pipeline.settle(caller.tenantId);
}

const list = async () =>
  (
    await run(`{ signatures(orderBy: OCCURRENCES, first: 20) { nodes { id part occurrenceCount exampleMessage
                 parameters { index kind distinctValues topValues { value count } } } } }`)
  ).signatures.nodes as Answer[];

it('HTTP 200 and 500 share one signature with a typed status, by which a person splits it', async () => {
  await tell([200, 200, 200, 500, 500].map((status, i) => request(i, status)));
  const [signature, ...others] = await list();
  expect(others).toEqual([]);
  expect(signature!.occurrenceCount).toBe(5);
  const input = { signatureId: signature!.id, by: { field: { name: 'HTTP_STATUS', values: ['500'] } } };
  expect(await split({ ...input, dryRun: true })).toMatchObject({
    __typename: 'SignaturePayload',
    dryRun: true,
    moved: { events: 2 },
    part: null,
    binding: null,
  });
  const done = await split({ ...input, reason: 'the shop fails', author: 'ada' });
  expect(done).toMatchObject({
    moved: { events: 2 },
    signature: { id: signature!.id, occurrenceCount: 3 },
    part: { occurrenceCount: 2, part: 'httpStatus = 500' },
  });
  await more([500, 200, 404].map((status, i) => request(10 + i, status)));
  expect((await list()).map(({ id, occurrenceCount }) => [id, occurrenceCount])).toEqual([
    [signature!.id, 5],
    [done.part.id, 3],
  ]);
  const journal = await run(`{ signatureBindings { nodes { id kind by author reason undoneAt moved { events }
                                 signature { id } other { id } } } }`);
  expect(journal.signatureBindings.nodes).toEqual([
    {
      id: done.binding.id,
      kind: 'CANNOT_LINK',
      by: 'httpStatus = 500',
      author: 'ada',
      reason: 'the shop fails',
      undoneAt: null,
      moved: { events: 2 },
      signature: { id: signature!.id },
      other: { id: done.part.id },
    },
  ]);
  const undone = await undo({ bindingId: done.binding.id });
  expect(undone).toMatchObject({
    moved: { events: 3 },
    signature: { id: signature!.id, occurrenceCount: 8 },
  });
  const { node } = await run(
    'query ($id: ID!) { node(id: $id) { ... on Signature { mergedInto { id } } } }',
    {
      id: done.part.id,
    },
  );
  expect(node.mergedInto.id).toBe(signature!.id);
  expect((await run('{ signatureBindings { nodes { undoneBy } } }')).signatureBindings.nodes).toEqual([
    { undoneBy: 'tester' },
  ]);
});

it('splits by a value that Signature.parameters shows', async () => {
  await tell(['sda', 'sda', 'sdb'].map((disk, i) => `disk /dev/${disk} is ${90 + i}% full`));
  const [signature] = await list();
  const parameter = signature!.parameters[0];
  expect(parameter).toMatchObject({ index: 0, kind: 'path', distinctValues: 2 });
  const done = await split({
    signatureId: signature!.id,
    by: { parameter: { index: 0, values: [parameter.topValues[1].value] } },
  });
  expect(done).toMatchObject({ moved: { events: 1 }, part: { occurrenceCount: 1 } });
});

it('joins what differs in a state, and lists its forms', async () => {
  await tell(['link eth0 is up now', 'link eth0 is down now', 'link eth0 is dormant now']);
  const ids = (await list()).map(({ id }) => id);
  expect(ids).toHaveLength(3);
  const done = await merge({ signatureIds: ids });
  expect(done.signature.occurrenceCount).toBe(3);
  const { node } = await run(
    'query ($id: ID!) { node(id: $id) { ... on Signature { forms { id } events { totalCount } } } }',
    { id: done.signature.id },
  );
  expect(node.forms).toHaveLength(2);
  expect(node.events.totalCount).toBe(3);
  const parted = await split({
    signatureId: done.signature.id,
    by: { signatureIds: [node.forms[0].id] },
  });
  expect(parted).toMatchObject({ moved: { events: 1 } });
  expect(await undo({ bindingId: done.binding.id })).toMatchObject({
    __typename: 'ConflictError',
    code: 'CONFLICT',
    path: ['input', 'bindingId'],
  });
});

it('answers with what to do where it cannot be', async () => {
  await tell(['queue mail is stuck', 'something else happened here']);
  const [signature] = await list();
  const by = { field: { name: 'HTTP_STATUS', values: ['500'] } };
  expect(await split({ signatureId: signature!.id, by })).toMatchObject({
    __typename: 'ValidationError',
    path: ['input', 'by'],
  });
  expect(await merge({ signatureIds: [signature!.id, signature!.id] })).toMatchObject({
    __typename: 'ValidationError',
    path: ['input', 'signatureIds'],
  });
  expect(
    await split({ signatureId: signature!.id, by: { parameter: { index: 9, values: [] } } }),
  ).toMatchObject({
    __typename: 'ValidationError',
  });
  const ids = (await list()).map(({ id }) => id);
  await tell(['another tenant']);
  expect(await merge({ signatureIds: ids })).toMatchObject({
    __typename: 'NotFoundError',
    path: ['input', 'signatureIds', '0'],
  });
});
