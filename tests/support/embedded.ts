// Embedded servers of their own for the tests of the launcher: directories, and processes to use and kill.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { inspectEmbedded } from '../../src/store/embedded/inspect.ts';
import type { DatabaseTarget } from '../../src/store/target.ts';
import { until } from './until.ts';

export const LAUNCHER = fileURLToPath(new URL('../../dist/store/embedded/launcher.js', import.meta.url));
const USER_SCRIPT = fileURLToPath(new URL('embedded-user.mjs', import.meta.url));

export interface Started {
  readonly pid: number;
  readonly adopted: boolean;
  readonly dataDir: string;
  readonly socketDir: string;
  readonly target: DatabaseTarget;
}

export interface UserProcess {
  readonly child: ChildProcess;
  /** What it printed once the server ran. Rejects with the launcher's message. */
  readonly started: Promise<Started>;
  /** Releases the server and ends. */
  leave(): Promise<void>;
  kill(): Promise<void>;
}

interface UserOptions {
  readonly uid?: number;
  readonly launcher?: string;
  readonly machineDirectory?: string;
}

/** A directory that every user can reach, in contrast to what mkdtemp makes. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'mnemograph-test-'));
  chmodSync(path, 0o755);
  return path;
}

/** Ends the server of `dataDir`, whoever uses it, and removes `directory`. */
export async function discard(directory: string, ...dataDirs: string[]): Promise<void> {
  for (const dataDir of dataDirs) {
    const { pid, socket } = (await inspectEmbedded(dataDir)) ?? {};
    if (pid) process.kill(pid, 'SIGINT');
    if (pid) await until('the server is gone', async () => !(await inspectEmbedded(dataDir))?.pid);
    if (socket && !socket.startsWith(directory)) rmSync(join(socket, '..'), { recursive: true, force: true });
  }
  rmSync(directory, { recursive: true, force: true });
}

/** Another process that starts or adopts the server of `dataDir` and then waits. */
export function useInProcess(dataDir: string, options: UserOptions = {}): UserProcess {
  const { uid, launcher = LAUNCHER, ...rest } = options;
  const child = spawn(process.execPath, [USER_SCRIPT, launcher, JSON.stringify({ dataDir, ...rest })], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const started = firstLine(child);
  started.catch(() => {});
  return {
    child,
    started,
    async leave() {
      child.stdin!.write('leave\n');
      await gone;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<Started> {
  for await (const line of createInterface(child.stdout!)) {
    const answer = JSON.parse(line) as Started & { error?: string };
    if (answer.error) throw new Error(answer.error);
    return answer;
  }
  throw new Error('the process ended without an answer');
}

/** A connection whose loss is no uncaught error. */
export async function connect(target: DatabaseTarget): Promise<pg.Client> {
  const client = new pg.Client({ ...target });
  client.on('error', () => {});
  await client.connect();
  return client;
}

export async function query<Row extends pg.QueryResultRow>(
  target: DatabaseTarget,
  text: string,
): Promise<Row[]> {
  const client = await connect(target);
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

export const isZombie = (pid: number): boolean => {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
};
