// Detection by two processes on one memory, one of which is killed in the middle: sent again, the log ends in the
// candidates that one undisturbed process finds.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { freePort, type RunningCommand, saying, start } from '../support/command.ts';
import { discard, temporaryDirectory } from '../support/embedded.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const LINES_A_BATCH = 15;
const STORIES = new URL('../golden/stories/', import.meta.url);
const linesOf = (story: string) =>
  readFileSync(new URL(`${story}.log`, STORIES), 'utf8')
    .trimEnd()
    .split('\n');
const LINES = ['brute-force-at-night', 'uplink-that-heals-itself', 'memory-that-runs-out-nightly'].flatMap(
  linesOf,
);
const BATCHES = Array.from({ length: Math.ceil(LINES.length / LINES_A_BATCH) }, (_, n) =>
  LINES.slice(n * LINES_A_BATCH, (n + 1) * LINES_A_BATCH),
);

let directory: string;
let dataDir: string;
beforeEach(() => {
  directory = temporaryDirectory();
  dataDir = join(directory, 'data');
});
afterEach(() => discard(directory, dataDir));

interface Server {
  readonly command: RunningCommand;
  readonly port: number;
}

async function serve(): Promise<Server> {
  const port = await freePort();
  const command = start(['serve'], { MNEMOGRAPH_DATA_DIR: dataDir, MNEMOGRAPH_PORT: String(port) });
  await saying(command, `:${port}/graphql`);
  return { command, port };
}

async function ask<T>({ port }: Server, tenant: string, query: string, variables: object = {}): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-mnemograph-tenant': tenant },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: { message: string }[] };
  if (errors) throw new Error(errors[0]!.message);
  return data;
}

const INGEST = `mutation ($input: IngestLinesInput!) { ingestLines(input: $input) { __typename } }`;
const send = (server: Server, tenant: string, n: number) =>
  ask(server, tenant, INGEST, {
    input: { lines: BATCHES[n], sourceType: 'SYSLOG', batchKey: `story-${n}` },
  });

const MEMORY = `{
  events { totalCount }
  signatures(first: 100) { nodes { key occurrenceCount score firstSeenAt lastSeenAt } }
  candidates(first: 100) { nodes { type title summary explanation firstSeenAt lastSeenAt scoreTotal confidence
    decisionBand eventCount episodeCount scoreBreakdown { name input contribution reason } } }
}`;

interface Memory {
  readonly events: { totalCount: number };
  readonly signatures: { nodes: { key: string; occurrenceCount: number }[] };
  readonly candidates: { nodes: { title: string; type: string }[] };
}

async function settledMemory(server: Server, tenant: string): Promise<Memory> {
  let memory = await ask<Memory>(server, tenant, MEMORY);
  const counted = () => memory.signatures.nodes.reduce((sum, node) => sum + node.occurrenceCount, 0);
  await until(
    'everything is counted, and nothing moves',
    async () => {
      const before = JSON.stringify(memory);
      memory = await ask<Memory>(server, tenant, MEMORY);
      return counted() === LINES.length && JSON.stringify(memory) === before;
    },
    60_000,
  );
  return {
    ...memory,
    signatures: { nodes: [...memory.signatures.nodes].sort((a, b) => (a.key < b.key ? -1 : 1)) },
    candidates: { nodes: [...memory.candidates.nodes].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1)) },
  };
}

const idOf = (candidate: { type: string; title: string }) => `${candidate.type} ${candidate.title}`;

it('two processes and a kill in the middle end in the memory of one that nothing befell', async () => {
  const [steady, doomed] = [await serve(), await serve()];
  const numbers = BATCHES.map((_, n) => n);
  for (const n of numbers) await send(steady, 'alone', n);
  const undisturbed = await settledMemory(steady, 'alone');
  expect(undisturbed.candidates.nodes.map((c) => c.type)).toEqual(
    expect.arrayContaining(['BURST', 'RECURRENCE', 'SELF_HEAL']),
  );

  const shuffled = [...numbers].sort((a, b) => ((a * 7) % 11) - ((b * 7) % 11) || a - b);
  let acknowledged = 0;
  const sending = Promise.allSettled(
    shuffled.map(async (n) => {
      await send(n % 2 === 0 ? steady : doomed, 'together', n);
      acknowledged++;
    }),
  );
  await until('some batches are acknowledged', () => acknowledged >= 5);
  doomed.command.child.kill('SIGKILL');
  await once(doomed.command.child, 'close');
  await sending;
  for (const n of shuffled) await send(steady, 'together', n);
  expect(await settledMemory(steady, 'together')).toEqual(undisturbed);
  await steady.command.stop();
});
