// `mnemograph ingest`: log files or standard input into the memory, with a progress bar and exact totals.
import { basename } from 'node:path';
import cliProgress from 'cli-progress';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { Caller } from '../domain/caller.ts';
import { SOURCE_TYPES, type SourceType } from '../domain/words.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { checkTenantSlug, DEFAULT_TENANT } from '../store/tenants.ts';
import {
  type Ingested,
  type IngestOptions,
  type InputFile,
  ingestFile,
  inspectFile,
  type Progress,
} from './ingest/run.ts';
import { withRuntime } from './runtime.ts';

interface Flags {
  tenant: string;
  batchKey?: string;
  sourceType: SourceType;
  host?: string;
  service?: string;
  multiline: boolean;
  progress: boolean;
  json?: boolean;
}

interface Total extends Ingested {
  readonly file: string;
}

const EXAMPLES = `
Examples:
  mnemograph ingest /var/log/auth.log
  mnemograph ingest --tenant acme /backup/2026-0*.log.gz
  journalctl -o short-iso | mnemograph ingest --batch-key "journal-$(date +%F)" -

A file is known by its path and its first line: sending it again adds only what grew.
Standard input has no such name: give it a --batch-key if you may send it twice.`;

export function registerIngest(program: Command): void {
  program
    .command('ingest')
    .description('Send log files, or standard input (-), into the memory')
    .argument('<file...>', 'files to read, packed by gzip or not; - is standard input')
    .option('--tenant <slug>', 'whose logs these are', DEFAULT_TENANT)
    .option('--batch-key <key>', 'names this input: sending it again under the same key adds nothing')
    .addOption(
      new Option('--source-type <type>', 'what kind of source it is').choices(SOURCE_TYPES).default('FILE'),
    )
    .option('--host <name>', 'the host of lines that name none')
    .option('--service <name>', 'the service of lines that name none')
    .option('--no-multiline', 'every line is an event of its own: do not join stack traces')
    .option('--no-progress', 'no progress bar')
    .option('--json', 'print the totals as JSON')
    .addHelpText('after', EXAMPLES)
    .action((files: string[], flags: Flags) => ingest(files, flags));
}

async function ingest(paths: readonly string[], flags: Flags): Promise<void> {
  const tenant = checkTenantSlug(flags.tenant);
  const files = await Promise.all(paths.map(inspectFile));
  const options: IngestOptions = {
    sourceType: flags.sourceType,
    host: flags.host ?? null,
    service: flags.service ?? null,
    batchKey: flags.batchKey ?? null,
    multiline: flags.multiline,
  };
  await withRuntime(async (runtime) => {
    const caller = await runtime.callerFor(tenant);
    const startedMs = performance.now();
    const totals = await ingestAll(runtime.pipeline, caller, files, options, flags.progress);
    await runtime.pipeline.settle(caller.tenantId);
    const seconds = (performance.now() - startedMs) / 1_000;
    if (flags.json) console.log(JSON.stringify({ tenant, seconds, files: totals.map(asJson) }));
    else for (const line of report(totals, seconds)) console.log(line);
  });
}

async function ingestAll(
  pipeline: Pipeline,
  caller: Caller,
  files: readonly InputFile[],
  options: IngestOptions,
  withProgress: boolean,
): Promise<Total[]> {
  const totals: Total[] = [];
  for (const file of files) {
    const bar = progressFor(file, withProgress);
    const batchKey =
      files.length > 1 && options.batchKey !== null ? `${options.batchKey}/${file.path}` : options.batchKey;
    const ingested = await ingestFile(pipeline, caller, file, { ...options, batchKey }, bar.progress);
    bar.stop();
    totals.push({ file: file.path, ...ingested });
  }
  return totals;
}

function progressFor(file: InputFile, wanted: boolean): { progress: Progress; stop(): void } {
  const ignore: Progress = { bytes: () => {}, lines: () => {} };
  if (!wanted || !process.stderr.isTTY) return { progress: ignore, stop: () => {} };
  const startedMs = performance.now();
  const bar = new cliProgress.SingleBar(
    {
      stream: process.stderr,
      format: `${basename(file.path)} {bar} {percentage}% | {lines} lines | {rate} lines/s`,
      hideCursor: true,
      clearOnComplete: true,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(file.sizeBytes ?? 0, 0, { lines: 0, rate: 0 });
  return {
    progress: {
      bytes: (count) => {
        if (file.sizeBytes === null) bar.setTotal(bar.getProgress() + count);
        bar.increment(count);
      },
      lines: (lines) => {
        bar.update({ lines, rate: Math.round((lines * 1_000) / (performance.now() - startedMs)) });
      },
    },
    stop: () => bar.stop(),
  };
}

const asJson = ({ file, lines, outcome }: Total) => ({
  file,
  lines,
  accepted: outcome.accepted,
  duplicates: outcome.duplicates,
  rejected: outcome.rejectedIds.length,
  newSignatures: outcome.newSignatureIds.length,
});

const count = (n: number) => n.toLocaleString('en-US');

function report(totals: readonly Total[], seconds: number): string[] {
  const lines = totals.map((total) => {
    const { accepted, duplicates, rejected, newSignatures } = asJson(total);
    const known = duplicates > 0 ? `, ${count(duplicates)} known already` : '';
    const refused = rejected > 0 ? `, ${count(rejected)} rejected (kept: see rejectedInputs)` : '';
    return `${total.file}: ${count(accepted)} new events${known}${refused}, ${count(newSignatures)} new signatures`;
  });
  const sum = totals.reduce((n, total) => n + total.lines, 0);
  return [
    ...lines,
    `${count(sum)} lines in ${seconds.toFixed(1)} s, ${count(Math.round(sum / seconds))} lines/s`,
  ];
}
