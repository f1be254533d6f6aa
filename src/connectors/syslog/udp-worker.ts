// The program of the thread that receives datagrams: it binds, receives, and holds them until they are asked for. It
// imports next to nothing, so that it starts fast.
import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

export interface UdpWorkerSettings {
  readonly host: string;
  readonly port: number;
  /** Datagrams. */
  readonly maxHeld: number;
}

/** `next`: hand on what has come, or comes next. `close`: receive no more, hand on the rest as it is asked for, and end. */
export type UdpOrder = 'next' | 'close';

/** The thread's first message, then one for each `next`. */
export type UdpMessage = AddressInfo | UdpBatch;

export interface UdpBatch {
  /** The datagrams, one behind the other. */
  readonly bytes: Uint8Array;
  readonly lengths: readonly number[];
  /** Their senders' addresses. */
  readonly senders: readonly string[];
  /** Datagrams so far that came while it held all that it may. */
  readonly dropped: number;
}

const RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024;
const BATCH_DATAGRAMS = 1_000;
/** How long the first datagram of a batch waits for more. */
const LINGER_MS = 5;
const MAX_HELD_BYTES = 32 * 1024 * 1024;
/** What holding one takes, beside its own bytes. */
const DATAGRAM_OVERHEAD_BYTES = 300;

const { host, port, maxHeld } = workerData as UdpWorkerSettings;
const starter = parentPort!;
const held: { readonly bytes: Buffer; readonly sender: string }[] = [];
let heldBytes = 0;
let dropped = 0;
let isAsked = false;
let isClosed = false;
let timer: NodeJS.Timeout | undefined;

function hold(bytes: Buffer, sender: string): void {
  if (held.length >= maxHeld || heldBytes >= MAX_HELD_BYTES) {
    dropped++;
    return;
  }
  held.push({ bytes, sender });
  heldBytes += bytes.length + DATAGRAM_OVERHEAD_BYTES;
  handOnSoon();
}

function handOnSoon(): void {
  if (!isAsked) return;
  if (held.length >= BATCH_DATAGRAMS) handOn();
  else if (held.length > 0) timer ??= setTimeout(handOn, LINGER_MS);
  else if (isClosed) starter.close();
}

function handOn(): void {
  clearTimeout(timer);
  timer = undefined;
  isAsked = false;
  const batch = held.splice(0, BATCH_DATAGRAMS);
  const lengths = batch.map(({ bytes }) => bytes.length);
  const bytes = joined(batch.map((datagram) => datagram.bytes));
  heldBytes -= bytes.length + batch.length * DATAGRAM_OVERHEAD_BYTES;
  const message: UdpBatch = { bytes, lengths, senders: batch.map(({ sender }) => sender), dropped };
  starter.postMessage(message, [bytes.buffer]);
}

/** In memory that no other buffer shares, so that it can be handed over. */
function joined(parts: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

// An error of the socket, when it binds or later, ends the thread and reaches its starter.
const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
socket.on('message', (bytes, from) => hold(bytes, from.address));
starter.on('message', (order: UdpOrder) => {
  if (order === 'next') isAsked = true;
  else
    socket.close(() => {
      isClosed = true;
      handOnSoon();
    });
  handOnSoon();
});
socket.once('listening', () => {
  // Beyond what the system allows it stays as it is.
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch {}
  starter.postMessage(socket.address());
});
socket.bind(port, host);
