// Ingest over HTTP and GraphQL against its floor: COPY of the same raw lines into an index-free table of one text
// column, over the same socket, one transaction a batch, in turns in the same run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbedded } from '../../src/store/embedded/launcher.ts';
import { syslogLines } from './corpus.ts';

const BATCH = 2_000;
const BATCHES_A_ROUND = 20;
const ROUNDS = 6;
const PORT = 4_917;

let dataDir: string;
let server: Awaited<ReturnType<typeof startEmbedded>>;
let child: ReturnType<typeof spawn>;
let client: pg.Client;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mnemograph-bench-'));
  server = await startEmbedded({ dataDir });
  client = new pg.Client(server.target);
  await client.connect();
  await client.query('create table raw_line (line text)');
  child = spawn(process.execPath, ['dist/cli/main.js', 'serve'], {
    env: { ...process.env, MNEMOGRAPH_DATA_DIR: dataDir, MNEMOGRAPH_PORT: String(PORT) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await Promise.race([
    ready(),
    once(child, 'exit').then(() => Promise.reject(new Error('the server ended'))),
  ]);
});

afterAll(async () => {
  child.kill('SIGTERM');
  await once(child, 'exit');
  await client.end();
  await server.release();
  await rm(dataDir, { recursive: true, force: true });
});

async function ready(): Promise<void> {
  for await (const line of createInterface({ input: child.stderr as NodeJS.ReadableStream })) {
    if (line.includes(String(PORT))) break;
  }
}

async function copyRaw(lines: readonly string[]): Promise<void> {
  await client.query('begin');
  const stream = client.query(copyFrom('copy raw_line from stdin'));
  stream.end(`${lines.map((line) => line.replaceAll('\\', '\\\\')).join('\n')}\n`);
  await finished(stream);
  await client.query('commit');
}

const MUTATION = `mutation ($input: IngestLinesInput!) {
  ingestLines(input: $input) { ... on IngestPayload { accepted duplicates } ... on Error { message } }
}`;

async function ingest(lines: readonly string[], batchKey: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${PORT}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      query: MUTATION,
      variables: { input: { lines, sourceType: 'SYSLOG', batchKey } },
    }),
  });
  const { data } = (await response.json()) as { data: { ingestLines: { accepted: number } } };
  expect(data.ingestLines.accepted).toBe(lines.length);
}

async function timed(
  batches: readonly string[][],
  send: (lines: string[], i: number) => Promise<void>,
): Promise<number> {
  const startedMs = performance.now();
  for (const [i, lines] of batches.entries()) await send(lines, i);
  return (batches.length * BATCH * 1_000) / (performance.now() - startedMs);
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

it('reports ingest through HTTP and GraphQL as a ratio of raw COPY', { timeout: 300_000 }, async () => {
  const rounds: { copy: number; ingest: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const lines = syslogLines(BATCH * BATCHES_A_ROUND, round + 1);
    const batches = Array.from({ length: BATCHES_A_ROUND }, (_, i) =>
      lines.slice(i * BATCH, (i + 1) * BATCH),
    );
    const copy = await timed(batches, copyRaw);
    const rate = await timed(batches, (batch, i) => ingest(batch, `bench-${round}-${i}`));
    if (round > 0) rounds.push({ copy, ingest: rate });
  }
  const ratio = median(rounds.map((round) => round.ingest / round.copy));
  const figures = {
    'COPY of raw lines, lines/s': Math.round(median(rounds.map((round) => round.copy))),
    'ingestLines over HTTP, events/s': Math.round(median(rounds.map((round) => round.ingest))),
    'ratio (median of rounds)': Number(ratio.toFixed(2)),
    'lowest and highest ratio': rounds
      .map((r) => (r.ingest / r.copy).toFixed(2))
      .sort()
      .filter((_, i, all) => i === 0 || i === all.length - 1)
      .join(' to '),
  };
  console.table(figures);
  expect(ratio).toBeGreaterThan(0);
});
