// A thread of `mnemograph patterns`: counts the forms of one block after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { BlockCounter } from './block-counter.ts';
import type { Reading } from './reading.ts';

const counter = new BlockCounter(workerData as Reading);

parentPort!.on('message', ({ buffer, byteOffset, byteLength }: Uint8Array) => {
  parentPort!.postMessage(counter.count(Buffer.from(buffer, byteOffset, byteLength)));
});
