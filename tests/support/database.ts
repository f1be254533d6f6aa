// A migrated, empty database of its own for every test file that asks for one.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../../src/store/embedded/launcher.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { DatabaseTarget } from '../../src/store/target.ts';

export interface TestDatabase {
  readonly target: DatabaseTarget;
  readonly name: string;
  /** Ends its sessions and removes it. */
  drop(): Promise<void>;
}

const TEMPLATE_LOCK = 7_303_014_002;
/** Durability is the launcher's tests' matter; all others only ever lose a database that nobody wants. */
const VOLATILE = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

let embedded: Promise<EmbeddedServer> | null = null;

export async function createTestDatabase(): Promise<TestDatabase> {
  const { template } = inject('testRun');
  const server = await serverTarget();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withAdmin(server, async (admin) => {
    await ensureTemplate(admin, server, template);
    await admin.query(`create database ${name} template ${template}`);
  });
  return {
    target: onDatabase(server, name),
    name,
    drop: () => withAdmin(server, (admin) => admin.query(`drop database if exists ${name} with (force)`)),
  };
}

async function serverTarget(): Promise<DatabaseTarget> {
  const { dataDir, databaseUrl } = inject('testRun');
  if (databaseUrl !== null) return { connectionString: databaseUrl };
  embedded ??= startEmbedded({ dataDir: dataDir!, settings: VOLATILE });
  return (await embedded).target;
}

// It gets its name only once it is migrated: a worker that dies on the way leaves no half-made template.
async function ensureTemplate(admin: pg.Client, server: DatabaseTarget, template: string): Promise<void> {
  await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [template]);
  if (rowCount === 0) {
    const unfinished = `${template}_unfinished`;
    await admin.query(`drop database if exists ${unfinished}`);
    await admin.query(`create database ${unfinished}`);
    await migrate(onDatabase(server, unfinished));
    await admin.query(`alter database ${unfinished} rename to ${template}`);
  }
  await admin.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
}

async function withAdmin(
  server: DatabaseTarget,
  work: (admin: pg.Client) => Promise<unknown>,
): Promise<void> {
  const admin = new pg.Client({ ...server });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function onDatabase(server: DatabaseTarget, database: string): DatabaseTarget {
  if (!('connectionString' in server)) return { ...server, database };
  const url = new URL(server.connectionString);
  url.pathname = `/${database}`;
  return { connectionString: url.href };
}
