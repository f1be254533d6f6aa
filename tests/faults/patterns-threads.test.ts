// The built command in several threads: the same answer as in one, and a clear error when a thread fails.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syslogLines } from '../bench/corpus.ts';
import { run } from '../support/command.ts';

const TRACE = [
  '2026-02-10 06:55:46,123 ERROR [main] com.acme.Main - charge failed',
  'java.lang.IllegalStateException: no session',
  '\tat com.acme.Main.run(Main.java:17)',
];
const UNCUTTABLE = `  ${'indented '.repeat(12)}\n`.repeat(60_000);

const SEED = 11;
const PART_LINES = 45_000;
const MINUTE_MS = 60_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patterns-threads-'));
  const part = (seed: number): string =>
    syslogLines(PART_LINES, seed)
      .map((line, n) => (n % 500 === 0 ? [...TRACE, line] : [line]).join('\n'))
      .join('\n');
  await writeFile(join(folder, 'one.log'), `${part(SEED)}\n${UNCUTTABLE}${part(SEED + 1)}\n`);
  await writeFile(join(folder, 'two.log'), part(SEED + 2));
});

afterAll(() => rm(folder, { recursive: true }));

const patterns = async (...options: string[]): Promise<string> => {
  const files = ['one.log', 'two.log'].map((name) => join(folder, name));
  const { code, stdout, stderr } = await run(['patterns', '--json', ...options, ...files], {});
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

describe('mnemograph patterns in several threads', () => {
  it.each([
    ['without options', []],
    ['--by-program', ['--by-program']],
    ['--content', ['--content']],
  ])(
    'prints what it prints in one thread, byte for byte: %s',
    async (_, options) => {
      const [one, several] = [
        await patterns('--threads', '1', ...options),
        await patterns('--threads', '3', ...options),
      ];
      expect(several).toBe(one);
      expect(JSON.parse(one).lines).toBeGreaterThan(3 * PART_LINES);
    },
    MINUTE_MS,
  );

  it('says so when a thread fails', async () => {
    const module = new URL('../../dist/cli/patterns/mining-threads.js', import.meta.url).href;
    const { MiningThreads } = (await import(
      module
    )) as typeof import('../../src/cli/patterns/mining-threads.ts');
    const threads = new MiningThreads(2, null as never, () => {});
    await threads.mine(Buffer.allocUnsafeSlow(1).fill('\n'));
    await expect(threads.settle()).rejects.toThrow(/^a mining thread failed: .*null/);
    await threads.close();
  });
});
