// A split survives the next million lines: signed by several processes in turn, one of them started later, counted
// exactly, and not much slower than without it. The share of errors makes every batch hold both sides.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { Pipeline } from '../../src/pipeline/pipeline.ts';
import { splitSignature } from '../../src/review/signatures/split-signature.ts';
import { undoBinding } from '../../src/review/signatures/undo-binding.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const BATCH = 5_000;
const BEFORE = 40;
const AFTER = 200;
const ERROR_EVERY = 7;
const MINUTE_LINES = 3_000;

let t: TestPipeline;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());

const two = (n: number) => String(n).padStart(2, '0');

function line(n: number): string {
  const minute = Math.floor(n / MINUTE_LINES);
  const time = `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}:${two(n % 60)}`;
  const status = n % ERROR_EVERY === 0 ? 500 : 200;
  return `10.0.${n % 200}.${n % 251} - - [09/Mar/2026:${time} +0000] "GET /cart/${n} HTTP/1.1" ${status} ${n % 9_000}`;
}

async function send(
  caller: Caller,
  pipelines: readonly Pipeline[],
  from: number,
  batches: number,
): Promise<number> {
  const started = performance.now();
  for (let b = 0; b < batches; b++) {
    const lines = Array.from({ length: BATCH }, (_, i) => line((from + b) * BATCH + i));
    const input = { sourceType: 'FILE', service: 'shop', lines, batchKey: `b${from + b}` } as const;
    await pipelines[b % pipelines.length]!.ingestLines(caller, input);
  }
  for (const pipeline of pipelines) await pipeline.settle(caller.tenantId);
  return (batches * BATCH) / ((performance.now() - started) / 1_000);
}

const errorsBelow = (n: number) => Math.ceil(n / ERROR_EVERY);

it('survives the next million lines', { timeout: 1_800_000 }, async () => {
  const { caller } = t;
  const second = t.another();
  const unsplit = await send(caller, [t.pipeline, second], 0, BEFORE);
  const [signature] = await t.store.read<{ id: string }[]>`
    select signature_id as id from signature where tenant_id = ${caller.tenantId} and occurrence_count > 0`;
  const ctx = { store: t.store, clock: t.clock, caller, pipeline: t.pipeline };
  const started = performance.now();
  const by = { field: { name: 'httpStatus', values: ['500'] } } as const;
  const { bindingId, partId, signatureId, moved } = await splitSignature(ctx, {
    signatureId: signature!.id,
    by,
  });
  const splitMs = performance.now() - started;
  expect(moved.events).toBe(errorsBelow(BEFORE * BATCH));
  const split = await send(caller, [t.pipeline, second], BEFORE, AFTER / 2);
  await send(caller, [t.another(), second], BEFORE + AFTER / 2, AFTER / 2);

  const total = (BEFORE + AFTER) * BATCH;
  const counted = () => t.store.read<{ id: string; n: number }[]>`
    select signature_id as id, occurrence_count::float8 as n from signature
     where tenant_id = ${caller.tenantId} and occurrence_count > 0 order by n`;
  expect(await counted()).toEqual([
    { id: partId, n: errorsBelow(total) },
    { id: signatureId, n: total - errorsBelow(total) },
  ]);
  const misplaced = await t.store.read`
    select 1 from event e join signature s using (tenant_id, signature_id)
     where e.tenant_id = ${caller.tenantId}
       and (e.message_raw like '%HTTP/1.1" 500 %') <> (coalesce(s.merged_into_id, s.signature_id) = ${partId}) limit 1`;
  expect(misplaced).toEqual([]);
  const undoing = performance.now();
  await undoBinding(ctx, { bindingId: bindingId! });
  const undoMs = performance.now() - undoing;
  expect(await counted()).toEqual([{ id: signatureId, n: total }]);
  const rate = (n: number) => `${Math.round(n / 1_000)} k lines/s`;
  console.log(
    `split of ${BEFORE * BATCH} events ${Math.round(splitMs)} ms; ${AFTER * BATCH} lines after it at ${rate(split)} (before it ${rate(unsplit)}); undo of ${total} events ${Math.round(undoMs)} ms`,
  );
});
