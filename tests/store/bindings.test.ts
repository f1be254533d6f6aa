// People join and part signatures: from then on every process obeys, and the past is as if it had always been so.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import {
  ConflictError,
  LimitExceededError,
  NotFoundError,
  ValidationError,
} from '../../src/domain/errors.ts';
import type { Pipeline } from '../../src/pipeline/pipeline.ts';
import { mergeSignatures } from '../../src/review/signatures/merge-signatures.ts';
import { splitSignature } from '../../src/review/signatures/split-signature.ts';
import { undoBinding } from '../../src/review/signatures/undo-binding.ts';
import { exported, imported, moved } from '../support/archive.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`bound-${++tenants}`);
});

const ctx = (pipeline: Pipeline = t.pipeline) => ({ store: t.store, clock: t.clock, caller, pipeline });

async function tell(
  messages: readonly string[],
  minute: number,
  { pipeline = t.pipeline, service = 'app' }: { pipeline?: Pipeline; service?: string } = {},
) {
  await pipeline.ingestEvents(caller, {
    events: messages.map((message, i) => ({
      timestamp: new Date(Date.UTC(2026, 2, 9, 0, minute, 0, i)).toISOString(),
      host: 'web-1',
      service,
      severity: 'WARNING',
      message,
    })),
  });
  await pipeline.settle(caller.tenantId);
}

const served = (status: number) => `10.0.0.1 - - "GET /cart HTTP/1.1" ${status} 512`;

interface Counted {
  readonly id: string;
  readonly part: string | null;
  readonly n: number;
}
/** What is listed, most frequent first. */
const counted = () => t.store.read<Counted[]>`
  select signature_id as id, part, occurrence_count::float8 as n from signature
   where tenant_id = ${caller.tenantId} and occurrence_count > 0 order by occurrence_count desc, key`;
const counts = async () => (await counted()).map(({ n }) => n);
const idOf = async (text: string) => {
  const [row] = await t.store.read<{ id: string }[]>`
    select coalesce(merged_into_id, signature_id) as id from signature
     where tenant_id = ${caller.tenantId} and example_message like ${`%${text}%`} order by 1 limit 1`;
  return row!.id;
};
/** Buckets must say what the events say. */
const expectConsistent = async () => {
  const rows = await t.store.read`
    with e as (
      select coalesce(s.merged_into_id, s.signature_id) as id, floor(extract(epoch from ts) / 60)::int as minute, count(*)::int as n,
             max(severity)::int as worst
        from event e join signature s using (tenant_id, signature_id) where tenant_id = ${caller.tenantId} group by 1, 2),
    f as (select signature_id as id, minute, sum(n)::int as n, max(worst)::int as worst from feature_bucket
           where tenant_id = ${caller.tenantId} and signature_id <> 0 group by 1, 2)
    select * from e full join f using (id, minute, n, worst) where e.id is null or f.id is null`;
  expect(rows).toEqual([]);
};

describe('a split by a typed field', () => {
  const split = (values: string[], dryRun = false, pipeline?: Pipeline) =>
    idOf('GET').then((signatureId) =>
      splitSignature(ctx(pipeline), { signatureId, by: { field: { name: 'httpStatus', values } }, dryRun }),
    );

  it('gives the events with that value a signature of their own, past and future, in every process', async () => {
    const other = t.another();
    await tell([200, 200, 200, 500].map(served), 0);
    await tell([200, 500].map(served), 5, { pipeline: other });
    expect(await counts()).toEqual([6]);
    const outcome = await split(['500']);
    expect(outcome.moved).toMatchObject({ events: 2 });
    expect(await counts()).toEqual([4, 2]);
    await tell([200, 500, 500].map(served), 10);
    await tell([500, 200, 404].map(served), 11, { pipeline: other });
    await tell([500].map(served), 12, { pipeline: t.another() });
    expect(await counted()).toMatchObject([
      { id: outcome.signatureId, n: 7, part: null },
      { id: outcome.partId, n: 6, part: 'httpStatus = 500' },
    ]);
    await expectConsistent();
  });

  it('is only counted by a preview', async () => {
    await tell([200, 200, 500].map(served), 0);
    const outcome = await split(['500'], true);
    expect(outcome).toMatchObject({ moved: { events: 1 }, dryRun: true, bindingId: null, partId: null });
    expect(await counts()).toEqual([3]);
    await tell([200, 500].map(served), 1);
    expect(await counts()).toEqual([5]);
  });

  it('is undone without a trace but in the journal', async () => {
    await tell([500, 200, 200].map(served), 0);
    const { bindingId, partId } = await split(['500']);
    await tell([500].map(served), 1);
    expect(await counts()).toEqual([2, 2]);
    const undone = await undoBinding(ctx(), { bindingId: bindingId! });
    expect(undone.moved.events).toBe(2);
    await tell([500, 200].map(served), 2, { pipeline: t.another() });
    expect(await counts()).toEqual([6]);
    const [old] = await t.store.read`
      select merged_into_id as into from signature where tenant_id = ${caller.tenantId} and signature_id = ${partId}`;
    expect(old!.into).toBe((await counted())[0]!.id);
    await expectConsistent();
    expect((await undoBinding(ctx(), { bindingId: bindingId! })).moved.events).toBe(0);
  });

  it('can be made again, and again: what is done already changes nothing', async () => {
    await tell([500, 200, 200].map(served), 0);
    const first = await split(['500']);
    expect(await split(['500'])).toMatchObject({
      partId: first.partId,
      moved: { events: 0 },
      bindingId: null,
    });
    await undoBinding(ctx(), { bindingId: first.bindingId! });
    expect(await split(['500'])).toMatchObject({ partId: first.partId, moved: { events: 1 } });
  });

  it('parts a part again', async () => {
    await tell([500, 502, 503, 200, 200].map(served), 0);
    await split(['500', '502', '503']);
    const part = (await counted())[0]!;
    expect(part).toMatchObject({ n: 3 });
    const again = await splitSignature(ctx(), {
      signatureId: part.id,
      by: { field: { name: 'httpStatus', values: ['503'] } },
    });
    await tell([503, 502, 200].map(served), 1, { pipeline: t.another() });
    expect((await counts()).sort()).toEqual([2, 3, 3]);
    expect(again.signatureId).toBe(part.id);
    await expectConsistent();
  });
});

describe('words', () => {
  const NAMES = ['alder', 'birch', 'cedar', 'elder', 'hazel', 'larch', 'maple', 'olive', 'rowan', 'willow'];
  const login = (name: string) => `Login of account ${name} was refused by policy`;

  it('part a family that was learnt, whatever comes', async () => {
    await tell(NAMES.map(login), 0);
    expect(await counts()).toEqual([10]);
    const outcome = await splitSignature(ctx(), { signatureId: await idOf('Login'), by: { word: 'cedar' } });
    expect(outcome.moved.events).toBe(1);
    await tell(['cedar', 'cedar', 'zelkova', 'alder'].map(login), 20, { pipeline: t.another() });
    await tell([...NAMES.slice(4), 'yew'].map(login), 30);
    expect(await counts()).toEqual([18, 3]);
    await expectConsistent();
    await undoBinding(ctx(), { bindingId: outcome.bindingId! });
    expect(await counts()).toEqual([21]);
    await expectConsistent();
  });

  it('that never generalise are joined by hand', async () => {
    await tell(['VM started', 'VM paused', 'VM paused'], 0);
    expect(await counts()).toEqual([2, 1]);
    const ids = [await idOf('VM started'), await idOf('VM paused')];
    const preview = await mergeSignatures(ctx(), { signatureIds: ids, dryRun: true });
    expect(preview.moved.events).toBe(2);
    const outcome = await mergeSignatures(ctx(), { signatureIds: ids });
    expect(await counts()).toEqual([3]);
    expect(outcome.signatureId).toBe(ids[0]);
    await tell(['VM paused', 'VM started', 'VM resumed'], 9, { pipeline: t.another() });
    expect(await counts()).toEqual([5, 1]);
    expect((await mergeSignatures(ctx(), { signatureIds: ids })).moved.events).toBe(0);
    await undoBinding(ctx(), { bindingId: outcome.bindingId! });
    expect(await counts()).toEqual([3, 2, 1]);
    await expectConsistent();
  });

  it('join across services, and go by the oldest message whenever that comes', async () => {
    await tell(['disk sda is full'], 10, { service: 'monit' });
    await tell(['the disk has no room left'], 12, { service: 'kernel' });
    const ids = [await idOf('disk sda'), await idOf('no room')];
    const merged = await mergeSignatures(ctx(), { signatureIds: ids });
    expect(merged.signatureId).toBe(ids[0]);
    await tell(['the disk has no room left'], 1, { service: 'kernel', pipeline: t.another() });
    expect(await counted()).toMatchObject([{ id: ids[1], n: 3 }]);
    await expectConsistent();
  });
});

describe('a form that joins a parted family later', () => {
  const NAMES = ['alder', 'birch', 'cedar', 'elder', 'hazel', 'larch', 'maple', 'olive', 'rowan', 'willow'];
  const login = (name: string, port: number) => `Login of account ${name} was refused at port ${port}`;

  it('comes apart as if it had been there before', async () => {
    await tell(
      NAMES.slice(0, 4).map((name) => login(name, 22)),
      0,
    );
    await tell(
      NAMES.slice(0, 4).map((name) => login(name, 2222)),
      5,
    );
    const [family] = await counted();
    expect(family!.n).toBe(8);
    await splitSignature(ctx(), {
      signatureId: family!.id,
      by: { parameter: { index: 1, values: ['2222'] } },
    });
    expect(await counts()).toEqual([4, 4]);
    await tell(
      [...NAMES.slice(4), 'yew'].flatMap((name) => [login(name, 22), login(name, 2222)]),
      20,
      {
        pipeline: t.another(),
      },
    );
    expect(await counts()).toEqual([11, 11]);
    await expectConsistent();
  });
});

describe('a memory that is taken along', () => {
  it('brings the decisions, and obeys them there', async () => {
    await tell([...[200, 200, 500].map(served), 'VM started', 'VM paused'], 0);
    const by = { field: { name: 'httpStatus', values: ['500'] } } as const;
    await splitSignature(ctx(), { signatureId: await idOf('GET'), by });
    const ids = [await idOf('VM started'), await idOf('VM paused')];
    const { bindingId } = await mergeSignatures(ctx(), { signatureIds: ids, reason: 'one thing' });
    const lines = await exported(ctx());
    caller = await t.callerOf(`moved-${tenants}`);
    await imported(ctx(), lines);
    expect(moved(await imported(ctx(), lines))).toBe(0);
    expect(await counts()).toEqual([2, 2, 1]);
    await tell([200, 500, 500].map(served), 9);
    await tell(['VM paused'], 9, { pipeline: t.another() });
    expect(await counts()).toEqual([3, 3, 3]);
    const journal = await t.store.read<{ id: string; reason: string | null }[]>`
      select constraint_id as id, reason from signature_constraint where tenant_id = ${caller.tenantId} order by seq`;
    expect(journal.map(({ reason }) => reason)).toEqual([null, 'one thing']);
    expect(journal.map(({ id }) => id)).not.toContain(bindingId);
    await undoBinding(ctx(), { bindingId: journal[1]!.id });
    await tell(['VM started'], 10);
    expect((await counted()).length).toBe(4);
  });
});

describe('what cannot be', () => {
  it('is refused, typed, and changes nothing', async () => {
    await tell([200, 200, 500].map(served), 0);
    const signatureId = await idOf('GET');
    const split = (by: Parameters<typeof splitSignature>[1]['by']) =>
      splitSignature(ctx(), { signatureId, by });
    await expect(split({ field: { name: 'httpStatus', values: ['404'] } })).rejects.toThrow(ValidationError);
    await expect(split({ field: { name: 'httpStatus', values: ['200', '500'] } })).rejects.toThrow(
      /nothing would remain/,
    );
    await expect(split({ word: 'absent' })).rejects.toThrow(ValidationError);
    await expect(split({})).rejects.toThrow(ValidationError);
    await expect(mergeSignatures(ctx(), { signatureIds: [signatureId] })).rejects.toThrow(ValidationError);
    await expect(mergeSignatures(ctx(), { signatureIds: [signatureId, '1'] })).rejects.toThrow(NotFoundError);
    await expect(undoBinding(ctx(), { bindingId: '1' })).rejects.toThrow(NotFoundError);
    expect(await counts()).toEqual([3]);
  });

  it('is refused to another tenant', async () => {
    await tell([200, 500].map(served), 0);
    const signatureId = await idOf('GET');
    caller = await t.callerOf(`stranger-${tenants}`);
    await expect(splitSignature(ctx(), { signatureId, by: { word: 'GET' } })).rejects.toThrow(NotFoundError);
  });

  it('is undone in reverse order only', async () => {
    await tell(['VM started', 'VM paused', 'VM resumed'], 0);
    const [a, b, c] = [await idOf('VM started'), await idOf('VM paused'), await idOf('VM resumed')];
    const first = await mergeSignatures(ctx(), { signatureIds: [a!, b!] });
    const second = await mergeSignatures(ctx(), { signatureIds: [b!, c!] });
    expect(await counts()).toEqual([3]);
    await expect(undoBinding(ctx(), { bindingId: first.bindingId! })).rejects.toThrow(ConflictError);
    await undoBinding(ctx(), { bindingId: second.bindingId! });
    await undoBinding(ctx(), { bindingId: first.bindingId! });
    expect(await counts()).toEqual([1, 1, 1]);
  });

  it('has a limit', async () => {
    const bounded = t.another({ maxMovedEvents: 2 });
    await tell([200, 500, 500, 500].map(served), 0);
    const signatureId = await idOf('GET');
    const by = { field: { name: 'httpStatus', values: ['500'] } } as const;
    await expect(splitSignature(ctx(bounded), { signatureId, by })).rejects.toThrow(LimitExceededError);
    expect(await counts()).toEqual([4]);
  });
});
