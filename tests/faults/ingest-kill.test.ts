// A server killed without warning in the middle of an ingest: what it acknowledged is there, what it did not can be
// sent again, and in the end everything is there once.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from '../support/command.ts';
import { type Installation, install, kill } from '../support/installation.ts';
import { until } from '../support/until.ts';

const BATCHES = 20;
const LINES_A_BATCH = 100;

let here: Installation;

beforeEach(async () => {
  here = await install();
});
afterEach(() => here.discard());

const line = (i: number) =>
  `Mar  1 ${String(6 + Math.floor(i / 600)).padStart(2, '0')}:${String(Math.floor(i / 10) % 60).padStart(2, '0')}:${String((i % 10) * 6).padStart(2, '0')} gate sshd[${700 + i}]: Failed password for root from 198.51.100.${i % 200} port ${30_000 + i} ssh2`;

const batch = (n: number) => Array.from({ length: LINES_A_BATCH }, (_, i) => line(n * LINES_A_BATCH + i));

const INGEST = `mutation ($input: IngestLinesInput!) {
  ingestLines(input: $input) { ... on IngestPayload { accepted duplicates rejectedCount } }
}`;

const send = async (n: number) => {
  const input = { lines: batch(n), sourceType: 'SYSLOG', batchKey: `auth-${n}` };
  const { ingestLines } = await here.ask<{
    ingestLines: { accepted: number; duplicates: number; rejectedCount: number };
  }>(INGEST, { input });
  return ingestLines;
};

const COUNTS = `{
  events { totalCount }
  signatures { nodes { occurrenceCount histogram(bucket: D1) { count } } }
}`;

interface Counts {
  events: { totalCount: number };
  signatures: { nodes: { occurrenceCount: number; histogram: { count: number | null }[] }[] };
}

it('a server killed in mid-ingest ends, after everything was sent again, at exact events and counts', async () => {
  const killed = await here.serve();
  const acknowledged: number[] = [];
  const sending = Promise.allSettled(
    Array.from({ length: BATCHES }, async (_, n) => {
      await send(n);
      acknowledged.push(n);
    }),
  );
  await until('a few batches are acknowledged', () => acknowledged.length >= 3);
  await kill(killed);
  await sending;

  const server = await here.serve();
  const before = await here.ask<Counts>(COUNTS);
  expect(before.events.totalCount).toBeGreaterThanOrEqual(acknowledged.length * LINES_A_BATCH);
  const outcomes = [];
  for (let n = 0; n < BATCHES; n++) outcomes.push(await send(n));
  for (const n of acknowledged)
    expect(outcomes[n]).toEqual({ accepted: 0, duplicates: LINES_A_BATCH, rejectedCount: 0 });

  const after = await here.ask<Counts>(COUNTS);
  const total = BATCHES * LINES_A_BATCH;
  expect(after.events.totalCount).toBe(total);
  expect(after.signatures.nodes.map((node) => node.occurrenceCount)).toEqual([total]);
  await server.stop();
});

it('the command adds a file once, however often it is sent, beside a running server', async () => {
  const file = join(here.directory, 'auth.log');
  writeFileSync(file, `${[0, 1, 2].flatMap(batch).join('\n')}\n`);
  const server = await here.serve();
  const first = await run(['ingest', '--json', file], here.env);
  expect(JSON.parse(first.stdout).files).toMatchObject([{ accepted: 300, duplicates: 0, rejected: 0 }]);
  writeFileSync(file, `${batch(3).join('\n')}\n`, { flag: 'a' });
  const second = await run(['ingest', '--json', file], here.env);
  expect(JSON.parse(second.stdout).files).toMatchObject([{ accepted: 100, duplicates: 300, rejected: 0 }]);
  expect((await here.ask<Counts>(COUNTS)).signatures.nodes).toMatchObject([{ occurrenceCount: 400 }]);
  await server.stop();
});

it('a missing file is named in one line, without a stack', async () => {
  const outcome = await run(['ingest', join(here.directory, 'absent.log')], here.env);
  expect(outcome.code).toBe(1);
  expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
  expect(outcome.stderr).toContain('there is no such file');
});
