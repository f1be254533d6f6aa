// A lock between processes that no crash can leave taken: its holder is named by pid and birth.
import { readdirSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { UnavailableError } from '../../domain/errors.ts';
import { currentProcess, formatIdentity, isAlive, parseIdentity } from './processes.ts';

const FREE = 'free';
const POLL_MS = 20;
const WAIT_MS = 15 * 60_000;

type Attempt = { readonly release: () => void } | { readonly heldBy: string };

/**
 * Runs `work` while no other process (nor other call in this one) runs under the same, existing directory.
 *
 * The directory holds numbered symlinks whose targets say who holds the lock; the highest number counts. Taking
 * it from a free or dead holder N is the exclusive creation of N + 1, so two takers cannot both win, and the
 * highest link is never removed, so a taker that acted on an outdated listing sees a higher one and withdraws.
 */
export async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const release = await acquire(directory);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire(directory: string): Promise<() => void> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const attempt = tryAcquire(directory);
    if ('release' in attempt) return attempt.release;
    if (performance.now() > deadline) throw lockHeld(directory, attempt.heldBy);
    await delay(POLL_MS);
  }
}

function tryAcquire(directory: string): Attempt {
  const newest = highest(directory);
  const heldBy = newest === 0 ? FREE : readHolder(directory, newest);
  const holder = parseIdentity(heldBy);
  if (holder !== null && isAlive(holder)) return { heldBy };
  const mine = newest + 1;
  if (!createLink(directory, mine, formatIdentity(currentProcess()))) return { heldBy };
  if (highest(directory) !== mine) {
    removeLink(directory, mine);
    return { heldBy };
  }
  for (const older of numbers(directory)) if (older < mine - 1) removeLink(directory, older);
  return { release: () => void createLink(directory, mine + 1, FREE) };
}

const numbers = (directory: string): number[] =>
  readdirSync(directory).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));

const highest = (directory: string): number => Math.max(0, ...numbers(directory));

function readHolder(directory: string, number: number): string {
  try {
    return readlinkSync(join(directory, String(number)));
  } catch {
    return FREE;
  }
}

function createLink(directory: string, number: number, target: string): boolean {
  try {
    symlinkSync(target, join(directory, String(number)));
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST' || (code === 'ENOENT' && target === FREE)) return false;
    throw error;
  }
}

function removeLink(directory: string, number: number): void {
  try {
    unlinkSync(join(directory, String(number)));
  } catch {
    // Another taker cleaned up first.
  }
}

const lockHeld = (directory: string, heldBy: string) =>
  new UnavailableError(
    `Another process (${heldBy.split('@')[0]}) has been starting or stopping the embedded PostgreSQL for ${WAIT_MS / 60_000} minutes. If it hangs, end it; the lock is in ${directory}.`,
  );
