// One file as it is followed: known by its inode and its first bytes, read up to an offset. What is about to be sent is
// noted before, so that whoever comes after a crash sends exactly the same again, under the same key.
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Intake } from '../intake.ts';
import { untilTaken } from '../until-taken.ts';
import type { FilesConfig } from './config.ts';
import { type Block, endBeforeHalfEvent, endBeforeOpenEvent, hasFurtherLine, splitBlock } from './lines.ts';

/** What is remembered of a file. A copy that replaces its content is a new file under the same inode. */
export interface FileMark {
  readonly id: string;
  readonly path: string;
  readonly inode: string;
  readonly head: string;
  readonly headBytes: number;
  readonly offset: number;
  /** End of what may have been sent from `offset` on; null: nothing. */
  readonly pending: number | null;
}

const HEAD_BYTES = 512;
const BLOCK_BYTES = 1 << 20;
const MAX_LINES = 5_000;
/** A program that is writing an event of several lines writes the next one within this. */
const EVENT_PAUSE_MS = 1_000;

export const inodeOf = (stats: { readonly dev: bigint; readonly ino: bigint }): string =>
  `${stats.dev}-${stats.ino}`;

export class TrackedFile {
  readonly #handle: FileHandle;
  readonly #intake: Intake;
  readonly #config: FilesConfig;
  #mark: FileMark;
  #isSaved: boolean;
  /** Where the file ended when it was last read, and since when it has. */
  #grown = { end: -1, sinceMs: 0 };

  private constructor(
    handle: FileHandle,
    mark: FileMark,
    isSaved: boolean,
    intake: Intake,
    config: FilesConfig,
  ) {
    this.#handle = handle;
    this.#mark = mark;
    this.#isSaved = isSaved;
    this.#intake = intake;
    this.#config = config;
  }

  get mark(): FileMark {
    return this.#mark;
  }

  /** With `known` it goes on where that left off, if the file is still the same. Rejects where it cannot be read. */
  static async open(
    path: string,
    known: FileMark | null,
    intake: Intake,
    config: FilesConfig,
  ): Promise<TrackedFile> {
    const handle = await open(path, 'r');
    try {
      const stats = await handle.stat({ bigint: true });
      const inode = inodeOf(stats);
      const size = Number(stats.size);
      if (known !== null && known.inode === inode && size >= known.offset && (await hasHead(handle, known)))
        return new TrackedFile(handle, { ...known, path }, known.path === path, intake, config);
      const offset = known === null && config.from === 'end' ? size : 0;
      const mark = { id: randomUUID(), path, inode, ...(await readHead(handle)), offset, pending: null };
      return new TrackedFile(handle, mark, false, intake, config);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Notes where it begins, before anything is sent. */
  async note(): Promise<void> {
    if (!this.#isSaved) await this.#save(this.#mark);
  }

  /** Whether the file was cut or overwritten in place: what it holds now is another file. */
  async isReplaced(): Promise<boolean> {
    const { size } = await this.#handle.stat();
    return size < this.#mark.offset || !(await hasHead(this.#handle, this.#mark));
  }

  /** Whether there is more than was read, be it only a part of a line. */
  async hasMore(): Promise<boolean> {
    const { size } = await this.#handle.stat();
    return size > this.#mark.offset;
  }

  /**
   * Sends what is there; with `isWhole` also a last line without an end. True: all of it was taken, false: `signal`
   * ended it before.
   */
  async send(isWhole: boolean, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const block = await this.#next(isWhole);
      if (block.length === 0) return true;
      const end = this.#mark.offset + block.length;
      if (block.lines.length > 0 && !(await this.#sendLines(block, end, signal))) return false;
      this.#mark = { ...this.#mark, offset: end, pending: null };
    }
    return false;
  }

  /** Lets go without a word: it is not followed any more. */
  async abandon(): Promise<void> {
    await this.#handle.close();
  }

  /** Notes how far it came, and lets go. */
  async close(): Promise<void> {
    await this.#handle.close();
    await this.#save(this.#mark);
  }

  /** What may have been sent before is cut where it was then, whatever has been written since. */
  async #next(isWhole: boolean): Promise<Block> {
    const { pending } = this.#mark;
    const { multiline } = this.#config;
    const read = await this.#read(pending);
    const block = splitBlock(read, {
      maxLines: MAX_LINES,
      limitBytes: BLOCK_BYTES,
      isWhole: isWhole || pending !== null,
      withEmpty: multiline,
    });
    if (!multiline || pending !== null) return block;
    if (hasFurtherLine(read, block, BLOCK_BYTES)) return endBeforeOpenEvent(block);
    return isWhole || this.#isResting(this.#mark.offset + read.length) ? block : endBeforeHalfEvent(block);
  }

  /** Whether the file, which ends at `end`, has not grown for a while. */
  #isResting(end: number): boolean {
    const nowMs = performance.now();
    if (end !== this.#grown.end) this.#grown = { end, sinceMs: nowMs };
    return nowMs - this.#grown.sinceMs >= EVENT_PAUSE_MS;
  }

  async #sendLines({ lines, bytes, crlf }: Block, end: number, signal: AbortSignal): Promise<boolean> {
    const { id, path, offset } = this.#mark;
    const head = this.#mark.headBytes < HEAD_BYTES ? await readHead(this.#handle, end) : {};
    const mark = { ...this.#mark, ...head, pending: end };
    const { host, service, sourceType, multiline } = this.#config;
    const input = {
      lines,
      bytes,
      crlf,
      multiline,
      host,
      service,
      sourceType,
      sourcePath: path,
      batchKey: `file:${id}:${offset}`,
    };
    const taken = await untilTaken(this.#intake, signal, async () => {
      await this.#save(mark);
      return this.#intake.lines(input);
    });
    return taken !== null;
  }

  async #read(end: number | null): Promise<Buffer> {
    const { offset } = this.#mark;
    const length = end === null ? BLOCK_BYTES : end - offset;
    const { buffer, bytesRead } = await this.#handle.read(Buffer.allocUnsafe(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  }

  async #save(mark: FileMark): Promise<void> {
    await this.#intake.saveCheckpoint(`file:${mark.id}`, { ...mark });
    this.#mark = mark;
    this.#isSaved = true;
  }
}

type Head = Pick<FileMark, 'head' | 'headBytes'>;

/** The hash of the first bytes, up to `end`: they stay as they are while a file only grows. */
async function readHead(handle: FileHandle, end = HEAD_BYTES): Promise<Head> {
  const length = Math.min(end, HEAD_BYTES);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
  const head = createHash('sha1').update(buffer.subarray(0, bytesRead)).digest('base64url');
  return { head, headBytes: bytesRead };
}

async function hasHead(handle: FileHandle, mark: Head): Promise<boolean> {
  if (mark.headBytes === 0) return true;
  const { head, headBytes } = await readHead(handle, mark.headBytes);
  return headBytes === mark.headBytes && head === mark.head;
}
