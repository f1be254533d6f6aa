// `mnemograph demo`: a served memory of four invented days, with something to find in it.
import type { Command } from 'commander';
import { ConflictError, UnavailableError, ValidationError } from '../domain/errors.ts';
import type { Logger } from '../domain/logger.ts';
import { createLogger } from '../logger.ts';
import { startServer } from '../main.ts';
import { interesting } from '../memory/digest/interesting.ts';
import { migrateDatabase, openDatabase, openRuntime, type Runtime } from '../runtime.ts';
import { readSettings, type Settings } from '../settings.ts';
import { DEFAULT_TENANT } from '../store/tenants.ts';
import { whoListens } from './demo/find-running.ts';
import { newLines } from './demo/new-lines.ts';
import { askAboutDeploy, recalledIncidents } from './demo/remember.ts';
import { renderNextSteps, renderReport } from './demo/report.ts';
import { resetTenant } from './demo/reset.ts';
import { seedDemo } from './demo/seed-demo.ts';
import { untilSignal } from './signals.ts';

interface Flags {
  readonly exit?: boolean;
  readonly reset?: boolean;
  readonly force?: boolean;
  readonly port?: string;
}

const HIGHLIGHTS = 8;
const WIDEST = 100;

const EXAMPLES = `
Examples:
  mnemograph demo                 serve it, until Ctrl-C
  mnemograph demo --exit          print the digest and end
  mnemograph demo --reset         forget what the demo holds, and begin again

The sample goes into the tenant "${DEFAULT_TENANT}". Starting it again adds nothing.`;

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('Start everything with a sample: four days of a small company, and what they tell')
    .option('--exit', 'end after the digest')
    .option('--reset', 'forget everything of the tenant first')
    .option('--force', "with --reset: also what is not the demo's, and also on DATABASE_URL")
    .option('--port <number>', 'like MNEMOGRAPH_PORT')
    .addHelpText('after', EXAMPLES)
    .action(demo);
}

async function demo(flags: Flags): Promise<void> {
  const settings = readSettings(undefined, { MNEMOGRAPH_PORT: flags.port });
  const address = addressOf(settings);
  if (settings.port !== 0 && (await isRunning(address, flags))) return sayRunning(address);
  if (flags.reset) await reset(settings, flags.force ?? false);
  const logger = createLogger(settings.logLevel === 'info' ? 'warn' : settings.logLevel);
  if (flags.exit) await showAndEnd(settings, logger);
  else await showAndServe(settings, logger, address);
}

const sayRunning = (address: string): void => console.log(`Mnemograph already runs: ${address}/graphql`);

async function showAndEnd(settings: Settings, logger: Logger): Promise<void> {
  const runtime = await openRuntime(settings, { logger });
  try {
    await show(runtime, null);
  } finally {
    await runtime.close();
  }
}

async function showAndServe(settings: Settings, logger: Logger, address: string): Promise<void> {
  const signal = untilSignal();
  const server = await startServer(settings, { logger }).catch(async (error) => {
    if ((await whoListens(address)) === 'mnemograph') return null; // two started at once, the other was faster
    throw error;
  });
  if (server === null) return sayRunning(address);
  try {
    await show(server.runtime, server.address);
    await signal;
  } finally {
    await server.close();
  }
}

async function isRunning(address: string, flags: Flags): Promise<boolean> {
  const listener = await whoListens(address);
  if (listener === 'mnemograph' && flags.reset)
    throw new ConflictError(
      `Mnemograph runs at ${address}: end it (Ctrl-C), then reset. Nothing was deleted.`,
    );
  if (listener === 'stranger' && !flags.exit)
    throw new UnavailableError(
      `Another program listens on ${address}. Choose a free port with MNEMOGRAPH_PORT or --port, or 0 for any.`,
    );
  return listener === 'mnemograph';
}

async function reset(settings: Settings, force: boolean): Promise<void> {
  if (settings.databaseUrl !== undefined && !force)
    throw new ValidationError(
      `--reset would delete the tenant "${DEFAULT_TENANT}" of the database that DATABASE_URL names. Add --force if that is what you want. Nothing was deleted.`,
    );
  const database = await openDatabase(settings);
  try {
    await migrateDatabase(database.target);
    await resetTenant(database.target, { tenantSlug: DEFAULT_TENANT, force });
  } finally {
    await database.release();
  }
}

async function show(runtime: Runtime, address: string | null): Promise<void> {
  const { store, clock, settings, embedded } = runtime;
  const caller = await runtime.callerFor(DEFAULT_TENANT);
  const seeding = await seedDemo(runtime, caller);
  const ctx = { store, clock, caller };
  const answer = await askAboutDeploy(ctx, seeding.anchorUs);
  const report = {
    seeding,
    highlights: await interesting(ctx, { first: HIGHLIGHTS }),
    incidents: await recalledIncidents(ctx, answer),
    question: newLines(seeding.anchorUs).unluckyDeploy,
    answer,
  };
  const { columns = WIDEST, isTTY } = process.stdout;
  const style = { width: Math.min(columns, WIDEST), color: isTTY === true && process.stdout.hasColors() };
  console.log(renderReport(report, style));
  const memory = embedded === null ? 'in the database of DATABASE_URL' : settings.dataDir;
  console.log(renderNextSteps({ address, memory }));
}

/** What a server with these settings would be reached by. */
function addressOf({ host, port }: Settings): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
