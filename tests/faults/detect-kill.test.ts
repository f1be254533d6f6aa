// Detection by two processes on one memory, one of which is killed in the middle: sent again, the log ends in the
// candidates that one undisturbed process finds.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Installation, install, kill } from '../support/installation.ts';
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

let steady: Installation;
let doomed: Installation;
beforeEach(async () => {
  steady = await install();
  doomed = await install(steady);
});
afterEach(() => steady.discard());

const INGEST = `mutation ($input: IngestLinesInput!) { ingestLines(input: $input) { __typename } }`;
const send = (to: Installation, tenant: string, n: number) => {
  const input = { lines: BATCHES[n], sourceType: 'SYSLOG', batchKey: `story-${n}` };
  return to.ask(INGEST, { input }, tenant);
};

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

async function settledMemory(tenant: string): Promise<Memory> {
  let memory = await steady.ask<Memory>(MEMORY, {}, tenant);
  const counted = () => memory.signatures.nodes.reduce((sum, node) => sum + node.occurrenceCount, 0);
  await until(
    'everything is counted, and nothing moves',
    async () => {
      const before = JSON.stringify(memory);
      memory = await steady.ask<Memory>(MEMORY, {}, tenant);
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
  const server = await steady.serve();
  const second = await doomed.serve();
  const numbers = BATCHES.map((_, n) => n);
  for (const n of numbers) await send(steady, 'alone', n);
  const undisturbed = await settledMemory('alone');
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
  await kill(second);
  await sending;
  for (const n of shuffled) await send(steady, 'together', n);
  expect(await settledMemory('together')).toEqual(undisturbed);
  await server.stop();
});
