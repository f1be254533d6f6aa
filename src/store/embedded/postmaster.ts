// The server process: its pid file, how it is started apart from us, and how it is stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { UnavailableError } from '../../domain/errors.ts';
import { CHILD_ENVIRONMENT } from './accounts.ts';
import type { Binaries } from './binaries.ts';
import { type Home, makeSocketDirectory, openForServer } from './home.ts';
import { commandOf, listProcesses, observeProcess } from './processes.ts';
import { type ServerSettings, serverArguments, writeDefaults } from './server-settings.ts';

/** postmaster.pid as PostgreSQL writes it, line by line; `socketDir` is null early in a start. */
export interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly socketDir: string | null;
}

const POLL_MS = 10;
const FAST_SHUTDOWN_MS = 60_000;
const IMMEDIATE_SHUTDOWN_MS = 20_000;
const ORPHANS_END_MS = 10_000;
const QUOTED_LOG_LINES = 4;
const LOG_LIMIT_BYTES = 16 * 1024 * 1024;

export function readPidFile(home: Home): PidFile | null {
  const path = join(home.cluster, 'postmaster.pid');
  if (!existsSync(path)) return null;
  const lines = readFileSync(path, 'utf8').split('\n');
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  return { pid, port: Number(lines[3]), socketDir: lines[4]?.trim() || null };
}

/** Whether `pid` is this cluster's server, not its zombie and not a later process that got its number. */
export const isServer = (home: Home, pid: number): boolean =>
  observeProcess(pid) !== null && `${commandOf(pid)} `.includes(` -D ${home.cluster} `);

/** Starts the server detached, its output appended to the log. It outlives us and our terminal. */
export function spawnServer(home: Home, binaries: Binaries, settings: ServerSettings): ChildProcess {
  makeSocketDirectory(home);
  writeDefaults(home);
  const log = openLog(home);
  try {
    const server = spawn(binaries.postgres, serverArguments(home, settings), {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...CHILD_ENVIRONMENT, ...forgetStalePid(home) },
      ...home.account,
    });
    server.on('error', () => {});
    server.unref();
    return server;
  } finally {
    closeSync(log);
  }
}

/** Fast shutdown: sessions end, everything is written. Whoever does not end in a minute is ended at once. */
export async function stopServer(home: Home, pid: number): Promise<void> {
  signal(pid, 'SIGINT');
  if (await became(() => !isServer(home, pid), FAST_SHUTDOWN_MS)) return;
  signal(pid, 'SIGQUIT');
  if (await became(() => !isServer(home, pid), IMMEDIATE_SHUTDOWN_MS)) return;
  throw new UnavailableError(`The embedded PostgreSQL (process ${pid}) does not stop. Its log: ${home.log}`);
}

/** Server processes that a killed server left behind; while one lives, PostgreSQL does not start again. */
export const orphans = (home: Home): number[] =>
  listProcesses()
    .filter(({ command }) => command.startsWith(`postgres: ${home.clusterName}: `))
    .filter(({ parent }) => !isServer(home, parent))
    .map(({ pid }) => pid);

/** Ends them without waiting for their queries: nobody will get the answers. */
export async function endOrphans(home: Home): Promise<void> {
  for (const pid of orphans(home)) signal(pid, 'SIGQUIT');
  await became(() => orphans(home).length === 0, ORPHANS_END_MS);
}

// PostgreSQL takes a pid file for stale only when no process at all has that pid, except this "grandparent".
// A zombie or a reused pid would stop every start until someone removed the file.
function forgetStalePid(home: Home): { PG_GRANDPARENT_PID?: string } {
  const path = join(home.cluster, 'postmaster.pid');
  if (!existsSync(path)) return {};
  const stale = readPidFile(home);
  if (stale !== null) return { PG_GRANDPARENT_PID: String(stale.pid) };
  rmSync(path, { force: true });
  return {};
}

function openLog(home: Home): number {
  if (existsSync(home.log) && statSync(home.log).size > LOG_LIMIT_BYTES)
    renameSync(home.log, `${home.log}.1`);
  return openForServer(home.account, home.log, 'append');
}

export const logSize = (home: Home): number => (existsSync(home.log) ? statSync(home.log).size : 0);

/** What the server said last, from this offset of its log on. */
export function logSince(home: Home, offsetBytes: number): string {
  const text = readFileSync(home.log).subarray(offsetBytes).toString('utf8');
  return text.trim().split('\n').slice(-QUOTED_LOG_LINES).join(' | ');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function became(condition: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}
