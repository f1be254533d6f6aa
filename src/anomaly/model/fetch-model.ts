// Downloads a model from the hub once: later starts read what is there, and need no network.
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { ModelError } from './fault.ts';
import { chooseOnnx, NEEDED_FILES, USEFUL_FILES, withData } from './layout.ts';

export interface Hub {
  /** Without a slash at its end. */
  readonly url: string;
  /** Where downloads are kept. */
  readonly cacheDir: string;
}

export const HUGGING_FACE_URL = 'https://huggingface.co';

const MODEL_ID = /^[\w-][\w.-]*\/[\w-][\w.-]*(@[\w][\w./-]*)?$/;
const COMMIT = /^[0-9a-f]{40}$/;
const DEFAULT_REVISION = 'main';
const ASK_TIMEOUT_MS = 15_000;

interface Listing {
  readonly sha: string;
  readonly siblings: readonly { readonly rfilename: string }[];
}

export const isModelId = (text: string): boolean => MODEL_ID.test(text) && !text.includes('..');

/** The folder with the model's files. Throws ModelError where it is neither here nor to be had. */
export async function fetchModel(model: string, { url, cacheDir }: Hub): Promise<string> {
  const [id, revision = DEFAULT_REVISION] = model.split('@') as [string, string?];
  const home = join(cacheDir, id.replace('/', '--'));
  const known = COMMIT.test(revision) ? revision : null;
  if (known !== null && (await exists(join(home, known)))) return join(home, known);
  const latest = join(home, `latest-${revision.replaceAll('/', '-')}`);
  try {
    const listing = await list(url, id, revision);
    const folder = join(home, listing.sha);
    if (!(await exists(folder))) await download(url, id, listing, folder);
    await writeFile(latest, listing.sha);
    return folder;
  } catch (error) {
    const cached = await readFile(latest, 'utf8').catch(() => null);
    if (cached !== null && (await exists(join(home, cached)))) return join(home, cached);
    throw error;
  }
}

async function list(url: string, id: string, revision: string): Promise<Listing> {
  const response = await get(
    `${url}/api/models/${id}/revision/${encodeURIComponent(revision)}`,
    id,
    ASK_TIMEOUT_MS,
  );
  return (await response.json()) as Listing;
}

/** All or nothing: the folder gets its name when its files are complete. */
async function download(url: string, id: string, { sha, siblings }: Listing, folder: string): Promise<void> {
  const there = siblings.map(({ rfilename }) => rfilename);
  const onnx = chooseOnnx(there);
  if (onnx === null)
    throw new ModelError(
      `${id} has no ONNX weights on the hub. Export them with \`optimum-cli export onnx --task text-classification\` and name the folder.`,
    );
  const wanted = [...NEEDED_FILES, ...USEFUL_FILES].filter((file) => there.includes(file));
  const unfinished = `${folder}.${process.pid}`;
  try {
    for (const file of [...wanted, ...withData(onnx, there)]) {
      const response = await get(`${url}/${id}/resolve/${sha}/${file}`, id);
      await mkdir(dirname(join(unfinished, file)), { recursive: true });
      await pipeline(
        Readable.fromWeb(response.body as ReadableStream),
        createWriteStream(join(unfinished, file)),
      );
    }
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (await exists(folder)) return;
    throw error instanceof ModelError ? error : unreachable(id, error as Error);
  }
}

async function get(address: string, id: string, timeoutMs?: number): Promise<Response> {
  const response = await fetch(
    address,
    timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) },
  ).catch((error: Error) => {
    throw unreachable(id, error);
  });
  if (response.ok) return response;
  const isMissing = [401, 403, 404].includes(response.status);
  throw new ModelError(
    isMissing
      ? `The hub has no public model ${id} (HTTP ${response.status} for ${address}). Check its name, or name a folder that holds it.`
      : `The hub answers HTTP ${response.status} for ${address}. Try again later, or name a folder that holds the model.`,
  );
}

const unreachable = (id: string, error: Error): ModelError =>
  new ModelError(
    `${id} cannot be downloaded: ${error.cause instanceof Error ? error.cause.message : error.message}. Without network, fetch its files elsewhere and set MNEMOGRAPH_ANOMALY_MODEL to their folder.`,
  );

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
