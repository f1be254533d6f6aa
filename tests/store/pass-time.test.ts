// Silence on a live server: nothing comes, and that is what there is to tell.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());

const beatsUntilNoon = (day: string) =>
  Array.from({ length: 60 }, (_, i) => ({
    timestamp: `${day}T11:${String(i).padStart(2, '0')}:00Z`,
    host: 'web-1',
    message: `alive ${i}`,
  }));

const silences = async (tenantId: number) =>
  t.store.read`select entity from signal where tenant_id = ${tenantId} and kind = 'SILENCE'`;

it('shows by the clock alone, after the habit and what events may need to arrive', async () => {
  const live = await t.callerOf('live');
  await t.pipeline.ingestEvents(live, { events: beatsUntilNoon('2026-03-10') });
  await t.pipeline.settle(live.tenantId);
  t.clock.set('2026-03-10T12:10:00Z');
  await t.pipeline.passTime();
  expect(await silences(live.tenantId)).toEqual([]);
  t.clock.set('2026-03-10T12:11:00Z');
  await t.pipeline.passTime();
  await t.pipeline.passTime();
  expect(await silences(live.tenantId)).toEqual([{ entity: 'web-1' }]);
});

it('leaves the logs of long ago alone: their time is not ours', async () => {
  const old = await t.callerOf('old');
  await t.pipeline.ingestEvents(old, { events: beatsUntilNoon('2006-03-10') });
  await t.pipeline.settle(old.tenantId);
  await t.pipeline.passTime();
  expect(await silences(old.tenantId)).toEqual([]);
});
