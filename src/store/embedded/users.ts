// Which processes use the embedded server: one symlink each, so that the last one to leave can stop it.
import { randomUUID } from 'node:crypto';
import { readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { currentProcess, formatIdentity, isAlive, type ProcessIdentity, parseIdentity } from './processes.ts';

/** Enters this process once; returns what takes that entry back. One process may have several. */
export function registerUser(directory: string): () => void {
  const entry = join(directory, randomUUID());
  symlinkSync(formatIdentity(currentProcess()), entry);
  return () => rmSync(entry, { force: true });
}

/** The living users, once per entry. Entries of the dead are removed when `prune` is set. */
export function livingUsers(directory: string, options: { prune: boolean }): ProcessIdentity[] {
  return entries(directory).flatMap((name) => {
    const user = readEntry(join(directory, name));
    if (user !== null && isAlive(user)) return [user];
    if (options.prune) rmSync(join(directory, name), { force: true });
    return [];
  });
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function readEntry(path: string): ProcessIdentity | null {
  try {
    return parseIdentity(readlinkSync(path));
  } catch {
    return null;
  }
}
