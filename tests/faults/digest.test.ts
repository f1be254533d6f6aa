import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../support/command.ts';
import { discard, temporaryDirectory } from '../support/embedded.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe('digest', () => {
  const directory = temporaryDirectory();
  const dataDir = join(directory, 'data');
  const env = { MNEMOGRAPH_DATA_DIR: dataDir };
  const log = join(directory, 'kern.log');
  const digest = (...flags: string[]) => run(['digest', ...flags], env);

  beforeAll(async () => {
    for (const day of ['07', '08', '09'])
      appendFileSync(
        log,
        `2026-03-${day}T08:00:00Z db-1 kernel: EXT4-fs error (device sdb1): unable to read inode\n`,
      );
    const { code, stderr } = await run(['ingest', '--no-progress', '--tenant', 'acme', log], env);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
  afterAll(() => discard(directory, dataDir));

  it('says what, why, how sure and what next', async () => {
    const { code, stdout } = await digest('--tenant', 'acme');
    expect(code).toBe(0);
    expect(stdout).toMatch(/1 {2}\w+ +0\.\d\d {2}«<\*> error/);
    for (const label of ['why', 'sure', 'next']) expect(stdout).toMatch(new RegExp(`^ {4}${label} `, 'm'));
    const [first] = JSON.parse((await digest('--tenant', 'acme', '--first', '1', '--json')).stdout);
    expect(first).toMatchObject({ hostnames: ['db-1'], lastSeenAt: '2026-03-09T08:00:00.000Z' });
  });

  it('looks no further back than asked, and into no other memory', async () => {
    expect((await digest('--tenant', 'acme', '--since', '2026-03-10T00:00:00Z')).stdout).toContain(
      'Nothing deserves',
    );
    expect((await digest()).stdout).toContain('Nothing deserves a look');
  });

  it('says what is wrong with its flags', async () => {
    for (const [flag, value] of [
      ['--since', 'yesterday'],
      ['--first', '0'],
    ] as const) {
      const { code, stderr } = await digest(flag, value);
      expect(code).toBe(1);
      expect(stderr).toContain(`${flag} takes`);
    }
  });
});
