// Signature.parameters: exact while few events are kept, an even sample of many, whatever order they came in.
import { graphql } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { GraphServices } from '../../src/graph/context.ts';
import { PARAMETER_EVENTS } from '../../src/graph/parameter-events.ts';
import type { ParameterSummary } from '../../src/graph/parameters.ts';
import { buildSchema } from '../../src/graph/schema.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());

async function tell(name: string, lines: string[]): Promise<Caller> {
  const caller = await t.callerOf(name);
  await t.pipeline.ingestLines(caller, { sourceType: 'FILE', lines, service: 'worker' });
  await t.pipeline.settle(caller.tenantId);
  return caller;
}

async function parametersOf(caller: Caller): Promise<ParameterSummary[]> {
  const services = { store: t.store, clock: t.clock, pipeline: t.pipeline } as unknown as GraphServices;
  const source = `{ signatures { nodes {
    parameters { index kind eventsRead isSample distinctValues topValues { value count } } } } }`;
  const result = await graphql({ schema: buildSchema(), source, contextValue: { services, caller } });
  if (result.errors) throw result.errors[0];
  return (result.data as { signatures: { nodes: { parameters: ParameterSummary[] }[] } }).signatures.nodes[0]!
    .parameters;
}

const QUEUES = 7;
const jobs = (count: number) =>
  Array.from({ length: count }, (_, n) => `job ${n} of queue q${n % QUEUES} is done`);

it('is exact while all events are read', async () => {
  const [job, queue, ...more] = await parametersOf(await tell('few', jobs(140)));
  expect(more).toEqual([]);
  expect(job).toMatchObject({ index: 0, eventsRead: 140, isSample: false, distinctValues: 140 });
  expect(queue).toMatchObject({ index: 1, eventsRead: 140, isSample: false, distinctValues: QUEUES });
  expect(queue!.topValues[0]).toEqual({ value: 'q0', count: 20 });
});

it('reads an even sample of many events, the same in whatever order they are stored', async () => {
  const count = PARAMETER_EVENTS + 400;
  const caller = await tell('many', jobs(count));
  const [job, queue] = await parametersOf(caller);
  expect(job).toMatchObject({ kind: 'number', isSample: true });
  expect(job!.eventsRead).toBeGreaterThan(count / 16);
  expect(job!.eventsRead).toBeLessThan(count / 4);
  expect(job!.distinctValues).toBeGreaterThan(count / 2);
  expect(job!.distinctValues).toBeLessThanOrEqual(count);
  expect(queue).toMatchObject({ isSample: true, distinctValues: QUEUES });

  const own = `from event where tenant_id = ${caller.tenantId}`;
  await t.store.writePool.query(
    `create table stored_anew as select * ${own} order by ts desc, event_id desc;
     delete ${own};
     insert into event select * from stored_anew order by event_id desc;
     drop table stored_anew`,
  );
  expect(await parametersOf(caller)).toEqual([job, queue]);
});
