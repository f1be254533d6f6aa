// Syslog over UDP (RFC 5426): a datagram is a message. The protocol cannot wait, so a large receive buffer and the queue
// take what comes while the database is busy; what is beyond either is counted and said.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Instance, Running } from '../contract.ts';
import type { Intake } from '../intake.ts';
import { LineQueue } from '../line-queue.ts';
import type { SyslogConfig } from './config.ts';
import { trimEnd } from './framing.ts';
import { kernelDrops } from './kernel-drops.ts';
import { lineOf } from './line.ts';

const RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024;
const REPORT_MS = 1_000;
const QUEUE_FULL = 'The queue was full, and datagrams cannot be asked to wait.';
const BUFFER_FULL =
  'The receive buffer of the socket was full: let it be larger, on Linux with "sysctl -w net.core.rmem_max=8388608".';

export async function listenUdp({ config, intake }: Instance<SyslogConfig>): Promise<Running> {
  const queue = new LineQueue(intake, { maxQueued: config.maxQueued });
  const socket = createSocket(config.host.includes(':') ? 'udp6' : 'udp4');
  const losses = new Losses(intake);
  socket.on('message', (datagram, from) => {
    const frame = datagram.subarray(0, trimEnd(datagram, 0, datagram.length));
    if (frame.length > 0 && !queue.push(lineOf(frame, from.address))) losses.unqueued++;
  });
  socket.bind(config.port, config.host);
  await once(socket, 'listening');
  // Beyond what the system allows it stays as it is.
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch {}
  socket.on('error', (error) => void intake.fault(error.message));
  const bound = socket.address();
  const report = async () => losses.report(await kernelDrops(bound));
  const reporting = setInterval(() => void report().catch(() => {}), REPORT_MS);
  reporting.unref();
  const { address, port } = bound;
  return {
    address: `udp://${address.includes(':') ? `[${address}]` : address}:${port}`,
    async stop() {
      clearInterval(reporting);
      const unreceived = await kernelDrops(bound);
      await new Promise<void>((resolve) => socket.close(() => resolve()));
      await queue.close();
      await losses.report(unreceived);
    },
  };
}

/** What was lost, told to the second; what could not be told is told later. */
class Losses {
  readonly #intake: Intake;
  readonly #told = new Map<string, number>();
  #toldUs: number;
  #turn: Promise<void> = Promise.resolve();
  /** Datagrams so far that found the queue full. */
  unqueued = 0;

  constructor(intake: Intake) {
    this.#intake = intake;
    this.#toldUs = intake.clock.nowUs();
  }

  /** `unreceived`: datagrams so far that the kernel threw away, where it tells. */
  report(unreceived: number | null): Promise<void> {
    const telling = this.#turn.then(async () => {
      const toUs = this.#intake.clock.nowUs();
      await this.#tell(this.unqueued, toUs, QUEUE_FULL);
      await this.#tell(unreceived ?? 0, toUs, BUFFER_FULL);
      this.#toldUs = toUs;
    });
    this.#turn = telling.catch(() => {});
    return telling;
  }

  async #tell(total: number, toUs: number, reason: string): Promise<void> {
    const lost = total - (this.#told.get(reason) ?? 0);
    if (lost <= 0) return;
    await this.#intake.loss({ fromUs: this.#toldUs, toUs, lost, reason });
    this.#told.set(reason, total);
  }
}
