import { setImmediate as breath } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eachInTurns, mapInTurns, Turns } from '../../src/domain/turns.ts';

const STEP_MS = 2;

function work(): void {
  const endMs = performance.now() + STEP_MS;
  while (performance.now() < endMs);
}

/** What happened, in order: a step of some work, or a look at what else there is to do. */
async function trace(works: readonly string[], steps: number): Promise<string[]> {
  const seen: string[] = [];
  let isDone = false;
  const others = (async () => {
    while (!isDone) {
      seen.push('others');
      await breath();
    }
  })();
  await Promise.all(
    works.map((name) =>
      eachInTurns(Array(steps).keys(), () => {
        work();
        seen.push(name);
      }),
    ),
  );
  isDone = true;
  await others;
  return seen;
}

/** Without the first steps: all works begin at once, before any of them has had to wait. */
const runs = (seen: readonly string[]) =>
  seen
    .slice(seen.indexOf('others', 1))
    .join(' ')
    .split('others')
    .map((run) => run.trim())
    .filter((run) => run !== '');

describe('work in turns', () => {
  it('makes the same of the same, in order', async () => {
    const made = await mapInTurns(Array(40).keys(), (n, position) => {
      work();
      return `${n}:${position}`;
    });
    expect(made).toEqual(Array.from({ length: 40 }, (_, i) => `${i}:${i}`));
  });

  it('lets others in between any few steps', async () => {
    const seen = await trace(['a'], 20);
    expect(seen.filter((one) => one === 'a')).toHaveLength(20);
    for (const run of runs(seen)) expect(run.split(' ').length).toBeLessThanOrEqual(2);
  });

  it('lets others in between the turns of two works', async () => {
    const seen = await trace(['a', 'b'], 20);
    const both = runs(seen);
    expect(both.some((run) => run.includes('a'))).toBe(true);
    for (const run of both) expect(new Set(run.split(' ')).size).toBe(1);
  });

  it('rejects with what a step throws, and the queue goes on', async () => {
    const failing = eachInTurns(Array(10).keys(), (n) => {
      work();
      if (n === 7) throw new Error('seven');
    });
    const other = mapInTurns(Array(10).keys(), (n) => {
      work();
      return n;
    });
    await expect(failing).rejects.toThrow('seven');
    expect(await other).toHaveLength(10);
  });

  it('begins each turn anew', async () => {
    const turns = new Turns();
    expect(turns.isOver).toBe(false);
    while (!turns.isOver);
    await turns.next();
    expect(turns.isOver).toBe(false);
  });
});
