// One scoring process, from the server's side: started when first needed, again after it died, one batch at a time.
import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { workerEntry } from '../../domain/worker-entry.ts';
import type { Answers, LoadRequest, Ready, Reply, Request } from './exchange.ts';
import { BatchError, ModelError, ProcessLostError } from './fault.ts';

export interface ProcessOptions {
  /** Reading the model into memory takes at most this long. */
  readonly loadTimeoutMs?: number;
  /** As does each part of a batch: at most 2,048 tokens. */
  readonly scoreTimeoutMs?: number;
}

const LOAD_TIMEOUT_MS = 300_000;
const SCORE_TIMEOUT_MS = 300_000;
const STDERR_TAIL = 500;

interface Pending {
  /** It has all its time again. */
  readonly goOn: () => void;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export class ModelProcess {
  readonly #load: LoadRequest;
  readonly #options: ProcessOptions;
  #child: ChildProcess | null = null;
  #ready: Ready | null = null;
  #pending: Pending | null = null;
  #stderr = '';
  #lastId = 0;

  constructor(load: LoadRequest, options: ProcessOptions = {}) {
    this.#load = load;
    this.#options = options;
  }

  /** Undefined while none runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Throws ModelError where the model cannot be used. */
  async start(): Promise<Ready> {
    if (this.#child !== null && this.#ready !== null) return this.#ready;
    this.#spawn();
    const reply = await this.#ask({ load: this.#load }, this.#options.loadTimeoutMs ?? LOAD_TIMEOUT_MS);
    if ('ready' in reply) {
      yieldToOthers(this.#child?.pid);
      this.#ready = reply.ready;
      return reply.ready;
    }
    await this.close();
    throw new ModelError(
      `The model in ${this.#load.folder} cannot be used: ${'unusable' in reply ? reply.unusable : 'it answers out of turn'}`,
    );
  }

  /** Throws ProcessLostError where the process ended or hung, BatchError where the model failed on these texts. */
  async score(texts: readonly string[]): Promise<Answers> {
    await this.start();
    const id = ++this.#lastId;
    const timeoutMs = this.#options.scoreTimeoutMs ?? SCORE_TIMEOUT_MS;
    const reply = await this.#ask({ score: { id, texts } }, timeoutMs);
    if ('answers' in reply && reply.id === id) return reply.answers;
    throw new BatchError('fault' in reply ? reply.fault : 'The scoring process answers out of turn.');
  }

  /** Ends it, in the middle of a batch too. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  #spawn(): void {
    const { filename, execArgv } = workerEntry(import.meta.url, 'worker');
    const child = fork(filename, {
      execArgv,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-STDERR_TAIL);
    });
    child.on('message', (reply: Reply) => {
      if ('goesOn' in reply) this.#pending?.goOn();
      else this.#settle((pending) => pending.resolve(reply));
    });
    child.on('error', (error) => this.#lost(child, error.message));
    child.on('exit', (code, signal) => this.#lost(child, `it ended with ${signal ?? `code ${code}`}`));
  }

  #ask(request: Request, timeoutMs: number): Promise<Reply> {
    const child = this.#child!;
    return new Promise<Reply>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#lost(child, `it did not answer within ${timeoutMs / 1_000} s`);
        child.kill('SIGKILL');
      }, timeoutMs);
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          settle(value);
        };
      this.#pending = { goOn: () => timer.refresh(), resolve: settled(resolve), reject: settled(reject) };
      child.send(request, (error) => {
        if (error !== null) this.#lost(child, error.message);
      });
    });
  }

  #settle(how: (pending: Pending) => void): void {
    const pending = this.#pending;
    this.#pending = null;
    if (pending !== null) how(pending);
  }

  #lost(child: ChildProcess, reason: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#ready = null;
    const said = this.#stderr.trim() === '' ? '' : ` It said: ${this.#stderr.trim()}`;
    this.#settle(({ reject }) =>
      reject(new ProcessLostError(`The scoring process is lost: ${reason}.${said}`)),
    );
  }
}

/** Ingest and queries come first. The lowest priority would starve it where the machine is never idle. */
function yieldToOthers(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Where the system does not let us, or the process is gone already, it has the priority that it has.
  }
}
