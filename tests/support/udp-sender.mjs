// A process that sends each line of its input as a datagram: `node udp-sender.mjs <port>`, 10,000 in a second.
import { createSocket } from 'node:dgram';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

const BURST = 500;
const BURST_BYTES = 1_000_000;
const PAUSE_MS = 50;

const messages = (await text(process.stdin)).split('\n');
const socket = createSocket('udp4');
await new Promise((resolve) => socket.connect(Number(process.argv[2]), '127.0.0.1', resolve));

function burstAt(start) {
  let bytes = 0;
  let end = start;
  while (end < messages.length && end - start < BURST && bytes < BURST_BYTES) bytes += messages[end++].length;
  return messages.slice(start, end);
}

for (let at = 0; at < messages.length; ) {
  const burst = burstAt(at);
  await Promise.all(burst.map((message) => new Promise((resolve) => socket.send(message, resolve))));
  at += burst.length;
  await delay(PAUSE_MS);
}
socket.close();
