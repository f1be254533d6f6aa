// Syslog over TCP (RFC 6587) and TLS (RFC 5425). A full queue stops reading, so that the senders wait.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Instance, Running } from '../contract.ts';
import { LineQueue } from '../line-queue.ts';
import type { SyslogConfig } from './config.ts';
import { SyslogFramer } from './framing.ts';
import { lineOf } from './line.ts';

const FRAME_LIMIT_BYTES = 1_048_576;
/** Open connections are cut after so long when it stops. */
const DRAIN_MS = 500;

export async function listenTcp({ config, intake }: Instance<SyslogConfig>): Promise<Running> {
  const queue = new LineQueue(intake, { maxQueued: config.maxQueued });
  const sockets = new Set<Socket>();
  const reads = new Set<Promise<void>>();
  const server = await createServer(config, (socket) => {
    sockets.add(socket);
    socket.setTimeout(config.idleSeconds * 1_000, () => socket.end());
    // A sender that goes away in the middle is no fault of ours; what came is kept.
    const reading = readAll(socket, queue)
      .catch(() => {})
      .finally(() => {
        sockets.delete(socket);
        reads.delete(reading);
      });
    reads.add(reading);
  });
  server.on('tlsClientError', (error: Error) => void intake.fault(`A sender's TLS failed: ${error.message}`));
  server.listen(config.port, config.host);
  await once(server, 'listening');
  server.on('error', (error) => void intake.fault(error.message));
  const { address, port } = server.address() as AddressInfo;
  return {
    address: `${config.protocol}://${address.includes(':') ? `[${address}]` : address}:${port}`,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.end();
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, DRAIN_MS);
      await closed;
      clearTimeout(cut);
      await queue.close(Promise.all(reads));
    },
  };
}

/** Rejects with the socket's error (EADDRINUSE, …) or that of a file that cannot be read. */
async function createServer(config: SyslogConfig, onSocket: (socket: Socket) => void): Promise<Server> {
  if (config.protocol === 'tcp' || config.tls === undefined) return createTcpServer(onSocket);
  const { certFile, keyFile, caFile } = config.tls;
  const ca = caFile === undefined ? {} : { ca: await readFile(caFile), requestCert: true };
  return createTlsServer({ cert: await readFile(certFile), key: await readFile(keyFile), ...ca }, onSocket);
}

async function readAll(socket: Socket, queue: LineQueue): Promise<void> {
  const framer = new SyslogFramer(FRAME_LIMIT_BYTES);
  const peer = socket.remoteAddress;
  const take = async (frames: readonly Buffer[]) => {
    for (const frame of frames) {
      const line = lineOf(frame, peer);
      while (!queue.push(line)) await queue.room();
    }
  };
  try {
    for await (const chunk of socket) await take(framer.push(chunk as Buffer));
  } finally {
    await take(framer.end());
  }
}
