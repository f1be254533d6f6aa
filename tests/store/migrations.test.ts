import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate, readMigrationState } from '../../src/store/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { query } from '../support/embedded.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const sqlFiles = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort();

it('has a migration for everything that the tables say', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mnemograph-migrations-'));
  try {
    cpSync(join(ROOT, 'drizzle'), directory, { recursive: true });
    execFileSync(
      process.execPath,
      [
        'node_modules/drizzle-kit/bin.cjs',
        'generate',
        '--dialect=postgresql',
        '--schema=./src/store/tables/*.ts',
        `--out=${relative(ROOT, directory)}`,
      ],
      { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const committed = sqlFiles(join(ROOT, 'drizzle'));
    const missing = sqlFiles(directory).filter((name) => !committed.includes(name));
    expect(missing.map((name) => readFileSync(join(directory, name), 'utf8'))).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it('brings an empty database to the whole schema, and a second run changes nothing', async () => {
  await query(
    database.target,
    'drop schema public cascade; drop schema drizzle cascade; create schema public',
  );
  expect(await readMigrationState(database.target)).toMatchObject({ applied: 0 });
  const first = await migrate(database.target);
  expect(first.applied).toBe(first.known);
  const tables = `select count(*)::int as n from information_schema.tables where table_schema = 'public'`;
  const [before] = await query<{ n: number }>(database.target, tables);
  expect(before!.n).toBeGreaterThan(30);
  expect(await migrate(database.target)).toEqual(first);
  expect(await query(database.target, tables)).toEqual([before]);
});

it('refuses to run beneath a newer schema', async () => {
  await query(
    database.target,
    `insert into drizzle.__drizzle_migrations (hash, created_at) values ('from the future', 9999999999999)`,
  );
  await expect(migrate(database.target)).rejects.toThrow(/newer version has been here/);
});
