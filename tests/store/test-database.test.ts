import { afterAll, beforeAll, expect, it } from 'vitest';
import { readMigrationState } from '../../src/store/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { query } from '../support/embedded.ts';

let databases: TestDatabase[];

beforeAll(async () => {
  databases = await Promise.all([createTestDatabase(), createTestDatabase()]);
});
afterAll(() => Promise.all(databases.map((database) => database.drop())));

it('gives every caller a migrated database of its own', async () => {
  const [first, second] = databases as [TestDatabase, TestDatabase];
  await query(first.target, 'create table only_here ()');
  expect(await query(second.target, `select to_regclass('only_here') as found`)).toEqual([{ found: null }]);
  const { applied, known } = await readMigrationState(second.target);
  expect(applied).toBe(known);
  expect(known).toBeGreaterThan(0);
});
