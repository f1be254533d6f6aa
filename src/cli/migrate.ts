// `mnemograph migrate`: the database's schema brought up to date, without serving.
import type { Command } from 'commander';
import { migrateDatabase, openDatabase } from '../runtime.ts';
import { readSettings } from '../settings.ts';
import { type MigrationState, readMigrationState } from '../store/migrate.ts';
import type { DatabaseTarget } from '../store/target.ts';
import { explainUnreachable, nameOf } from '../store/unreachable.ts';

const EXAMPLES = `
Every other command migrates by itself; this one is for deployments that do it as a step of its own.

Examples:
  mnemograph migrate
  mnemograph migrate --check
  DATABASE_URL=postgres://memory:secret@db.example.org/memory mnemograph migrate
`;

export function registerMigrate(program: Command): void {
  program
    .command('migrate')
    .description("Bring the database's schema up to date")
    .option('--check', 'change nothing; exit with 1 when migrations are missing')
    .addHelpText('after', EXAMPLES)
    .action((flags: { check?: boolean }) => runMigrate(flags.check === true));
}

async function runMigrate(checkOnly: boolean): Promise<void> {
  const database = await openDatabase(readSettings());
  try {
    const before = await migrationState(database.target);
    const missing = before.known - before.applied;
    if (checkOnly && missing > 0) {
      console.log(`${missing} of ${before.known} migrations are missing in ${nameOf(database.target)}.`);
      process.exitCode = 1;
      return;
    }
    const after = checkOnly ? before : await migrateDatabase(database.target);
    const done = missing > 0 ? `${missing} migrations applied` : 'nothing to do';
    console.log(`${nameOf(database.target)}: ${done}, ${after.applied} of ${after.known} in place.`);
  } finally {
    await database.release();
  }
}

async function migrationState(target: DatabaseTarget): Promise<MigrationState> {
  try {
    return await readMigrationState(target);
  } catch (error) {
    throw explainUnreachable(error, target);
  }
}
