// `mnemograph export`: a tenant's memory as JSON lines, into a file or standard output.
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Command } from 'commander';
import { exportMemory } from '../archive/export.ts';
import { type CallerError, NotFoundError, ValidationError } from '../domain/errors.ts';
import { checkTenantSlug, DEFAULT_TENANT, resolveTenant } from '../store/tenants.ts';
import type { VerbContext } from '../store/verb.ts';
import { withRuntime } from './runtime.ts';

const EXAMPLES = `
Examples:
  mnemograph export memory.jsonl
  mnemograph export --tenant acme acme.jsonl.gz
  mnemograph export | grep '"kind" : "incident"'

It holds signatures with their counts, incidents with their example lines, lessons, hints, reviews and how they hang
together; not the events themselves. \`mnemograph import\` reads it.`;

export function registerExport(program: Command): void {
  program
    .command('export')
    .description("Write a tenant's memory as JSON lines")
    .argument('[file]', 'where to; .gz is packed; - is standard output', '-')
    .option('--tenant <slug>', 'whose memory', DEFAULT_TENANT)
    .addHelpText('after', EXAMPLES)
    .action((file: string, flags: { tenant: string }) => runExport(file, checkTenantSlug(flags.tenant)));
}

async function runExport(file: string, tenant: string): Promise<void> {
  await withRuntime(async ({ store, clock, pipeline: ingest, callerFor }) => {
    if ((await resolveTenant(store, tenant)) === 0)
      throw new NotFoundError(`There is no tenant "${tenant}" in this database: nothing to export.`);
    const caller = await callerFor(tenant);
    await ingest.settle(caller.tenantId);
    const records = await writeTo(file, { store, clock, caller });
    console.error(
      `${records.toLocaleString('en-US')} records of "${tenant}"${file === '-' ? '' : ` in ${file}`}`,
    );
  });
}

/** A file appears under its name when it is whole. Returns the records written. */
async function writeTo(file: string, ctx: VerbContext): Promise<number> {
  let lines = 0;
  async function* text() {
    for await (const line of exportMemory(ctx)) {
      lines++;
      yield `${line}\n`;
    }
  }
  const source = Readable.from(text());
  if (file === '-') await pipeline(source, process.stdout, { end: false });
  else {
    const unfinished = `${file}.unfinished`;
    const output = createWriteStream(unfinished, { mode: 0o600 });
    const written = file.endsWith('.gz') ? pipeline(source, createGzip(), output) : pipeline(source, output);
    await written.catch(async (error: Error) => {
      await rm(unfinished, { force: true });
      throw explainUnwritable(error, file);
    });
    await rename(unfinished, file);
  }
  return lines - HEADER_AND_END;
}

const HEADER_AND_END = 2;

function explainUnwritable(error: NodeJS.ErrnoException, file: string): CallerError | Error {
  const reason = UNWRITABLE[error.code ?? ''];
  return reason === undefined ? error : new ValidationError(`${file} cannot be written: ${reason}.`);
}

const UNWRITABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'its directory is a file',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
};
