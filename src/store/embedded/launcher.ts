// The embedded PostgreSQL: found or started, shared by our processes, stopped with the last of them.
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { UnavailableError } from '../../domain/errors.ts';
import type { DatabaseTarget } from '../target.ts';
import { usableBinaries } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { type Home, openHome } from './home.ts';
import { withLock } from './lock.ts';
import {
  endOrphans,
  isServer,
  logSince,
  logSize,
  orphans,
  readPidFile,
  spawnServer,
  stopServer,
} from './postmaster.ts';
import { createDatabase, probeServer } from './probe.ts';
import { EMBEDDED_DATABASE, EMBEDDED_PORT, EMBEDDED_USER, type ServerSettings } from './server-settings.ts';
import { livingUsers, registerUser } from './users.ts';

export interface EmbeddedOptions {
  readonly dataDir: string;
  /** PostgreSQL settings that win over ours, e.g. `{ fsync: 'off' }`. A running server keeps its own. */
  readonly settings?: ServerSettings;
  /** Where data goes that the server's user cannot reach in `dataDir`; only ever used as root. */
  readonly machineDirectory?: string;
}

export interface EmbeddedServer {
  readonly socketDir: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** PostgreSQL's own directory, wherever it came to lie. */
  readonly dataDir: string;
  readonly logFile: string;
  readonly pid: number;
  /** Whether it already ran. */
  readonly adopted: boolean;
  readonly target: DatabaseTarget;
  /** Starts the server again where it was killed; does nothing to one that runs. */
  ensureRunning(): Promise<void>;
  /** This process no longer uses it. The last user's release stops the server. Releasing twice is harmless. */
  release(): Promise<void>;
}

interface Running {
  readonly pid: number;
  readonly socketDir: string;
  readonly port: number;
  readonly adopted: boolean;
}

const FIRST_PAUSE_MS = 8;
const LONGEST_PAUSE_MS = 400;
const LISTEN_MS = 20_000;
/** Replaying the log after a crash may take long; meanwhile the server says that it is busy. */
const RECOVERY_MS = 10 * 60_000;
const START_ATTEMPTS = 3;

/**
 * The server of `dataDir`, running, with its database. Any number of processes may call this at once: one starts
 * it, the others find it. Throws UnavailableError that says what to do.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  if (process.platform === 'win32')
    throw new UnavailableError(
      'The embedded PostgreSQL runs on Linux and macOS. On Windows use WSL, or set DATABASE_URL to a PostgreSQL server (15 or newer).',
    );
  const settings = options.settings ?? {};
  const home = await openHome(options.dataDir, options.machineDirectory);
  return withLock(home.lock, async () => {
    const running = await bringUp(home, settings);
    return embeddedServer(home, settings, running, registerUser(home.users));
  });
}

function embeddedServer(
  home: Home,
  settings: ServerSettings,
  started: Running,
  unregister: () => void,
): EmbeddedServer {
  let running = started;
  let released = false;
  const access = { port: started.port, user: EMBEDDED_USER, database: EMBEDDED_DATABASE };
  return {
    ...access,
    socketDir: started.socketDir,
    dataDir: home.cluster,
    logFile: home.log,
    adopted: started.adopted,
    target: { host: started.socketDir, ...access },
    get pid() {
      return running.pid;
    },
    async ensureRunning() {
      if (released) throw new UnavailableError('The embedded PostgreSQL was released by this process.');
      running = await withLock(home.lock, () => bringUp(home, settings));
    },
    async release() {
      if (released) return;
      released = true;
      await withLock(home.lock, async () => {
        unregister();
        await stopIfUnused(home);
      });
    },
  };
}

async function stopIfUnused(home: Home): Promise<void> {
  if (livingUsers(home.users, { prune: true }).length > 0) return;
  const pidFile = readPidFile(home);
  if (pidFile !== null && isServer(home, pidFile.pid)) await stopServer(home, pidFile.pid);
}

async function bringUp(home: Home, settings: ServerSettings): Promise<Running> {
  const found = await findRunning(home);
  if (found !== null) return { ...found, adopted: true };
  const binaries = await usableBinaries(home);
  await ensureCluster(home, binaries, settings);
  for (let attempt = 1; ; attempt += 1) {
    await endOrphans(home);
    const logStart = logSize(home);
    const server = spawnServer(home, binaries, settings);
    const started = await findRunning(home, () => server.exitCode === null && server.signalCode === null);
    if (started !== null) return { ...started, adopted: false };
    // A starter killed before its server wrote a pid file: that server won, ours gave way.
    const other = await findRunning(home);
    if (other !== null) return { ...other, adopted: true };
    if (attempt === START_ATTEMPTS || orphans(home).length === 0) throw notStarted(home, logStart);
  }
}

/** Waits until the server answers. Null where none runs, or `comes` says that none will. */
async function findRunning(home: Home, comes?: () => boolean): Promise<Omit<Running, 'adopted'> | null> {
  const begun = performance.now();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.2, LONGEST_PAUSE_MS)) {
    const pidFile = readPidFile(home);
    const socketDir = pidFile?.socketDir ?? home.socketDir;
    const port = pidFile?.port || EMBEDDED_PORT;
    const state = await probeServer(socketDir, port);
    if (pidFile !== null && state === 'without-database') await createDatabase(socketDir, port);
    else if (pidFile !== null && state === 'ready') return { pid: pidFile.pid, socketDir, port };
    else if (!(comes?.() ?? (pidFile !== null && isServer(home, pidFile.pid)))) return null;
    const waitMs = state === 'busy' ? RECOVERY_MS : LISTEN_MS;
    if (performance.now() - begun > waitMs) throw silent(home, pidFile?.pid);
    await delay(pauseMs);
  }
}

const notStarted = (home: Home, logStart: number) =>
  new UnavailableError(
    `The embedded PostgreSQL did not start: ${logSince(home, logStart)} Its log: ${home.log}. Mend that, or set DATABASE_URL.`,
  );

const silent = (home: Home, pid: number | undefined) =>
  new UnavailableError(
    `The embedded PostgreSQL (process ${pid ?? 'unknown'}) runs but does not answer on ${home.socketDir}. End that process with kill -INT and try again; its log: ${home.log}`,
  );
