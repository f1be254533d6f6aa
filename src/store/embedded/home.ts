// Where an embedded server lives: its directories, and the user whom they belong to.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  constants,
  fchmodSync,
  fchownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UnavailableError } from '../../domain/errors.ts';
import { type Account, canEnter, isRoot, unusedAccount } from './accounts.ts';

export interface Home {
  readonly root: string;
  readonly cluster: string;
  readonly log: string;
  readonly lock: string;
  readonly users: string;
  readonly socketDir: string;
  /** Shown in the title of every server process, and so finds the server's orphans. */
  readonly clusterName: string;
  /** Who runs the server; null: the user of this process. */
  readonly account: Account | null;
}

const HOME_NAME = 'postgres';
/** Where data is kept that the server's user could not reach in the data directory. */
const MACHINE_DIRECTORY = process.platform === 'darwin' ? '/var/db/mnemograph' : '/var/lib/mnemograph';
/** A socket's path has at most 103 bytes (darwin), of which `/.s.PGSQL.5432` takes 14. */
const SOCKET_DIR_LIMIT_BYTES = 88;
const TRAVERSABLE = 0o711;

/**
 * Makes the home of the server of `dataDir` and says who runs the server: this process's user, or, for root, the
 * owner of what is already there, else a user that nobody is. Where that user cannot reach `dataDir` (as root
 * under a 0700 directory), the home is under `machineDirectory` and `dataDir` links to it.
 */
export async function openHome(dataDir: string, machineDirectory = MACHINE_DIRECTORY): Promise<Home> {
  const base = makeDataDirectory(resolve(dataDir));
  const link = join(base, HOME_NAME);
  if (!isRoot()) {
    makeDirectory(link, TRAVERSABLE);
    const root = realpathSync(link);
    requireOwner(root, process.getuid!());
    return furnish(layout(root, null));
  }
  const existing = existingHome(link);
  const account = ownerOf(existing ?? base) ?? unusedAccount();
  const root = existing ?? (await placeHome(link, account, machineDirectory));
  chmodSync(root, TRAVERSABLE);
  chownSync(root, account.uid, account.gid);
  if (!(await canEnter(account, root))) throw unreachable(root, account);
  return furnish(layout(root, account));
}

/** The home as it is now; nothing is created. */
export function findHome(dataDir: string): Home | null {
  const root = existingHome(join(resolve(dataDir), HOME_NAME));
  return root === null ? null : layout(root, null);
}

/** Creates the socket's directory. Under /tmp another user could have made it first. */
export function makeSocketDirectory(home: Home): void {
  mkdirSync(home.socketDir, { recursive: true, mode: 0o700 });
  const found = lstatSync(home.socketDir);
  const uid = home.account?.uid ?? process.getuid!();
  if (!found.isDirectory() || (found.uid !== uid && found.uid !== process.getuid!()))
    throw new UnavailableError(
      `${home.socketDir} belongs to uid ${found.uid}; it is to hold the embedded PostgreSQL's socket. Remove it, or choose a shorter MNEMOGRAPH_DATA_DIR.`,
    );
  chmodSync(home.socketDir, 0o700);
  giveTo(home.account, home.socketDir);
}

export function giveTo(account: Account | null, path: string): void {
  if (account !== null) lchownSync(path, account.uid, account.gid);
}

/** Opens a private file of the server's user for writing. Root must not follow a link that this user laid. */
export function openForServer(account: Account | null, path: string, mode: 'append' | 'replace'): number {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_APPEND, O_TRUNC } = constants;
  const how = mode === 'append' ? O_APPEND : O_TRUNC;
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_NOFOLLOW | how, 0o600);
  fchmodSync(descriptor, 0o600);
  if (account !== null) fchownSync(descriptor, account.uid, account.gid);
  return descriptor;
}

function layout(root: string, account: Account | null): Home {
  const digest = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const run = join(root, 'run');
  const socketFits = Buffer.byteLength(run) <= SOCKET_DIR_LIMIT_BYTES && !/[,"\n]/.test(run);
  return {
    root,
    cluster: join(root, 'cluster'),
    log: join(root, 'server.log'),
    lock: join(root, 'lock'),
    users: join(root, 'users'),
    socketDir: socketFits ? run : `/tmp/mnemograph-${digest}`,
    clusterName: `mnemograph-${digest}`,
    account,
  };
}

function furnish(home: Home): Home {
  for (const path of [home.lock, home.users]) {
    mkdirSync(path, { recursive: true, mode: 0o755 });
    giveTo(home.account, path);
  }
  return home;
}

function makeDataDirectory(path: string): string {
  const created = makeDirectory(path, 0o755);
  if (created !== undefined && isRoot()) openUp(created, path);
  return realpathSync(path);
}

function makeDirectory(path: string, mode: number): string | undefined {
  try {
    return mkdirSync(path, { recursive: true, mode });
  } catch (error) {
    throw new UnavailableError(
      `The directory ${path} cannot be made (${(error as NodeJS.ErrnoException).code}). Set MNEMOGRAPH_DATA_DIR to a directory that this user may write.`,
    );
  }
}

// A strict umask must not hide directories that we just made from the server's user.
function openUp(first: string, last: string): void {
  for (let path = last; path.length >= first.length; path = dirname(path)) chmodSync(path, 0o755);
}

async function placeHome(link: string, account: Account, machineDirectory: string): Promise<string> {
  if (await canEnter(account, dirname(link))) {
    mkdirSync(link, { recursive: true, mode: TRAVERSABLE });
    return realpathSync(link);
  }
  const digest = createHash('sha256').update(link).digest('hex').slice(0, 16);
  const elsewhere = join(machineDirectory, digest);
  try {
    const created = mkdirSync(elsewhere, { recursive: true, mode: TRAVERSABLE });
    if (created !== undefined) openUp(created, elsewhere);
    symlinkSync(elsewhere, link);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw nowhere(link, elsewhere, code);
  }
  return realpathSync(link);
}

function existingHome(link: string): string | null {
  try {
    return realpathSync(link);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new UnavailableError(
      `${link} cannot be read (${code}). Run Mnemograph as the user who made it, or set MNEMOGRAPH_DATA_DIR.`,
    );
  }
}

function ownerOf(path: string): Account | null {
  const { uid, gid } = statSync(path);
  return uid === 0 ? null : { uid, gid };
}

function requireOwner(root: string, uid: number): void {
  const owner = statSync(root).uid;
  if (owner === uid) return;
  throw new UnavailableError(
    `${root} belongs to uid ${owner}, this process runs as uid ${uid}. Run Mnemograph as that user or as root, or set MNEMOGRAPH_DATA_DIR to another directory.`,
  );
}

const unreachable = (root: string, account: Account) =>
  new UnavailableError(
    `The embedded PostgreSQL runs as uid ${account.uid}, which cannot reach ${root}. Let others traverse the directories above it (chmod o+x), or set MNEMOGRAPH_DATA_DIR.`,
  );

const nowhere = (link: string, elsewhere: string, code: string | undefined) =>
  new UnavailableError(
    `As root the embedded PostgreSQL runs as another user, who cannot reach ${dirname(link)}; ${elsewhere} cannot be used instead (${code}). Set MNEMOGRAPH_DATA_DIR to a directory that others may traverse.`,
  );
