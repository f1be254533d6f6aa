// Export and import as real commands: from one data directory to another.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { run } from '../support/command.ts';
import { discard, temporaryDirectory } from '../support/embedded.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let directory: string;
let here: Record<string, string>;
let there: Record<string, string>;
beforeEach(() => {
  directory = temporaryDirectory();
  here = { MNEMOGRAPH_DATA_DIR: join(directory, 'here') };
  there = { MNEMOGRAPH_DATA_DIR: join(directory, 'there') };
});
afterEach(() => discard(directory, here.MNEMOGRAPH_DATA_DIR!, there.MNEMOGRAPH_DATA_DIR!));

const place = (name: string) => join(directory, name);

it('a memory is exported, imported elsewhere, and exported there as the same', async () => {
  const lines = Array.from(
    { length: 300 },
    (_, i) =>
      `Mar  1 0${1 + (i % 9)}:10:00 gate sshd[${i}]: Failed password for root from 198.51.100.${i % 200} port ${i} ssh2`,
  );
  writeFileSync(place('auth.log'), `${lines.join('\n')}\n`);
  expect(await run(['ingest', '--no-progress', place('auth.log')], here)).toMatchObject({ code: 0 });

  const written = await run(['export', place('memory.jsonl.gz')], here);
  expect(written).toMatchObject({ code: 0, stdout: '' });
  expect(written.stderr).toMatch(/\d+ records of "default" in .*memory\.jsonl\.gz/);

  const first = await run(['import', '--tenant', 'moved', '--json', place('memory.jsonl.gz')], there);
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(first.stdout)).toMatchObject({
    tenant: 'moved',
    merged: { signature: { added: 1 } },
    faultCount: 0,
  });
  const again = await run(['import', '--tenant', 'moved', place('memory.jsonl.gz')], there);
  expect(again.stdout).toMatch(/^\d+ records read: nothing new\n$/);

  const before = await run(['export'], here);
  const after = await run(['export', '--tenant', 'moved'], there);
  const records = (stdout: string) => stdout.split('\n').slice(1);
  expect(records(after.stdout)).toEqual(records(before.stdout));
  expect(records(before.stdout).length).toBeGreaterThan(5);
});

it('says what is wrong, where, and that nothing was imported', async () => {
  writeFileSync(place('other.jsonl'), '{"kind":"asset"}\n');
  const other = await run(['import', place('other.jsonl')], here);
  expect(other).toMatchObject({ code: 1, stdout: '' });
  expect(other.stderr).toMatch(/^error: This is no archive of Mnemograph/);

  const header = JSON.stringify({
    kind: 'header',
    format: 'mnemograph-memory',
    version: 1,
    tenant: 'x',
    exportedAt: '2026-03-01T00:00:00Z',
  });
  const asset = '{"kind":"asset","hostname":"","createdAt":"2026-03-01T00:00:00Z","updatedAt":"yesterday"}';
  writeFileSync(place('faulty.jsonl'), `${header}\n${asset}\n{"kind":"end","records":1}\n`);
  const faulty = await run(['import', place('faulty.jsonl')], here);
  expect(faulty).toMatchObject({ code: 1, stdout: '' });
  expect(faulty.stderr).toMatch(/line 2, "hostname": asset: .*\nerror: Nothing was imported: line 2/);

  const missing = await run(['export', '--tenant', 'nobody', place('never.jsonl')], here);
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/no tenant "nobody"/) });
  expect(() => readFileSync(place('never.jsonl'))).toThrow(/ENOENT/);
});

it('post-mortems of a directory are imported together, or not at all', async () => {
  const stories = place('stories');
  mkdirSync(join(stories, '2025'), { recursive: true });
  const story = (title: string, impact: string) =>
    `---\ntitle: ${title}\ndate: 2025-06-01\nimpact: ${impact}\n---\n\`\`\`\nvolume ${title} is full\n\`\`\`\n## Lessons\nClean up.\n`;
  writeFileSync(join(stories, 'one.md'), story('alpha', 'low'));
  writeFileSync(join(stories, '2025', 'two.md'), story('beta', 'enormous'));
  writeFileSync(join(stories, 'notes.txt'), 'no Markdown');

  const faulty = await run(['import', stories], here);
  expect(faulty).toMatchObject({ code: 1, stdout: '' });
  expect(faulty.stderr).toMatch(/two\.md, line 4, "impact": .*\nerror: Nothing was imported/);

  writeFileSync(join(stories, '2025', 'two.md'), story('beta', 'high'));
  expect(JSON.parse((await run(['import', '--json', stories], here)).stdout)).toMatchObject({
    merged: { incident: { added: 2 }, lesson: { added: 2 }, asset: { added: 0 } },
  });
  expect((await run(['import', stories], here)).stdout).toBe('0 records read: nothing new\n');
});
