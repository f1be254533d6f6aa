// A log grows and is rotated while the server that follows it is killed again and again: every line is there once.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort, type RunningCommand, saying, start } from '../support/command.ts';
import { discard, temporaryDirectory } from '../support/embedded.ts';
import { rotate, writeLines } from '../support/growing-file.ts';
import { until } from '../support/until.ts';

/** The long run sets it to a million. */
const LINES = Number(process.env.SOAK_LINES ?? 30_000);
const STEPS = 60;
const KILLS = new Set([12, 27, 45]);
const ROTATIONS = new Set([20, 40]);

let directory: string;
let dataDir: string;
let env: Record<string, string>;
let port: number;

beforeEach(async () => {
  directory = temporaryDirectory();
  dataDir = join(directory, 'data');
  port = await freePort();
  env = { MNEMOGRAPH_DATA_DIR: dataDir, MNEMOGRAPH_PORT: String(port) };
});
afterEach(() => discard(directory, dataDir));

async function serve(): Promise<RunningCommand> {
  const server = start(['serve'], env);
  await saying(server, `:${port}/graphql`);
  return server;
}

async function ask<T>(query: string, variables: object = {}): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return ((await response.json()) as { data: T }).data;
}

const received = async (): Promise<number> => {
  const { sources } = await ask<{ sources: { received: number }[] }>('{ sources { received } }');
  return sources[0]?.received ?? 0;
};

it('every line of a rotated file is there once, whatever was killed', { timeout: 900_000 }, async () => {
  const logs = join(directory, 'logs');
  mkdirSync(logs);
  const path = join(logs, 'app.log');
  writeLines(path, 0, 1);
  let server = await serve();
  await ask('mutation ($input: UpsertSourceInput!) { upsertSource(input: $input) { __typename } }', {
    input: { name: 'app', connector: 'files', config: { paths: [path], pollMs: 50 } },
  });
  for (let step = 0, written = 1; step < STEPS; step++) {
    const to = Math.round(((step + 1) * LINES) / STEPS);
    writeLines(path, written, to);
    written = to;
    if (ROTATIONS.has(step)) rotate(path, String(step));
    if (!KILLS.has(step)) continue;
    const before = await received();
    writeLines(path, written, written + 1);
    written += 1;
    await until('some of it came', async () => (await received()) > before, 120_000);
    server.child.kill('SIGKILL');
    await once(server.child, 'close');
    server = await serve();
  }
  await until('all of it came', async () => (await received()) >= LINES, 600_000);
  const { signatures } = await ask<{ signatures: { nodes: { occurrenceCount: number }[] } }>(
    '{ signatures { nodes { occurrenceCount } } }',
  );
  expect(await received()).toBe(LINES);
  expect(signatures.nodes.map((node) => node.occurrenceCount)).toEqual([LINES]);
  await server.stop();
});
