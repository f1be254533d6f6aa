// Brings a database to this version's schema: one at a time, and never beneath a newer one.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { UnavailableError } from '../domain/errors.ts';
import { createAsOfViews, dropAsOfViews } from './as-of/views.ts';
import { APPLICATION_NAME, type DatabaseTarget } from './target.ts';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../drizzle', import.meta.url));
const MIGRATION_LOCK = 7_303_014_001;
const OLDEST_SERVER_VERSION = 150_000;

export interface MigrationState {
  readonly applied: number;
  readonly known: number;
}

/** Applies what is missing, under a lock. Throws UnavailableError where the server or its schema does not fit. */
export async function migrate(target: DatabaseTarget): Promise<MigrationState> {
  return withClient(target, async (client) => {
    await requireServerVersion(client);
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const before = await migrationState(client);
    if (before.applied > before.known) throw newerSchema(before);
    if (before.applied < before.known) {
      await dropAsOfViews(client);
      await applyMigrations(drizzle(client), { migrationsFolder: MIGRATIONS_FOLDER });
    }
    await createAsOfViews(client);
    return migrationState(client);
  });
}

/** How many migrations the database has, and how many this version knows. */
export const readMigrationState = (target: DatabaseTarget): Promise<MigrationState> =>
  withClient(target, migrationState);

async function migrationState(client: pg.Client): Promise<MigrationState> {
  const journal = JSON.parse(readFileSync(`${MIGRATIONS_FOLDER}/meta/_journal.json`, 'utf8')) as {
    entries: unknown[];
  };
  const known = journal.entries.length;
  const { rows } = await client.query(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as present`,
  );
  if (!rows[0].present) return { applied: 0, known };
  const counted = await client.query('select count(*)::int as n from drizzle.__drizzle_migrations');
  return { applied: counted.rows[0].n, known };
}

async function withClient<T>(target: DatabaseTarget, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...target, application_name: APPLICATION_NAME });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function requireServerVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`select current_setting('server_version_num')::int as version`);
  if (rows[0].version >= OLDEST_SERVER_VERSION) return;
  throw new UnavailableError(
    `PostgreSQL 15 or newer is needed; DATABASE_URL names a server of version ${rows[0].version}. Upgrade it, or unset DATABASE_URL to use the embedded one.`,
  );
}

const newerSchema = (state: MigrationState) =>
  new UnavailableError(
    `The database has ${state.applied} migrations, this version of Mnemograph knows ${state.known}: a newer version has been here. Upgrade Mnemograph; nothing was changed.`,
  );
