// Follows files as they grow, by looking at them again and again: renaming and truncating alike are seen, and nothing
// depends on what the file system announces.
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { glob } from 'tinyglobby';
import type { Intake } from '../intake.ts';
import { readCompressed } from './compressed.ts';
import type { FilesConfig } from './config.ts';
import { type FileMark, inodeOf, TrackedFile } from './tracked-file.ts';

/** How long a file that was moved away is still written to, at the most: programs reopen theirs late. */
const LINGER_MS = 3_000;
const MARK_PREFIX = 'file:';

interface Followed {
  readonly file: TrackedFile;
  /** When it was last seen under a path that is followed, or had more. */
  seenMs: number;
}

export class Follower {
  readonly #intake: Intake;
  readonly #config: FilesConfig;
  readonly #signal: AbortSignal;
  readonly #followed = new Map<string, Followed>();
  readonly #unread = new Set<string>();
  #marks = new Map<string, FileMark>();

  constructor(intake: Intake, config: FilesConfig, signal: AbortSignal) {
    this.#intake = intake;
    this.#config = config;
    this.#signal = signal;
  }

  /** Where it left off. */
  async begin(): Promise<void> {
    const marks = await this.#intake.checkpoints(MARK_PREFIX);
    this.#marks = new Map(
      [...marks.values()].map((mark) => [String(mark.inode), mark as unknown as FileMark]),
    );
  }

  /** Until it is told to stop. A fault is said once and does not end it. */
  async follow(): Promise<void> {
    while (!this.#signal.aborted) {
      const moved = await this.look().catch(async (error: Error) => {
        if (!this.#signal.aborted) await this.#intake.fault(error.message).catch(() => {});
        return false;
      });
      if (!moved) await delay(this.#config.pollMs, undefined, { signal: this.#signal }).catch(() => {});
    }
  }

  async close(): Promise<void> {
    for (const { file } of this.#followed.values()) await file.close().catch(() => {});
  }

  /** Looks at every file once; true where there may be more at once. */
  async look(): Promise<boolean> {
    const found = await this.#find();
    await this.#findMoved(found);
    let moved = false;
    for (const [inode, path] of found) {
      if (this.#signal.aborted) return false;
      if (path.endsWith('.gz')) await readCompressed(path, this.#intake, this.#config, this.#signal);
      else if (await this.#read(inode, path)) moved = true;
    }
    for (const inode of [...this.#followed.keys()]) if (!found.has(inode)) await this.#finish(inode);
    return moved;
  }

  async #find(): Promise<Map<string, string>> {
    const paths = await glob(this.#config.paths, { absolute: true, dot: true, expandDirectories: false });
    const found = new Map<string, string>();
    for (const path of paths.sort()) {
      const stats = await stat(path, { bigint: true }).catch(() => null);
      if (stats?.isFile()) found.set(inodeOf(stats), path);
    }
    return found;
  }

  /** Files that were renamed while nobody followed them: whatever they still hold is read before the new ones. */
  async #findMoved(found: ReadonlyMap<string, string>): Promise<void> {
    const missing = [...this.#marks.values()].filter(({ inode }) => !found.has(inode));
    for (const mark of missing) {
      this.#marks.delete(mark.inode);
      const path = await findInode(dirname(mark.path), mark.inode);
      const file =
        path === null
          ? null
          : await TrackedFile.open(path, mark, this.#intake, this.#config).catch(() => null);
      if (file === null) await this.#intake.forgetCheckpoint(MARK_PREFIX + mark.id);
      else if (file.mark.id === mark.id) this.#followed.set(mark.inode, { file, seenMs: performance.now() });
      else await file.abandon();
    }
  }

  async #read(inode: string, path: string): Promise<boolean> {
    const followed = await this.#openOnce(inode, path);
    if (followed === null) return false;
    if (await followed.file.isReplaced()) return this.#replace(inode, path, followed.file);
    followed.seenMs = performance.now();
    if (!(await followed.file.hasMore())) return false;
    const before = followed.file.mark.offset;
    await followed.file.send(false, this.#signal);
    return followed.file.mark.offset > before;
  }

  async #openOnce(inode: string, path: string): Promise<Followed | null> {
    const known = this.#followed.get(inode);
    if (known !== undefined) return known;
    const mark = this.#marks.get(inode) ?? null;
    try {
      const file = await TrackedFile.open(path, mark, this.#intake, this.#config);
      if (mark !== null && file.mark.id !== mark.id)
        await this.#intake.forgetCheckpoint(MARK_PREFIX + mark.id);
      await file.note();
      const followed = { file, seenMs: performance.now() };
      this.#marks.delete(inode);
      this.#unread.delete(path);
      this.#followed.set(inode, followed);
      return followed;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      if (!this.#unread.has(path)) await this.#intake.fault(`${path}: ${(error as Error).message}`);
      this.#unread.add(path);
      return null;
    }
  }

  /** Cut or overwritten in place: from its beginning again, as another file. */
  async #replace(inode: string, path: string, old: TrackedFile): Promise<boolean> {
    this.#followed.delete(inode);
    await old.abandon();
    await this.#intake.forgetCheckpoint(MARK_PREFIX + old.mark.id);
    this.#marks.set(inode, { ...old.mark, head: '', headBytes: Number.POSITIVE_INFINITY });
    await this.#openOnce(inode, path);
    return true;
  }

  /** Moved away or removed: read to its end, and let go once nobody writes to it any more. */
  async #finish(inode: string): Promise<void> {
    const followed = this.#followed.get(inode)!;
    const { file } = followed;
    if (await file.hasMore()) {
      const before = file.mark.offset;
      await file.send(false, this.#signal);
      if (file.mark.offset > before) followed.seenMs = performance.now();
    }
    if (performance.now() - followed.seenMs < LINGER_MS) return;
    if (!(await file.send(true, this.#signal))) return;
    this.#followed.delete(inode);
    await file.abandon();
    await this.#intake.forgetCheckpoint(MARK_PREFIX + file.mark.id);
  }
}

async function findInode(directory: string, inode: string): Promise<string | null> {
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    const stats = await stat(path, { bigint: true }).catch(() => null);
    if (stats?.isFile() && inodeOf(stats) === inode) return path;
  }
  return null;
}
