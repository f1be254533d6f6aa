// The data directory: made by initdb beside its final place and renamed, so that it is whole or not there.
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  lchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UnavailableError } from '../../domain/errors.ts';
import { type Account, accountForInitdb, runAs } from './accounts.ts';
import type { Binaries } from './binaries.ts';
import { giveTo, type Home } from './home.ts';
import { EMBEDDED_USER, INCLUDE_DEFAULTS, type ServerSettings } from './server-settings.ts';

const UNFINISHED_PREFIX = 'cluster.unfinished-';

// The locale is PostgreSQL's own: C.UTF-8 is unknown to older systems' libraries.
const INITDB_ARGUMENTS = [
  ...['--username', EMBEDDED_USER, '--auth', 'trust', '--auth-host', 'reject', '--encoding', 'UTF8'],
  ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
];

/** Makes the data directory on the first start. Throws UnavailableError where it is of another major version. */
export async function ensureCluster(home: Home, binaries: Binaries, settings: ServerSettings): Promise<void> {
  const versionFile = join(home.cluster, 'PG_VERSION');
  if (existsSync(versionFile)) {
    requireVersion(home, readFileSync(versionFile, 'utf8').trim(), binaries.majorVersion);
    return;
  }
  await discardUnfinished(home);
  const unfinished = `${home.root}/${UNFINISHED_PREFIX}${randomUUID()}`;
  await initdb(unfinished, home, binaries, settings.fsync === 'off');
  renameSync(unfinished, home.cluster);
  syncDirectory(home.root);
}

// The initdb of a killed start may still be writing: it fails once its files vanish, and gets out of our way.
async function discardUnfinished(home: Home): Promise<void> {
  const leftovers = readdirSync(home.root).filter((name) => name.startsWith(UNFINISHED_PREFIX));
  for (const name of leftovers)
    await rm(join(home.root, name), { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
}

async function initdb(target: string, home: Home, binaries: Binaries, volatile: boolean): Promise<void> {
  const account = home.account && accountForInitdb(home.account);
  mkdirSync(target, { mode: 0o700 });
  giveTo(account, target);
  const args = ['--pgdata', target, ...INITDB_ARGUMENTS, ...(volatile ? ['--no-sync'] : [])];
  const { code, stdout, stderr } = await runAs(account, binaries.initdb, args);
  if (code !== 0) throw notMade(home, stderr.trim() || stdout.trim());
  appendFileSync(join(target, 'postgresql.conf'), INCLUDE_DEFAULTS);
  if (home.account !== null && home.account.uid !== account?.uid) giveTree(home.account, target);
}

function notMade(home: Home, why: string): UnavailableError {
  const advice = /user does not exist/.test(why)
    ? '. PostgreSQL must find this user in /etc/passwd: add it there, run as another user, or set DATABASE_URL.'
    : '';
  return new UnavailableError(
    `The embedded PostgreSQL cannot make its data directory ${home.cluster}: ${why}${advice}`,
  );
}

function giveTree(account: Account, directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) giveTree(account, path);
    else lchownSync(path, account.uid, account.gid);
  }
  giveTo(account, directory);
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function requireVersion(home: Home, found: string, packaged: number): void {
  if (Number(found) === packaged) return;
  throw new UnavailableError(
    `${home.cluster} was made by PostgreSQL ${found}; this version of Mnemograph brings ${packaged}. Use the version that made it and export from there, or set MNEMOGRAPH_DATA_DIR to a new directory.`,
  );
}
