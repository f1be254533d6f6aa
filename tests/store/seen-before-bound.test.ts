// What people bound or parted is answered as they decided.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import { mergeSignatures } from '../../src/review/signatures/merge-signatures.ts';
import { splitSignature } from '../../src/review/signatures/split-signature.ts';
import { undoBinding } from '../../src/review/signatures/undo-binding.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`seen-bound${++tenants}`);
});

const ctx = () => ({ store: t.store, clock: t.clock, caller, pipeline: t.pipeline });
const ask = (text: string, service?: string) => seenBefore(ctx(), { message: { text, service } });

async function tell(...messages: string[]): Promise<void> {
  await t.pipeline.ingestEvents(caller, { events: messages.map((message) => ({ message, service: 'app' })) });
  await t.pipeline.settle(caller.tenantId);
}

const idOf = async (text: string): Promise<string> => (await ask(text)).signatureId!;

it('a wording that people joined to another is YES with the history of both', async () => {
  await tell('disk sda1 is out of space', 'disk sda1 is out of space', 'no room is left on volume 7');
  const kept = await idOf('disk sda1 is out of space');
  const { bindingId } = await mergeSignatures(ctx(), {
    signatureIds: [kept, await idOf('no room is left on volume 7')],
  });
  expect(await ask('no room is left on volume 9')).toMatchObject({
    verdict: 'YES',
    signatureId: kept,
    occurrenceCount: 3,
  });
  await undoBinding(ctx(), { bindingId: bindingId! });
  expect(await ask('no room is left on volume 9')).toMatchObject({ verdict: 'YES', occurrenceCount: 1 });
});

const served = (status: number) => `10.0.0.1 - - "GET /cart HTTP/1.1" ${status} 512`;

it('a message is of the part that people made for it, whether or not its service is named', async () => {
  await tell(served(200), served(200), served(500));
  const { partId } = await splitSignature(ctx(), {
    signatureId: await idOf(served(200)),
    by: { field: { name: 'httpStatus', values: ['500'] } },
  });
  for (const service of [undefined, 'app']) {
    expect(await ask(served(500), service)).toMatchObject({ signatureId: partId, occurrenceCount: 1 });
    expect(await ask(served(200), service)).toMatchObject({ verdict: 'YES', occurrenceCount: 2 });
  }
});

it('a message of a part that has no event yet was not seen, though its form was', async () => {
  await tell('user alice was locked out after 7 attempts', 'user bob was locked out after 3 attempts');
  const signatureId = await idOf('user bob was locked out after 3 attempts');
  await splitSignature(ctx(), { signatureId, by: { field: { name: 'user', values: ['alice', 'root'] } } });
  const known = await ask('user alice was locked out after 9 attempts');
  expect(known).toMatchObject({ verdict: 'YES', occurrenceCount: 1 });
  expect((await ask('user bob was locked out after 9 attempts')).signatureId).not.toBe(known.signatureId);
});
