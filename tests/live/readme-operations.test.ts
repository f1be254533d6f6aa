// The README's operations, taken from its text and sent to a running demo in the order in which a reader tries them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freePort, type RunningCommand, saying, start } from '../support/command.ts';
import { discard, temporaryDirectory } from '../support/embedded.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const operations = new Map(
  [...readme.matchAll(/```graphql\n(.*?)```/gs)].map(([, text]) => [/^\w+ (\w+)/.exec(text!)![1]!, text!]),
);

let directory: string;
let dataDir: string;
let demo: RunningCommand;
let url: string;
let candidateId: string;

beforeAll(async () => {
  directory = temporaryDirectory();
  dataDir = join(directory, 'data');
  const port = String(await freePort());
  url = `http://127.0.0.1:${port}/graphql`;
  demo = start(['demo'], { MNEMOGRAPH_DATA_DIR: dataDir, MNEMOGRAPH_PORT: port });
  await saying(demo, url);
});
afterAll(async () => {
  await demo.stop();
  await discard(directory, dataDir);
});

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its operation, which is the README's
async function send(query: string, variables: Record<string, unknown> = {}): Promise<any> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

const operation = (name: string): string => {
  const text = operations.get(name);
  if (text === undefined) throw new Error(`The README has no operation "${name}".`);
  return text;
};

it('has five things to try', () => {
  expect([...operations.keys()]).toEqual(['Interesting', 'SeenBefore', 'Why', 'Remember', 'Watch', 'Ingest']);
});

it('1: shows what deserves a look', async () => {
  const { interesting } = await send(operation('Interesting'));
  expect(interesting.length).toBeGreaterThanOrEqual(3);
  for (const { title, why, nextStep } of interesting)
    expect([title, why, nextStep].every((text) => text.length > 10)).toBe(true);
});

it('2: has seen it before, and says what helped', async () => {
  const { seenBefore } = await send(operation('SeenBefore'));
  expect(seenBefore.verdict).toBe('YES');
  expect(seenBefore.incidents).toHaveLength(1);
  expect(seenBefore.lessons).toHaveLength(1);
  expect(seenBefore.runbookHints).toHaveLength(1);
});

it('3: gives its reasons and the raw lines', async () => {
  const { candidates } = await send(operation('Why'));
  const [{ node }] = candidates.edges;
  expect(node.title).toContain('Failed password for invalid user');
  const sum = node.scoreBreakdown.reduce(
    (total: number, c: { contribution: number }) => total + c.contribution,
    0,
  );
  expect(sum).toBeCloseTo(node.scoreTotal, 6);
  expect(node.events.edges).toHaveLength(3);
  candidateId = node.id;
});

it('4: remembers what the reader promotes, with the way back to the evidence', async () => {
  const { promoteCandidate } = await send(operation('Remember'), { candidate: candidateId });
  expect(promoteCandidate.incident.title).toBe('Password guessing on the bastion');
  expect(promoteCandidate.incident.provenance.length).toBeGreaterThan(0);
  const text = /whether `(Failed password [^`]+)` was seen before/.exec(readme.replace(/\n/g, ' '))![1];
  const again = await send(
    'query ($text: String!) { seenBefore(input: { message: { text: $text } }) { verdict incidents { incident { title } } } }',
    { text },
  );
  expect(again.seenBefore).toEqual({
    verdict: 'YES',
    incidents: [{ incident: { title: 'Password guessing on the bastion' } }],
  });
});

it('5: pushes the candidate that the lines make; sending them again adds nothing', async () => {
  const leave = new AbortController();
  const watching = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: operation('Watch') }),
    signal: leave.signal,
  });
  expect(watching.status).toBe(200);
  const first = await send(operation('Ingest'));
  expect(first.ingestLines).toMatchObject({ accepted: 3, duplicates: 0, rejected: [] });
  let pushed = '';
  for await (const chunk of watching.body!.pipeThrough(new TextDecoderStream())) {
    pushed += chunk;
    if (pushed.includes('Out of memory')) break;
  }
  leave.abort();
  const second = await send(operation('Ingest'));
  expect(second.ingestLines).toMatchObject({ accepted: 0, duplicates: 3, newSignatures: [] });
});
