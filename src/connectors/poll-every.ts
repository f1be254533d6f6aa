// Asks another side again and again, until it is told to stop; what goes wrong is said, and tried at the next turn.
import { setTimeout as delay } from 'node:timers/promises';
import type { Running } from './contract.ts';
import type { Intake } from './intake.ts';

export function pollEvery(
  seconds: number,
  intake: Intake,
  address: string,
  pollOnce: (signal: AbortSignal) => Promise<void>,
): Running {
  const stop = new AbortController();
  const polling = poll(seconds, intake, stop.signal, pollOnce);
  return {
    address,
    async stop() {
      stop.abort();
      await polling;
    },
  };
}

async function poll(
  seconds: number,
  intake: Intake,
  signal: AbortSignal,
  pollOnce: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await pollOnce(signal);
    } catch (error) {
      if (!signal.aborted) await intake.fault((error as Error).message).catch(() => {});
    }
    await delay(seconds * 1_000, undefined, { signal }).catch(() => {});
  }
}
