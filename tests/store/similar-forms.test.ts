// Which stored forms come up for a message, and that older databases get the index behind it.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { retrieveTemplates } from '../../src/memory/seen-before/retrieve.ts';
import { sketchForms } from '../../src/pipeline/sketch-forms.ts';
import { sketchWords } from '../../src/signature/sketch.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline();
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`similar${++tenants}`);
});

const find = async (text: string, who = caller) =>
  (await retrieveTemplates(t.store.read, who.tenantId, sketchWords(text))).map(
    (found) => found.memberPattern,
  );

async function remember(messages: string[], who = caller): Promise<void> {
  const lines = messages.map((message) => `Mar 10 08:00:00 gate app: ${message}`);
  await t.pipeline.ingestLines(who, { lines, sourceType: 'SYSLOG' });
  await t.pipeline.settle(who.tenantId);
}

const DISK = 'volume data on array 7 is 97 % full and writes are refused';
const LEASE = 'lease of 10.0.0.7 expired before the client renewed it';

it('finds a form by most of its words, the one with more in common first', async () => {
  await remember([DISK, LEASE, 'volume data was mounted']);
  expect(await find('volume photos on array is full and writes are refused')).toEqual([
    'volume data on array <*> is <*> % full and writes are refused',
    'volume data was mounted',
  ]);
  expect(await find('nothing of this kind')).toEqual([]);
  expect(await find('12 34')).toEqual([]);
});

it('finds it among forms that share all of its common words', async () => {
  const crowd = Array.from(
    { length: 900 },
    (_, i) => `client ${wordOf(i)} connected to the pool and took a lease`,
  );
  await remember([...crowd, 'client lost its lease while the pool was draining slowly']);
  const found = await find('client lost its connection while the pool was draining');
  expect(found[0]).toBe('client lost its lease while the pool was draining slowly');
  expect(found.length).toBeLessThanOrEqual(200);
});

const wordOf = (n: number): string => [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('x');

it('never looks into another tenant', async () => {
  const stranger = await t.callerOf('similar-stranger');
  await remember([DISK], stranger);
  expect(await find(DISK)).toEqual([]);
});

it('leads from a joined form to the signature that it is counted for', async () => {
  await remember(
    ['alder', 'beech', 'cedar', 'maple'].map((name) => `the ${name} worker has finished its nightly batch`),
  );
  const found = await retrieveTemplates(t.store.read, caller.tenantId, [
    'cedar',
    'worker',
    'nightly',
    'batch',
  ]);
  expect(found.length).toBe(4);
  expect(new Set(found.map((f) => f.rootId)).size).toBe(1);
  expect(found[0]).toMatchObject({ memberPattern: expect.stringContaining('cedar'), count: 4 });
});

it('sketches forms that were stored without, once', async () => {
  await remember([DISK, LEASE]);
  await t.store.writePool.query('delete from signature_sketch where tenant_id = $1', [caller.tenantId]);
  await t.store.writePool.query('update signature_form set sketch_version = 0 where tenant_id = $1', [
    caller.tenantId,
  ]);
  expect(await find(DISK)).toEqual([]);
  const signal = new AbortController().signal;
  expect(await sketchForms(t.store, signal)).toBe(2);
  expect(await find(DISK)).toHaveLength(1);
  expect(await sketchForms(t.store, signal)).toBe(0);
});
