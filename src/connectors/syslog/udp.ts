// Syslog over UDP (RFC 5426): a datagram is a message. The protocol cannot wait, so a large receive buffer and the queue
// take what comes while the database is busy; what is beyond is counted and said.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Instance, Running } from '../contract.ts';
import { LineQueue } from '../line-queue.ts';
import type { SyslogConfig } from './config.ts';
import { trimEnd } from './framing.ts';
import { lineOf } from './line.ts';

const RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024;
const REPORT_MS = 1_000;
const QUEUE_FULL = 'The queue was full, and datagrams cannot be asked to wait.';

export async function listenUdp({ config, intake }: Instance<SyslogConfig>): Promise<Running> {
  const queue = new LineQueue(intake, { maxQueued: config.maxQueued });
  const socket = createSocket(config.host.includes(':') ? 'udp6' : 'udp4');
  let dropped = 0;
  socket.on('message', (datagram, from) => {
    const frame = datagram.subarray(0, trimEnd(datagram, 0, datagram.length));
    if (frame.length > 0 && !queue.push(lineOf(frame, from.address))) dropped++;
  });
  socket.bind(config.port, config.host);
  await once(socket, 'listening');
  // Beyond what the system allows it stays as it is.
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch {}
  socket.on('error', (error) => void intake.fault(error.message));
  let reportedUs = intake.clock.nowUs();
  const report = async () => {
    const [fromUs, lost] = [reportedUs, dropped];
    reportedUs = intake.clock.nowUs();
    dropped = 0;
    if (lost > 0) await intake.loss({ fromUs, toUs: reportedUs, lost, reason: QUEUE_FULL });
  };
  const reporting = setInterval(() => void report().catch(() => {}), REPORT_MS);
  reporting.unref();
  const { address, port } = socket.address();
  return {
    address: `udp://${address.includes(':') ? `[${address}]` : address}:${port}`,
    async stop() {
      clearInterval(reporting);
      await new Promise<void>((resolve) => socket.close(() => resolve()));
      await queue.close();
      await report();
    },
  };
}
