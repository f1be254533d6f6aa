// From what MNEMOGRAPH_ANOMALY_MODEL says to files on this disk, and a name that changes with their content.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ModelFiles } from './exchange.ts';
import { ModelError } from './fault.ts';
import { fetchModel, type Hub, isModelId } from './fetch-model.ts';
import { chooseOnnx, NEEDED_FILES } from './layout.ts';

export interface FoundModel extends ModelFiles {
  /** `distilbert-logs@3f2a9c1b`: the model, and a hash of its files. */
  readonly name: string;
}

const VERSION_DIGITS = 8;

/**
 * `model`: a folder, or the id of a model on the hub, as `owner/name` or `owner/name@revision`.
 * Throws ModelError that says what is missing.
 */
export async function findModel(model: string, hub: Hub): Promise<FoundModel> {
  const local = resolve(model);
  const isFolder = await stat(local).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder && !isModelId(model))
    throw new ModelError(
      `There is no folder ${local}. Name a folder that is there, or a model as owner/name.`,
    );
  const folder = isFolder ? local : await fetchModel(model, hub);
  const files = await filesOf(folder);
  const onnx = chooseOnnx(files);
  const missing = NEEDED_FILES.filter((file) => !files.includes(file));
  if (onnx === null || missing.length > 0)
    throw new ModelError(
      `${folder} has no ${[...missing, ...(onnx === null ? ['onnx/model.onnx'] : [])].join(' and no ')}. Export the model with \`optimum-cli export onnx --task text-classification\`.`,
    );
  const title = isFolder ? basename(folder) : basename(model.split('@')[0]!);
  return { folder, onnx, name: `${title}@${await versionOf(folder, [...NEEDED_FILES, onnx])}` };
}

async function filesOf(folder: string): Promise<string[]> {
  const below = await readdir(join(folder, 'onnx')).catch(() => []);
  return [...(await readdir(folder)), ...below.map((name) => `onnx/${name}`)];
}

async function versionOf(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files)
    for await (const chunk of createReadStream(join(folder, file))) hash.update(chunk as Buffer);
  return hash.digest('hex').slice(0, VERSION_DIGITS);
}
