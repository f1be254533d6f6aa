// Datagrams received in a thread of their own: however busy this one is, the kernel's small buffer is emptied.
import { on } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { workerEntry } from '../../domain/worker-entry.ts';
import type { UdpBatch, UdpMessage, UdpOrder, UdpWorkerSettings } from './udp-worker.ts';

export interface UdpThread {
  readonly bound: AddressInfo;
  /** To be read once; ends after `close`, when all was handed on. Throws what ended the thread before. */
  readonly batches: AsyncIterable<UdpBatch>;
  /** Receives no more. */
  close(): void;
}

/** Rejects with the socket's error (EADDRINUSE, …). */
export async function startUdpThread(settings: UdpWorkerSettings): Promise<UdpThread> {
  const { filename, execArgv } = workerEntry(import.meta.url, 'udp-worker');
  const worker = new Worker(filename, { execArgv, workerData: settings });
  const messages = on(worker, 'message', { close: ['exit'] }) as AsyncIterableIterator<[UdpMessage]>;
  const order = (what: UdpOrder) => worker.postMessage(what);
  let isClosing = false;
  const next = async () => {
    const { done, value } = await messages.next();
    if (!done) return value[0];
    if (isClosing) return null;
    throw new Error('The thread that receives datagrams ended.');
  };
  async function* batches() {
    for (;;) {
      order('next');
      const batch = (await next()) as UdpBatch | null;
      if (batch === null) return;
      yield batch;
    }
  }
  const bound = (await next()) as AddressInfo;
  return {
    bound,
    batches: batches(),
    close() {
      isClosing = true;
      order('close');
    },
  };
}
