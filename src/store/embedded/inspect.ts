// Tells an operator where the embedded server is and who uses it, without touching it.
import { join, resolve } from 'node:path';
import { findHome } from './home.ts';
import { isServer, readPidFile } from './postmaster.ts';
import { probeServer } from './probe.ts';
import type { ProcessIdentity } from './processes.ts';
import { EMBEDDED_PORT } from './server-settings.ts';
import { livingUsers } from './users.ts';

export interface EmbeddedInspection {
  /** PostgreSQL's own directory; it may lie outside the data directory. */
  readonly data: string;
  readonly socket: string;
  readonly log: string;
  /** Whether it answers. */
  readonly running: boolean;
  /** The server's process, also of one that does not answer; null where there is none. */
  readonly pid: number | null;
  readonly users: readonly ProcessIdentity[];
}

/** Null where no embedded server was ever started in `dataDir`. */
export async function inspectEmbedded(dataDir: string): Promise<EmbeddedInspection | null> {
  const home = findHome(resolve(dataDir));
  if (home === null) return null;
  const pidFile = readPidFile(home);
  const pid = pidFile !== null && isServer(home, pidFile.pid) ? pidFile.pid : null;
  const socketDir = pidFile?.socketDir ?? home.socketDir;
  const running = pidFile !== null && (await probeServer(socketDir, pidFile.port)) === 'ready';
  return {
    data: home.cluster,
    socket: join(socketDir, `.s.PGSQL.${pidFile?.port || EMBEDDED_PORT}`),
    log: home.log,
    running,
    pid,
    users: livingUsers(home.users, { prune: false }),
  };
}
