// One database server for a whole test run. It is only named here: the first test that wants a database starts
// it, so a run of pure unit tests pays nothing.
import { chmodSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { discard } from './embedded.ts';

/** Exactly one of `dataDir` and `databaseUrl` is set. */
export interface TestRun {
  readonly dataDir: string | null;
  readonly databaseUrl: string | null;
  /** The migrated database that each test's own is a copy of. */
  readonly template: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    testRun: TestRun;
  }
}

const RUN_PREFIX = 'mnemograph-run-';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const template = `mnemograph_template_${process.pid}`;
  const databaseUrl = process.env.DATABASE_URL || null;
  if (databaseUrl !== null) {
    project.provide('testRun', { dataDir: null, databaseUrl, template });
    return () => dropTemplate(databaseUrl, template);
  }
  await discardAbandonedRuns();
  const dataDir = mkdtempSync(join(tmpdir(), `${RUN_PREFIX}${process.pid}-`));
  chmodSync(dataDir, 0o755);
  project.provide('testRun', { dataDir, databaseUrl, template });
  return () => discard(dataDir, dataDir);
}

// A run that was killed leaves its server behind.
async function discardAbandonedRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(RUN_PREFIX))) {
    const pid = Number(name.slice(RUN_PREFIX.length).split('-')[0]);
    const path = join(tmpdir(), name);
    if (!isRunning(pid)) await discard(path, path).catch(() => {});
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function dropTemplate(connectionString: string, template: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(`drop database if exists ${template}`);
  await client.query(`drop database if exists ${template}_unfinished`);
  await client.end();
}
