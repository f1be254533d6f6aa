// Every table has its place in an archive, or a reason to stay behind that the documentation tells.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXPORT_QUERIES } from '../../src/archive/export-queries.ts';
import { RECORD_KINDS } from '../../src/archive/format.ts';
import { ARCHIVED } from '../../src/archive/tables.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());

it('each table of the database is carried, derived or left for a reason', async () => {
  const rows = await t.store.read<{ name: string }[]>`
    select c.relname as name from pg_class c
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname not like '%drizzle%' order by 1`;
  expect(Object.keys(ARCHIVED).sort()).toEqual(rows.map(({ name }) => name).sort());
});

it('what is said to be carried is: each kind of record, and each table in the statement that writes it', () => {
  const kinds = new Set(
    Object.values(ARCHIVED).flatMap((decision) => ('carried' in decision ? decision.carried : [])),
  );
  expect([...kinds].sort()).toEqual([...RECORD_KINDS].sort());
  for (const [table, decision] of Object.entries(ARCHIVED)) {
    if (!('carried' in decision)) continue;
    const statements = decision.carried.map((kind) => EXPORT_QUERIES[kind](1)).join('\n');
    expect(statements, table).toMatch(new RegExp(`(?:from|join) ${table}\\b`));
  }
});

it('the documentation tells of all that is not carried, and why', async () => {
  const docs = await readFile(new URL('../../docs/memory-files.md', import.meta.url), 'utf8');
  for (const [table, decision] of Object.entries(ARCHIVED)) {
    if ('carried' in decision) continue;
    const row =
      'derived' in decision ? `made again | ${decision.derived}` : `stays behind | ${decision.left}`;
    expect(docs).toContain(`| \`${table}\` | ${row} |`);
  }
});
