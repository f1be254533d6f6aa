// Sources from a file (YAML or JSON), for installations that are configured by files: each is upserted at start, through
// the same checks as the mutation.
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { CallerError, ValidationError } from '../domain/errors.ts';
import { DEFAULT_TENANT } from '../store/tenants.ts';
import type { UpsertSourceInput } from './upsert-source.ts';

export interface FiledSource extends UpsertSourceInput {
  readonly tenant: string;
}

const filedSources = z.array(
  z.strictObject({
    tenant: z.string().default(DEFAULT_TENANT),
    name: z.string(),
    connector: z.string(),
    config: z.record(z.string(), z.unknown()).default({}),
    secret: z.string().optional(),
    credential: z.string().optional(),
    enabled: z.boolean().default(true),
  }),
);

/** Throws ValidationError that names the file and the place in it. */
export async function readSourcesFile(path: string): Promise<FiledSource[]> {
  const read = filedSources.safeParse(await readYaml(path));
  if (read.success) return read.data;
  const { path: place, message } = read.error.issues[0]!;
  throw new ValidationError(`${path}: ${place.length === 0 ? '' : `"${place.join('.')}": `}${message}.`);
}

/** Upserts them one by one. Throws ValidationError that names the file and the source. */
export async function applySourcesFile(
  path: string,
  upsert: (source: FiledSource) => Promise<unknown>,
): Promise<void> {
  for (const source of await readSourcesFile(path)) {
    await upsert(source).catch((error: Error) => {
      if (!(error instanceof CallerError)) throw error;
      throw new ValidationError(`${path}: source "${source.name}": ${error.message}`);
    });
  }
}

async function readYaml(path: string): Promise<unknown> {
  try {
    return parse(await readFile(path, 'utf8')) ?? [];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ValidationError(`${path}: ${code === 'ENOENT' ? 'there is no such file' : message}.`);
  }
}
