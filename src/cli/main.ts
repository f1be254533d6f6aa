#!/usr/bin/env node
// The command line. Every command registers itself; what a caller caused ends in one clear line, never in a stack.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { CallerError } from '../domain/errors.ts';
import { registerDemo } from './demo.ts';
import { registerDoctor } from './doctor.ts';
import { registerIngest } from './ingest.ts';
import { registerMigrate } from './migrate.ts';
import { isClosedPipe } from './output.ts';
import { registerPatterns } from './patterns.ts';
import { registerServe } from './serve.ts';

const EXAMPLES = `
Examples:
  mnemograph demo                       serve a sample, and say what it tells
  mnemograph serve                      serve the memory at http://127.0.0.1:4000/graphql
  mnemograph ingest /var/log/auth.log   send a log file into it
  mnemograph patterns /var/log/syslog   look at a log's signatures, without any database
  mnemograph doctor                     is everything in place?
`;

function version(): string {
  const manifest = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

function program(): Command {
  const root = new Command('mnemograph')
    .description('Operational memory: logs in, and an answer to "have we seen this before?"')
    .version(version())
    .showHelpAfterError('(add --help for what is possible)')
    .addHelpText('after', EXAMPLES);
  registerServe(root);
  registerDemo(root);
  registerIngest(root);
  registerPatterns(root);
  registerMigrate(root);
  registerDoctor(root);
  return root;
}

function explain(error: unknown): void {
  process.exitCode = 1;
  if (isClosedPipe(error)) return;
  if (error instanceof CallerError) console.error(`error: ${error.message}`);
  else console.error(error);
}

await program().parseAsync().catch(explain);
