// Sends files or standard input through the pipeline, chunk by chunk, and tells how it went.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import type { Caller } from '../../domain/caller.ts';
import { NotFoundError, ValidationError } from '../../domain/errors.ts';
import type { SourceType } from '../../domain/words.ts';
import { CHUNK_SIZE, type IngestOutcome, joinOutcomes, NOTHING_INGESTED } from '../../pipeline/input.ts';
import { CHUNK_WINDOW, chunkLength } from '../../pipeline/join-lines.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { asUtf8 } from '../utf8.ts';
import { inChunks, inCutChunks, type RawLine, readLines } from './line-reader.ts';

export interface IngestOptions {
  readonly sourceType: SourceType;
  readonly host: string | null;
  readonly service: string | null;
  /** null: a file gets a key from its path and first line, standard input none. */
  readonly batchKey: string | null;
  /** Whether stack traces and continuation lines are one event with the line that they belong to. */
  readonly multiline: boolean;
}

export interface InputFile {
  /** '-' is standard input. */
  readonly path: string;
  /** null: unknown. */
  readonly sizeBytes: number | null;
}

export interface Progress {
  bytes(count: number): void;
  lines(count: number): void;
}

const CLI = { name: 'cli', connector: 'cli' };
const FINGERPRINT_BYTES = 4_096;

/** Throws NotFoundError or ValidationError for what cannot be read as a file. */
export async function inspectFile(path: string): Promise<InputFile> {
  if (path === '-') return { path, sizeBytes: null };
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new NotFoundError(`${path}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}.`);
  });
  if (found.isDirectory())
    throw new ValidationError(`${path} is a directory: name the files in it, e.g. ${path}/*.log`);
  return { path, sizeBytes: found.isFile() ? found.size : null };
}

export interface Ingested {
  readonly lines: number;
  readonly outcome: IngestOutcome;
}

/** Returns when all of the file is committed; what was sent before is recognised by its key. */
export async function ingestFile(
  pipeline: Pipeline,
  caller: Caller,
  file: InputFile,
  options: IngestOptions,
  progress: Progress,
): Promise<Ingested> {
  const batchKey = options.batchKey ?? (await fileKey(file));
  let outcome = NOTHING_INGESTED;
  let startIndex = 0;
  for await (const chunk of chunksOf(bytesOf(file, progress), options.multiline)) {
    const sent = await pipeline.ingestLines(
      caller,
      {
        lines: chunk.map((line) => line.text),
        bytes: bytesByPosition(chunk),
        crlf: new Set(chunk.flatMap(({ isCrlf }, position) => (isCrlf ? [position] : []))),
        multiline: options.multiline,
        sourceType: options.sourceType,
        sourcePath: file.path === '-' ? null : file.path,
        host: options.host,
        service: options.service,
        batchKey,
        startIndex,
      },
      CLI,
    );
    startIndex += chunk.length;
    outcome = joinOutcomes(outcome, sent);
    progress.lines(startIndex);
  }
  return { lines: startIndex, outcome };
}

/** Blank lines are part of some traces, and nothing otherwise. */
const chunksOf = (bytes: AsyncIterable<Buffer>, multiline: boolean): AsyncIterable<RawLine[]> =>
  multiline
    ? inCutChunks(readLines(bytes, true), CHUNK_WINDOW, chunkLength)
    : inChunks(readLines(bytes), CHUNK_SIZE);

async function* bytesOf(file: InputFile, progress: Progress): AsyncGenerator<Buffer> {
  const raw = file.path === '-' ? process.stdin : createReadStream(file.path, { highWaterMark: 1 << 20 });
  raw.on('data', (chunk: Buffer) => progress.bytes(chunk.length));
  yield* asUtf8(raw, file.path);
}

const bytesByPosition = (chunk: readonly RawLine[]): ReadonlyMap<number, Buffer> =>
  new Map(chunk.flatMap((line, position) => (line.bytes === null ? [] : [[position, line.bytes] as const])));

/** A file is known by its path and its first line: it may grow, and sending it again adds what grew. */
async function fileKey(file: InputFile): Promise<string | null> {
  if (file.sizeBytes === null) return null;
  const handle = await open(file.path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(FINGERPRINT_BYTES), 0, FINGERPRINT_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    const end = head.indexOf(10);
    const firstLine = end < 0 ? head : head.subarray(0, end);
    const hash = createHash('sha1').update(firstLine).digest('hex').slice(0, 12);
    return `file:${(await realpath(file.path)).slice(-400)}:${hash}`;
  } finally {
    await handle.close();
  }
}
