// A thread of `mnemograph patterns`: counts the forms of one block after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { countForms } from './count-forms.ts';
import type { Reading } from './reading.ts';

parentPort!.on('message', ({ buffer, byteOffset, byteLength }: Uint8Array) => {
  parentPort!.postMessage(countForms(Buffer.from(buffer, byteOffset, byteLength), workerData as Reading));
});
