// A compressed file does not grow: it is read once, whole. Its batches are the same at every reading, so that whoever
// comes after a crash adds only what is missing.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import type { Intake } from '../intake.ts';
import { untilTaken } from '../until-taken.ts';
import type { FilesConfig } from './config.ts';
import { type Block, endBeforeOpenEvent, splitBlock } from './lines.ts';

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
    const { host, service, sourceType, multiline } = config;
    const place = { host, service, sourceType, sourcePath: path };
    for await (const { lines, bytes, crlf } of blocksOf(path, multiline)) {
      const input = { lines, bytes, crlf, multiline, ...place, batchKey: key, startIndex };
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

async function* blocksOf(path: string, multiline: boolean): AsyncGenerator<Block> {
  const options = { maxLines: MAX_LINES, limitBytes: LIMIT_BYTES, withEmpty: multiline };
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path).pipe(createGunzip())) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    if (rest.length < LIMIT_BYTES) continue;
    const split = splitBlock(rest, { ...options, isWhole: false });
    const block = multiline ? endBeforeOpenEvent(split) : split;
    rest = rest.subarray(block.length);
    if (block.lines.length > 0) yield block;
  }
  while (rest.length > 0) {
    const split = splitBlock(rest, { ...options, isWhole: true });
    const block = multiline && split.length < rest.length ? endBeforeOpenEvent(split) : split;
    rest = rest.subarray(block.length);
    if (block.lines.length > 0) yield block;
  }
}
