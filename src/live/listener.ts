// Holds the process's one LISTEN. A notification is a hint that saves waiting: whoever listens reads the outbox anyway.
import { setTimeout as delay } from 'node:timers/promises';
import { openReader } from '../store/store.ts';
import type { DatabaseTarget } from '../store/target.ts';

export interface Listener {
  readonly listening: boolean;
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly target: DatabaseTarget;
  readonly channel: string;
  readonly onNotification: (payload: string) => void;
  /** Now, and after every lost connection: whatever was announced in between went unheard. */
  readonly onListening: () => void;
  readonly onFault: (error: Error) => void;
}

const CLOSE_SECONDS = 1;

const backoffMs = (attempt: number): number => Math.min(20 * 2 ** attempt, 1_000);

/**
 * Listens until closed, on a connection of its own. The driver's `listen` gives up for good when its first attempt to
 * reconnect fails, as it does while a server restarts; this one does not.
 */
export function startListener(options: ListenerOptions): Listener {
  let lost = () => {};
  let listening = false;
  let closed = false;
  const stop = new AbortController();
  const client = openReader(options.target, 1, {
    max_lifetime: null,
    fetch_types: false,
    onnotify: (_channel, payload) => options.onNotification(payload),
    onclose: () => lost(),
  });

  async function holdOnce(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      lost = resolve;
    });
    await client.unsafe(`listen ${options.channel}`);
    listening = true;
    options.onListening();
    await ended;
    listening = false;
  }

  async function hold(): Promise<void> {
    for (let attempt = 0; !closed; attempt += 1) {
      try {
        await holdOnce();
        attempt = 0;
      } catch (error) {
        if (!closed) options.onFault(error as Error);
      }
      if (!closed) await delay(backoffMs(attempt), undefined, { signal: stop.signal }).catch(() => {});
    }
  }

  const held = hold();
  return {
    get listening() {
      return listening;
    },
    async close() {
      closed = true;
      stop.abort();
      await client.end({ timeout: CLOSE_SECONDS });
      lost();
      await held;
    },
  };
}
