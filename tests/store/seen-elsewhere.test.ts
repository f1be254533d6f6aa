// The one thing that a tenant learns of others: that five or more of those that share have seen it, and on what day.
import { graphql } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { GraphServices } from '../../src/graph/context.ts';
import { buildSchema } from '../../src/graph/schema.ts';
import { upsertTenant } from '../../src/review/upsert-tenant.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const schema = buildSchema();
let t: TestPipeline;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());

/** Words of others that must never come across. */
const SECRET = 'zebulon';

async function tenant(slug: string, shareSignatures: boolean, tags?: string[]): Promise<Caller> {
  const caller = await t.callerOf(slug);
  await upsertTenant({ store: t.store, clock: t.clock, caller }, { slug, shareSignatures, tags });
  return caller;
}

async function ingest(caller: Caller, message: string, day = 7): Promise<void> {
  const line = `Mar  ${day} 13:14:15 host-of-${SECRET}-${caller.tenantId} ${SECRET}d[1]: ${message}`;
  await t.pipeline.ingestLines(caller, { lines: [line], sourceType: 'SYSLOG' });
  await t.pipeline.settle(caller.tenantId);
}

async function ask(caller: Caller, text: string) {
  const services = { store: t.store, clock: t.clock, pipeline: t.pipeline } as unknown as GraphServices;
  const result = await graphql({
    schema,
    source: `query ($text: String!) { seenBefore(input: { message: { text: $text } }) {
      verdict occurrenceCount similar { similarity } explanation seenElsewhere { atLeast firstSeenAt text } } }`,
    variableValues: { text },
    contextValue: { services, caller },
  });
  if (result.errors) throw result.errors[0];
  return (result.data as { seenBefore: Record<string, unknown> }).seenBefore;
}

const MESSAGE = (n: number) => `license of module ${n} expired, refusing ${SECRET}-${n}@example.org`;
const QUESTION = 'license of module 4711 expired, refusing someone-1@example.net';

it('is told from five sharing tenants on, in steps and days, and holds nothing else', async () => {
  const me = await tenant('me', true);
  await ingest(me, 'something else entirely went by');
  for (let n = 1; n <= 4; n++) await ingest(await tenant(`sharing-${n}`, true), MESSAGE(n), 6 + (n % 3));
  await ingest(await tenant('private', false), MESSAGE(9), 1);
  expect(await ask(me, QUESTION)).toMatchObject({ verdict: 'NO', seenElsewhere: null });

  await ingest(await tenant('sharing-5', true), MESSAGE(5));
  const answer = await ask(me, QUESTION);
  expect(answer.seenElsewhere).toEqual({
    atLeast: 5,
    firstSeenAt: '2026-03-06T00:00:00.000Z',
    text: 'at 5 or more other tenants, first 4 days ago',
  });
  expect(answer).toMatchObject({ verdict: 'NO', occurrenceCount: 0, similar: [] });
  expect(JSON.stringify(answer)).not.toContain(SECRET);

  for (let n = 6; n <= 9; n++) await ingest(await tenant(`sharing-${n}`, true), MESSAGE(n));
  expect((await ask(me, QUESTION)).seenElsewhere).toMatchObject({ atLeast: 5 });
  await ingest(await tenant('sharing-10', true), MESSAGE(10));
  expect((await ask(me, QUESTION)).seenElsewhere).toMatchObject({ atLeast: 10 });
});

it('is neither told to a tenant that does not share, nor told of it, nor of itself', async () => {
  const silent = await tenant('silent', false);
  await ingest(silent, MESSAGE(1));
  expect(await ask(silent, QUESTION)).toMatchObject({ verdict: 'YES', seenElsewhere: null });

  const fourth = 'a tape drive wants cleaning cartridge 5';
  for (let n = 1; n <= 5; n++) await ingest(await tenant(`sharing-${n}`, true), fourth);
  const one = await tenant('sharing-1', true);
  expect((await ask(one, fourth)).seenElsewhere).toBeNull();
  expect((await ask(await tenant('me', true), fourth)).seenElsewhere).toMatchObject({ atLeast: 5 });
  await tenant('sharing-5', false);
  expect((await ask(await tenant('me', true), fourth)).seenElsewhere).toBeNull();
});

it('knows a form under whatever service it was logged, and not a form of other words', async () => {
  const me = await tenant('me', true);
  await ingest(me, MESSAGE(3));
  expect(await ask(me, QUESTION)).toMatchObject({ verdict: 'YES', seenElsewhere: { atLeast: 5 } });
  expect((await ask(me, 'license of module 4711 renewed')).seenElsewhere).toBeNull();
});

it('counts the tenants of one owner once, and those of the own owner not at all', async () => {
  const planted = 'a canary of the aviary sang at pier 4';
  const probe = await tenant('probe', true, ['owner:mallory']);
  for (let n = 1; n <= 4; n++)
    await ingest(await tenant(`sybil-${n}`, true, ['prod', 'Owner:Mallory']), planted);
  await ingest(await tenant('victim', true), planted);
  expect((await ask(probe, planted)).seenElsewhere).toBeNull();
  for (let n = 1; n <= 3; n++) await ingest(await tenant(`bystander-${n}`, true), planted);
  expect((await ask(probe, planted)).seenElsewhere).toBeNull();
  expect((await ask(await tenant('onlooker', true), planted)).seenElsewhere).toMatchObject({ atLeast: 5 });
  await ingest(await tenant('bystander-4', true), planted);
  expect((await ask(probe, planted)).seenElsewhere).toMatchObject({ atLeast: 5 });
});
