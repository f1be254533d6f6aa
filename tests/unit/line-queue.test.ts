import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Intake } from '../../src/connectors/intake.ts';
import { LineQueue } from '../../src/connectors/line-queue.ts';
import { UnavailableError } from '../../src/domain/errors.ts';
import type { Loss } from '../../src/store/sources.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('closes although nothing can be stored, while lines still come: all of them are told as lost', async () => {
  const losses: Loss[] = [];
  const intake = {
    name: 'network',
    clock: { nowUs: () => 0n },
    lines: () => Promise.reject(new UnavailableError('The database does not answer.')),
    fault: async () => {},
    loss: async (loss: Loss) => void losses.push(loss),
  } as unknown as Intake;
  const queue = new LineQueue(intake, { maxQueued: 10, batchLines: 5 });
  const fill = async () => {
    for (let n = 0; n < 42; n++)
      while (!queue.push({ text: `line ${n}`, bytes: null, peer: '' })) await queue.room();
  };
  const closing = queue.close(fill());
  await vi.advanceTimersByTimeAsync(60_000);
  await closing;
  expect(losses.reduce((sum, { lost }) => sum + lost, 0)).toBe(42);
});
