// Lines on their way from a socket into the pipeline: gathered into batches, sent in order, and sent again until they
// are taken. It holds a bounded number; who fills it must wait, or lose what is beyond.
import { randomUUID } from 'node:crypto';
import type { Intake } from './intake.ts';
import { untilTaken } from './until-taken.ts';

export interface QueuedLine {
  readonly text: string;
  /** The bytes as received, where they are not valid UTF-8. */
  readonly bytes: Buffer | null;
  /** Who sent it: the host of a line that names none. */
  readonly peer: string;
}

export interface LineQueueOptions {
  readonly maxQueued: number;
  readonly batchLines?: number;
  /** How long the first line of a batch waits for more, in milliseconds. */
  readonly lingerMs?: number;
}

const BATCH_LINES = 2_000;
const LINGER_MS = 20;
/** How long closing goes on trying while the database does not answer. */
const CLOSE_MS = 10_000;

export class LineQueue {
  readonly #intake: Intake;
  readonly #options: Required<LineQueueOptions>;
  readonly #room: (() => void)[] = [];
  readonly #ending = new AbortController();
  #lines: QueuedLine[] = [];
  /** In work and not yet committed. */
  #sending = 0;
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(intake: Intake, options: LineQueueOptions) {
    this.#intake = intake;
    this.#options = { batchLines: BATCH_LINES, lingerMs: LINGER_MS, ...options };
  }

  /** False: it is full, and the line was not taken. */
  push(line: QueuedLine): boolean {
    if (this.#lines.length + this.#sending >= this.#options.maxQueued) return false;
    this.#lines.push(line);
    if (this.#lines.length >= this.#options.batchLines) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), this.#options.lingerMs);
    return true;
  }

  /** Resolves when there is room again. */
  async room(): Promise<void> {
    if (this.#lines.length + this.#sending < this.#options.maxQueued) return;
    await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  /**
   * Sends what it holds, and what still comes until `filling` resolves; gives up after a while where nobody takes it,
   * and says how much that was.
   */
  async close(filling: Promise<unknown>): Promise<void> {
    this.#flush();
    const giveUp = setTimeout(() => this.#ending.abort(), CLOSE_MS);
    await filling;
    this.#flush();
    await this.#turn;
    clearTimeout(giveUp);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    if (lines.length === 0) return;
    this.#lines = [];
    this.#sending += lines.length;
    this.#turn = this.#turn.then(() => this.#send(lines));
  }

  async #send(lines: readonly QueuedLine[]): Promise<void> {
    const input = {
      lines: lines.map((line) => line.text),
      hosts: lines.map((line) => line.peer),
      bytes: new Map(lines.flatMap(({ bytes }, i) => (bytes === null ? [] : [[i, bytes] as const]))),
      // Whether a failed sending was committed is not known: under its key the next one adds nothing twice.
      batchKey: `${this.#intake.name}:${randomUUID()}`,
    };
    const taken = await untilTaken(this.#intake, this.#ending.signal, () => this.#intake.lines(input));
    if (taken === null) await this.#lose(lines.length).catch(() => {});
    this.#sending -= lines.length;
    for (const resume of this.#room.splice(0)) resume();
  }

  #lose(lost: number): Promise<void> {
    const nowUs = this.#intake.clock.nowUs();
    return this.#intake.loss({
      fromUs: nowUs,
      toUs: nowUs,
      lost,
      reason: 'Nobody took them while it stopped.',
    });
  }
}
