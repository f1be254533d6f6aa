// The thread that receives datagrams, killed while its source runs.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { listeningPort, received, sourceSeen } from '../support/sources.ts';
import { until } from '../support/until.ts';

let server: TestMnemograph;
const threads: Worker[] = [];
const remember = (worker: Worker) => threads.push(worker);

beforeEach(async () => {
  process.on('worker', remember);
  server = await startTestMnemograph();
});
afterEach(async () => {
  process.off('worker', remember);
  await server.close();
});

async function send(port: number, message: string): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.send(message, port, '127.0.0.1', resolve));
  socket.close();
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

it('its source says so, and receives at the same port again', { timeout: 60_000 }, async () => {
  const port = await freePort();
  await listeningPort(server, { name: 'network', connector: 'syslog', config: { port } });
  await send(port, '<13>1 2026-11-01T10:00:00Z web-1 app - - - before');
  await received(server, 'network', 1);
  await threads.at(-1)!.terminate();
  const failing = await until('it fails', async () => {
    const seen = await sourceSeen(server, 'network');
    return seen?.lastError ? seen : null;
  });
  expect(failing).toMatchObject({ state: 'FAILING', lastError: expect.stringMatching(/thread .* ended/) });
  const { tenantId } = await server.runtime.callerFor('default');
  const address = await until('it listens', () => server.sources.addressOf(tenantId, 'network'));
  expect(address).toBe(`udp://127.0.0.1:${port}`);
  await send(port, '<13>1 2026-11-01T10:00:01Z web-1 app - - - after');
  expect(await received(server, 'network', 2)).toMatchObject({ received: 2, lost: 0 });
});
