// Hands the same to the pipeline until it is taken: a busy server says when to come again, a database that is away is
// asked ever more seldom.
import { setTimeout as delay } from 'node:timers/promises';
import { CallerError, RetryLaterError, UnavailableError } from '../domain/errors.ts';
import type { Intake } from './intake.ts';

const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 5_000;

/** Returns what `send` returned, or null where `signal` ended it before. Throws what the caller itself caused. */
export async function untilTaken<T>(
  intake: Pick<Intake, 'fault'>,
  signal: AbortSignal,
  send: () => Promise<T>,
): Promise<T | null> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await send();
    } catch (error) {
      if (error instanceof CallerError && !isPassing(error)) throw error;
      await pause(intake, error as Error, failures, signal);
    }
  }
  return null;
}

const isPassing = (error: CallerError) =>
  error instanceof RetryLaterError || error instanceof UnavailableError;

async function pause(
  intake: Pick<Intake, 'fault'>,
  error: Error,
  failures: number,
  signal: AbortSignal,
): Promise<void> {
  const isBusy = error instanceof RetryLaterError;
  if (!isBusy && failures === 0) await intake.fault(error.message).catch(() => {});
  const waitMs = isBusy ? error.retryAfterMs : Math.min(FIRST_WAIT_MS * 2 ** failures, MAX_WAIT_MS);
  await delay(waitMs, undefined, { signal }).catch(() => {});
}
