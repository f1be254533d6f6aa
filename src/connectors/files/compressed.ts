// A compressed file does not grow: it is read once, whole. Its batches are the same at every reading, so that whoever
// comes after a crash adds only what is missing.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import type { Intake } from '../intake.ts';
import { untilTaken } from '../until-taken.ts';
import type { FilesConfig } from './config.ts';
import { type Block, splitBlock } from './lines.ts';

const MAX_LINES = 5_000;
const LIMIT_BYTES = 1 << 20;
const HEAD_BYTES = 4_096;

/** Does nothing for a file that was read before. A file that is no gzip is a fault, said once. */
export async function readCompressed(
  path: string,
  intake: Intake,
  config: FilesConfig,
  signal: AbortSignal,
): Promise<void> {
  const key = await keyOf(path);
  if ((await intake.checkpoint(key)) !== null) return;
  let startIndex = 0;
  try {
    for await (const { lines, bytes } of blocksOf(path)) {
      const { host, service, sourceType } = config;
      const input = { lines, bytes, host, service, sourceType, sourcePath: path, batchKey: key, startIndex };
      if ((await untilTaken(intake, signal, () => intake.lines(input))) === null) return;
      startIndex += lines.length;
    }
  } catch (error) {
    await intake.fault(`${path}: ${(error as Error).message}; ${startIndex} lines of it were read.`);
  }
  await intake.saveCheckpoint(key, { path, lines: startIndex });
}

async function keyOf(path: string): Promise<string> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return `gz:${createHash('sha1').update(buffer.subarray(0, bytesRead)).digest('base64url')}:${size}`;
  } finally {
    await handle.close();
  }
}

async function* blocksOf(path: string): AsyncGenerator<Block> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path).pipe(createGunzip())) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    if (rest.length < LIMIT_BYTES) continue;
    const block = splitBlock(rest, MAX_LINES, LIMIT_BYTES, false);
    rest = rest.subarray(block.length);
    if (block.lines.length > 0) yield block;
  }
  while (rest.length > 0) {
    const block = splitBlock(rest, MAX_LINES, LIMIT_BYTES, true);
    rest = rest.subarray(block.length);
    if (block.lines.length > 0) yield block;
  }
}
