// `mnemograph import`: an archive of `mnemograph export` into the memory.
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Command } from 'commander';
import { archiveRecords } from '../archive/archive-records.ts';
import {
  describeFault,
  ImportError,
  type ImportSummary,
  importRecords,
  type RecordSource,
} from '../archive/import.ts';
import { checkTenantSlug, DEFAULT_TENANT } from '../store/tenants.ts';
import { type InputFile, inspectFile } from './ingest/run.ts';
import { lineBatches } from './line-batches.ts';
import { withRuntime } from './runtime.ts';

interface Flags {
  tenant: string;
  dryRun?: boolean;
  skipFaulty?: boolean;
  json?: boolean;
}

/** Of one record: a message of the greatest length, each character escaped, and what is around it. */
const MAX_RECORD_CHARS = 8 << 20;

const EXAMPLES = `
Examples:
  mnemograph import memory.jsonl
  mnemograph import --tenant acme --dry-run acme.jsonl.gz
  mnemograph export --tenant old | mnemograph import --tenant new -

All of a file is imported, or nothing of it. Importing it again adds nothing; what was edited in both places stays as
it was edited last.`;

export function registerImport(program: Command): void {
  program
    .command('import')
    .description('Bring a memory along: what `mnemograph export` wrote')
    .argument('<file>', 'the archive; .gz is unpacked; - is standard input')
    .option('--tenant <slug>', 'whose memory it becomes', DEFAULT_TENANT)
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--skip-faulty', 'import what is right and report the rest; the exit code is 1 then')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', EXAMPLES)
    .action((file: string, flags: Flags) => runImport(file, flags));
}

async function runImport(path: string, flags: Flags): Promise<void> {
  const tenant = checkTenantSlug(flags.tenant);
  const file = await inspectFile(path);
  await withRuntime(async ({ store, clock, callerFor }) => {
    const ctx = { store, clock, caller: await callerFor(tenant) };
    const options = { dryRun: flags.dryRun === true, skipFaulty: flags.skipFaulty === true };
    const summary = await importRecords(ctx, recordsOf(file), options).catch((error: unknown) => {
      if (error instanceof ImportError) for (const fault of error.faults) console.error(describeFault(fault));
      throw error;
    });
    if (flags.json) console.log(JSON.stringify({ tenant, dryRun: options.dryRun, ...summary }));
    else for (const line of report(summary, options.dryRun)) console.log(line);
    if (summary.faultCount > 0) process.exitCode = 1;
  });
}

const recordsOf = (file: InputFile): RecordSource =>
  archiveRecords(lineBatches(bytesOf(file), MAX_RECORD_CHARS));

function bytesOf({ path, isGzip }: InputFile): Readable {
  const raw = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 });
  if (!isGzip) return raw;
  const unpacked = createGunzip();
  pipeline(raw, unpacked).catch(() => {});
  return unpacked;
}

const count = (n: number) => n.toLocaleString('en-US');

function report({ records, merged, faults, faultCount }: ImportSummary, dryRun: boolean): string[] {
  const moved = Object.entries(merged).flatMap(([kind, { added, changed }]) => {
    if (added + changed === 0) return [];
    return [`  ${kind.padEnd(12)} ${count(added)} added${changed > 0 ? `, ${count(changed)} changed` : ''}`];
  });
  const done = dryRun ? 'read; this would change' : 'read';
  return [
    ...faults.map((fault) => `skipped ${describeFault(fault)}`),
    ...(faultCount > faults.length ? [`skipped ${count(faultCount - faults.length)} more`] : []),
    `${count(records)} records ${done}${moved.length === 0 ? ': nothing new' : ':'}`,
    ...moved,
  ];
}
