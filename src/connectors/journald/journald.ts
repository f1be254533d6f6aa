// Follows the systemd journal through `journalctl -o json -f`. Each entry's cursor is its key, and where to go on.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ValidationError } from '../../domain/errors.ts';
import type { Micros } from '../../domain/time.ts';
import type { IngestEventInput } from '../../pipeline/input.ts';
import { connectorKind, type Instance, type Running } from '../contract.ts';
import { eventOfText, wordOf } from '../event-of-text.ts';
import { parseJson } from '../http-replies.ts';
import type { Intake } from '../intake.ts';
import { untilTaken } from '../until-taken.ts';
import { lineBatchesOf } from './line-batches.ts';

const journaldConfig = z.strictObject({
  /** Narrows what is read, as journalctl takes it: `["--unit=sshd.service"]`, `["--directory=/var/log/journal"]`. */
  args: z.array(z.string().startsWith('-', 'must be an option of journalctl')).max(50).default([]),
  command: z.string().min(1).default('journalctl'),
  from: z.enum(['beginning', 'end']).default('end'),
});

type JournaldConfig = z.output<typeof journaldConfig>;

const CHECKPOINT = 'cursor';
const RESTART_MS = 2_000;

async function run({ config, intake }: Instance<JournaldConfig>): Promise<Running> {
  const stop = new AbortController();
  const child = await start(config, intake);
  const following = follow(config, intake, child, stop.signal);
  return {
    address: 'journal',
    async stop() {
      stop.abort();
      await following;
    },
  };
}

async function start(config: JournaldConfig, intake: Intake): Promise<ChildProcess> {
  const cursor = (await intake.checkpoint(CHECKPOINT))?.cursor;
  const begin =
    typeof cursor === 'string'
      ? [`--after-cursor=${cursor}`]
      : config.from === 'end'
        ? ['--lines=0']
        : ['--no-tail'];
  const child = spawn(config.command, ['--output=json', '--follow', ...begin, ...config.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Rejects with ENOENT where there is no such command.
  await once(child, 'spawn');
  return child;
}

/** Until it is told to stop; a journalctl that ends is started again where it left off. */
async function follow(
  config: JournaldConfig,
  intake: Intake,
  first: ChildProcess,
  signal: AbortSignal,
): Promise<void> {
  for (let child: ChildProcess | null = first; !signal.aborted; ) {
    if (child !== null)
      await read(child, intake, signal).catch((error: Error) => intake.fault(error.message));
    if (!signal.aborted) await delay(RESTART_MS, undefined, { signal }).catch(() => {});
    child = signal.aborted
      ? null
      : await start(config, intake).catch(async (error: Error) => {
          await intake.fault(error.message);
          return null;
        });
  }
}

async function read(child: ChildProcess, intake: Intake, signal: AbortSignal): Promise<void> {
  const end = () => child.kill();
  signal.addEventListener('abort', end);
  let complaint = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    complaint = text.trim() || complaint;
  });
  try {
    for await (const lines of lineBatchesOf(child.stdout!)) {
      if ((await untilTaken(intake, signal, () => intake.payloads(lines))) === null) return;
      const cursor = cursorOf(lines.at(-1)!);
      if (cursor !== null) await intake.saveCheckpoint(CHECKPOINT, { cursor });
    }
    if (!signal.aborted)
      await intake.fault(`journalctl ended: ${complaint || `exit code ${child.exitCode}`}`);
  } finally {
    signal.removeEventListener('abort', end);
    child.kill();
  }
}

function cursorOf(line: string): string | null {
  try {
    return wordOf((JSON.parse(line) as { __CURSOR?: unknown }).__CURSOR);
  } catch {
    return null;
  }
}

/** Throws ValidationError where the line is no entry. */
function eventOfEntry(line: string, receivedUs: Micros): IngestEventInput {
  const entry = parseJson(line);
  if (entry === null || typeof entry !== 'object')
    throw new ValidationError('This is no entry of a journal.');
  const { __CURSOR } = entry as { __CURSOR?: unknown };
  return eventOfText(line, { eventKey: wordOf(__CURSOR) }, receivedUs);
}

export const journald = connectorKind<JournaldConfig>({
  kind: 'journald',
  summary: 'Follows the systemd journal of this machine.',
  sourceType: 'JOURNALD',
  config: journaldConfig,
  secret: 'none',
  run,
  map: async (payload, _config, receivedUs) => [eventOfEntry(payload, receivedUs)],
});
