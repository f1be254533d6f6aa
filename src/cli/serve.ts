// `mnemograph serve`: the server in the foreground, until it is told to end.
import type { Command } from 'commander';
import { createLogger } from '../logger.ts';
import { startServer } from '../main.ts';
import { readSettings, settingsTable, unknownVariables } from '../settings.ts';
import { DEFAULT_TENANT } from '../store/tenants.ts';
import { seedDemo } from './demo/seed-demo.ts';
import { untilSignal } from './signals.ts';

interface Flags {
  readonly port?: string;
  readonly host?: string;
  readonly dataDir?: string;
}

const EXAMPLES = `
Examples:
  mnemograph serve
  mnemograph serve --port 4100 --data-dir /srv/memory
  DATABASE_URL=postgres://memory:secret@db.example.org/memory mnemograph serve
`;

export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('Serve the memory over GraphQL, with GraphiQL at /graphql')
    .option('--port <number>', 'like MNEMOGRAPH_PORT')
    .option('--host <address>', 'like MNEMOGRAPH_HOST')
    .option('--data-dir <path>', 'like MNEMOGRAPH_DATA_DIR')
    .addHelpText('after', () => `${EXAMPLES}\nSettings (environment variables):\n${settingsHelp()}`)
    .action((flags: Flags) => serve(flags));
}

async function serve({ port, host, dataDir }: Flags): Promise<void> {
  const settings = readSettings(undefined, {
    MNEMOGRAPH_PORT: port,
    MNEMOGRAPH_HOST: host,
    MNEMOGRAPH_DATA_DIR: dataDir,
  });
  const logger = createLogger(settings.logLevel);
  for (const variable of unknownVariables()) logger.warn({ variable }, 'this variable is no setting');
  const server = await startServer(settings, { logger });
  if (settings.seedDemo) {
    const { lines, accepted } = await seedDemo(
      server.runtime,
      await server.runtime.callerFor(DEFAULT_TENANT),
    );
    logger.info({ lines, accepted }, 'the demo sample is in');
  }
  const signal = await untilSignal();
  logger.info({ signal }, 'ending');
  await server.close();
}

function settingsHelp(): string {
  const rows = settingsTable();
  const width = Math.max(...rows.map(({ variable }) => variable.length));
  const plain = (text: string) => text.replaceAll('`', '');
  return rows
    .map((row) => `  ${row.variable.padEnd(width)}  ${plain(row.description)} (${plain(row.fallback)})`)
    .join('\n');
}
