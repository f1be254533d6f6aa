import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from '../../src/store/embedded/lock.ts';
import { observeProcess } from '../../src/store/embedded/processes.ts';
import { temporaryDirectory } from '../support/embedded.ts';

const LOCK = fileURLToPath(new URL('../../dist/store/embedded/lock.js', import.meta.url));
const TAKER = fileURLToPath(new URL('../support/lock-taker.mjs', import.meta.url));

describe('the lock between processes', () => {
  let directory: string;
  beforeEach(() => {
    directory = temporaryDirectory();
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const taker = (rounds: number): ChildProcess =>
    spawn(process.execPath, [TAKER, LOCK, directory, String(rounds)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });

  it('lets calls in one by one, and goes on after one that failed', async () => {
    const order: string[] = [];
    const calls = ['a', 'b', 'c'].map((name) =>
      withLock(directory, async () => {
        order.push(`${name} in`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${name} out`);
        if (name === 'a') throw new Error('a failed');
      }),
    );
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    const names = order.filter((_, index) => index % 2 === 0).map((entry) => entry[0]);
    expect(order).toEqual(names.flatMap((name) => [`${name} in`, `${name} out`]));
  });

  it('never holds two, while holders are killed inside', async () => {
    const survivors = [taker(30), taker(30)];
    const codes = Promise.all(survivors.map((child) => once(child, 'exit').then(([code]) => code)));
    for (let victim = 0; victim < 4; victim += 1) {
      const child = taker(0);
      const gone = once(child, 'exit');
      expect(String(await Promise.race([once(child.stdout!, 'data'), gone]))).toBe('inside\n');
      child.kill('SIGKILL');
      await gone;
    }
    expect(await codes).toEqual([0, 0]);
    expect(readdirSync(directory).filter((name) => /^\d+$/.test(name)).length).toBeLessThan(4);
  });

  it('is not held by a later process with the pid of its dead holder', async () => {
    const { pid, birth } = observeProcess(process.ppid)!;
    symlinkSync(`${pid}@${birth.replace(/\d+$/, '1')}`, join(directory, '1'));
    expect(await withLock(directory, async () => 'in')).toBe('in');
  });
});
