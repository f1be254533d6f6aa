import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { settingsTable } from '../../src/settings.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

it('lists every setting with what it means when unset, in one table', () => {
  const rows = settingsTable().map(
    ({ variable, fallback, description }) => `| \`${variable}\` | ${fallback} | ${description} |`,
  );
  const table = ['| Variable | Unset means | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
  expect(readme.split('<!-- settings -->')[1]!.split('<!-- /settings -->')[0]!.trim()).toBe(table);
});

it('names no npm script that is not there', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script!);
  expect(named).toContain('demo');
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
});
