#!/usr/bin/env node
// The command line. Every command registers itself; what a caller caused ends in one clear line, never in a stack.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { CallerError } from '../domain/errors.ts';
import { isClosedPipe } from './output.ts';

const EXAMPLES = `
Examples:
  mnemograph demo                       serve a sample, and say what it tells
  mnemograph serve                      serve the memory at http://127.0.0.1:4000/graphql
  mnemograph ingest /var/log/auth.log   send a log file into it
  mnemograph digest                     what deserves a look, why, and what to do next
  mnemograph patterns /var/log/syslog   look at a log's signatures, without any database
  mnemograph export memory.jsonl        take the memory along
  mnemograph doctor                     is everything in place?
`;

function version(): string {
  const manifest = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** Each is loaded when it is asked for: a look at a log need not wait for the whole graph. */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  serve: async () => (await import('./serve.ts')).registerServe,
  demo: async () => (await import('./demo.ts')).registerDemo,
  ingest: async () => (await import('./ingest.ts')).registerIngest,
  digest: async () => (await import('./digest.ts')).registerDigest,
  patterns: async () => (await import('./patterns.ts')).registerPatterns,
  export: async () => (await import('./export.ts')).registerExport,
  import: async () => (await import('./import.ts')).registerImport,
  migrate: async () => (await import('./migrate.ts')).registerMigrate,
  doctor: async () => (await import('./doctor.ts')).registerDoctor,
};

/** The program with the command that is named, or with all of them where none is: then help is asked for. */
async function program(named: string | undefined): Promise<Command> {
  const root = new Command('mnemograph')
    .description('Operational memory: logs in, and an answer to "have we seen this before?"')
    .version(version())
    .showHelpAfterError('(add --help for what is possible)')
    .addHelpText('after', EXAMPLES);
  const only = named === undefined ? undefined : COMMANDS[named];
  for (const load of only ? [only] : Object.values(COMMANDS)) (await load())(root);
  return root;
}

function explain(error: unknown): void {
  process.exitCode = 1;
  if (isClosedPipe(error)) return;
  if (error instanceof CallerError) console.error(`error: ${error.message}`);
  else console.error(error);
}

await program(process.argv[2])
  .then((root) => root.parseAsync())
  .catch(explain);
