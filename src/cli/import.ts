// `mnemograph import`: an archive of `mnemograph export`, or post-mortems in Markdown, into the memory.
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { archiveRecords } from '../archive/archive-records.ts';
import { type DocumentFile, documentRecords } from '../archive/documents/document-records.ts';
import {
  describeFault,
  ImportError,
  type ImportSummary,
  importRecords,
  type RecordSource,
} from '../archive/import.ts';
import { ValidationError } from '../domain/errors.ts';
import { US_PER_MS } from '../domain/time.ts';
import { checkTenantSlug, DEFAULT_TENANT } from '../store/tenants.ts';
import type { VerbContext } from '../store/verb.ts';
import { type InputFile, inspectFile } from './ingest/run.ts';
import { lineBatches } from './line-batches.ts';
import { withRuntime } from './runtime.ts';
import { asUtf8 } from './utf8.ts';

interface Flags {
  tenant: string;
  dryRun?: boolean;
  skipFaulty?: boolean;
  json?: boolean;
}

/** Of one record: a message of the greatest length, each character escaped, and what is around it. */
const MAX_RECORD_CHARS = 8 << 20;
const MARKDOWN = /\.(?:md|markdown)$/i;

const EXAMPLES = `
Examples:
  mnemograph import memory.jsonl
  mnemograph import --tenant acme --dry-run acme.jsonl.gz
  mnemograph export --tenant old | mnemograph import --tenant new -
  mnemograph import docs/post-mortems 2026-03-01-checkout.md

All of what is named is imported, or nothing of it. Importing it again adds nothing; what was edited in both places
stays as it was edited last. docs/memory-files.md describes both formats.`;

export function registerImport(program: Command): void {
  program
    .command('import')
    .description('Bring a memory along: what `mnemograph export` wrote, or post-mortems in Markdown')
    .argument(
      '<path...>',
      'an archive (packed by gzip or not; - is standard input), or .md files and directories of them',
    )
    .option('--tenant <slug>', 'whose memory it becomes', DEFAULT_TENANT)
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--skip-faulty', 'import what is right and report the rest; the exit code is 1 then')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], flags: Flags) => runImport(paths, flags));
}

async function runImport(paths: readonly string[], flags: Flags): Promise<void> {
  const tenant = checkTenantSlug(flags.tenant);
  const sourceOf = await inspect(paths);
  await withRuntime(async ({ store, clock, callerFor }) => {
    const ctx = { store, clock, caller: await callerFor(tenant) };
    const options = { dryRun: flags.dryRun === true, skipFaulty: flags.skipFaulty === true };
    const summary = await importRecords(ctx, sourceOf(ctx), options).catch((error: unknown) => {
      if (error instanceof ImportError) for (const fault of error.faults) console.error(describeFault(fault));
      throw error;
    });
    if (flags.json) console.log(JSON.stringify({ tenant, dryRun: options.dryRun, ...summary }));
    else for (const line of report(summary, options.dryRun)) console.log(line);
    if (summary.faultCount > 0) process.exitCode = 1;
  });
}

/** Throws before anything is opened where the paths cannot be imported together. */
async function inspect(paths: readonly string[]): Promise<(ctx: VerbContext) => RecordSource> {
  const documents = await findDocuments(paths);
  if (documents !== null) return (ctx) => documentRecords(ctx, readDocuments(documents));
  const [path, ...more] = paths;
  if (more.length > 0)
    throw new ValidationError(
      'Import one archive at a time; only Markdown files and directories of them can be named together.',
    );
  const file = await inspectFile(path!);
  return () => archiveRecords(lineBatches(bytesOf(file), MAX_RECORD_CHARS));
}

/** null: something among them is neither Markdown nor a directory. */
async function findDocuments(paths: readonly string[]): Promise<string[] | null> {
  const found: string[] = [];
  for (const path of paths) {
    const isDirectory =
      path !== '-' &&
      (await stat(path).then(
        (s) => s.isDirectory(),
        () => false,
      ));
    if (!isDirectory && !MARKDOWN.test(path)) return null;
    if (!isDirectory) await inspectFile(path);
    const inside = isDirectory ? await readdir(path, { recursive: true }) : [];
    const files = inside.filter((name) => MARKDOWN.test(name)).sort();
    if (isDirectory && files.length === 0)
      throw new ValidationError(`${path} holds no Markdown files: name the directory with the post-mortems.`);
    found.push(...(isDirectory ? files.map((name) => join(path, name)) : [path]));
  }
  return found;
}

async function* readDocuments(paths: readonly string[]): AsyncGenerator<DocumentFile> {
  for (const path of paths) {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    yield { path, text, editedUs: Math.floor(mtimeMs) * US_PER_MS };
  }
}

const bytesOf = ({ path }: InputFile): Readable =>
  asUtf8(path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 }), path);

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
