// Syslog over UDP (RFC 5426): a datagram is a message. The protocol cannot wait, so a thread that does nothing else
// receives, and it and the queue hold what comes while the database is busy; what is beyond them is counted and said.
import type { Instance, Running } from '../contract.ts';
import type { Intake } from '../intake.ts';
import { LineQueue } from '../line-queue.ts';
import type { SyslogConfig } from './config.ts';
import { trimEnd } from './framing.ts';
import { kernelDrops } from './kernel-drops.ts';
import { lineOf } from './line.ts';
import { startUdpThread } from './udp-thread.ts';
import type { UdpBatch } from './udp-worker.ts';

const REPORT_MS = 1_000;
const QUEUE_FULL = 'The queue was full, and datagrams cannot be asked to wait.';
const BUFFER_FULL =
  'The receive buffer of the socket was full: let it be larger, on Linux with "sysctl -w net.core.rmem_max=8388608".';

export async function listenUdp({ config, intake }: Instance<SyslogConfig>): Promise<Running> {
  const { host, port, maxQueued } = config;
  const thread = await startUdpThread({ host, port, maxHeld: maxQueued });
  const queue = new LineQueue(intake, { maxQueued });
  const losses = new Losses(intake);
  const receiving = (async () => {
    for await (const batch of thread.batches) {
      losses.unqueued = batch.dropped;
      await take(batch, queue);
    }
  })();
  const report = async () => losses.report(await kernelDrops(thread.bound));
  const reporting = setInterval(() => void report().catch(() => {}), REPORT_MS);
  reporting.unref();
  const { address, port: boundPort } = thread.bound;
  return {
    address: `udp://${address.includes(':') ? `[${address}]` : address}:${boundPort}`,
    ended: receiving,
    async stop() {
      clearInterval(reporting);
      const unreceived = await kernelDrops(thread.bound);
      thread.close();
      await queue.close(receiving.catch(() => {}));
      await losses.report(unreceived);
    },
  };
}

/** Resolves when all of it is in the queue. */
async function take({ bytes, lengths, senders }: UdpBatch, queue: LineQueue): Promise<void> {
  const datagrams = Buffer.from(bytes.buffer);
  let start = 0;
  for (const [i, length] of lengths.entries()) {
    const frame = datagrams.subarray(start, trimEnd(datagrams, start, start + length));
    start += length;
    if (frame.length === 0) continue;
    const line = lineOf(frame, senders[i]);
    while (!queue.push(line)) await queue.room();
  }
}

/** What was lost, told to the second; what could not be told is told later. */
class Losses {
  readonly #intake: Intake;
  readonly #told = new Map<string, number>();
  #toldUs: number;
  #turn: Promise<void> = Promise.resolve();
  /** Datagrams so far that neither the queue nor the thread could hold. */
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
