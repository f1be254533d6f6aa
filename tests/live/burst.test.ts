import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { until } from '../support/until.ts';

const NOW = '2026-03-10T12:00:00Z';
const INGEST = `mutation ($input: IngestLinesInput!) {
  ingestLines(input: $input) { ... on IngestPayload { accepted } ... on Error { message } }
}`;
const WATCH = 'subscription { candidates(filter: { types: [BURST] }) { kind candidate { type title } } }';

interface Change {
  readonly kind: string;
  readonly candidate: { readonly type: string; readonly title: string };
}

let server: TestMnemograph;

beforeAll(async () => {
  server = await startTestMnemograph(NOW);
});
afterAll(() => server.close());

const stamp = (secondsAgo: number) => new Date(Date.parse(NOW) - secondsAgo * 1_000).toISOString();

/** A brute force in the last minutes, after two quiet days. */
function bruteForce(): string[] {
  const quiet = Array.from(
    { length: 48 },
    (_, hour) => `<38>1 ${stamp((48 - hour) * 3_600)} web-1 cron ${hour} - - job done`,
  );
  const loud = Array.from(
    { length: 600 },
    (_, i) =>
      `<38>1 ${stamp(300 - i / 2)} web-1 sshd ${1_000 + i} - - Failed password for root from 203.0.113.7 port ${40_000 + i} ssh2`,
  );
  return [...quiet, ...loud];
}

/** Milliseconds from the commit of a burst's events, which their sender is told of, to its arrival at a subscriber. */
async function delayOfBurst(tenant: string): Promise<number> {
  const seen: Change[] = [];
  const stop = server
    .sse(tenant)
    .subscribe<{ candidates: Change }>(
      { query: WATCH },
      { next: ({ data }) => data && seen.push(data.candidates), error: () => {}, complete: () => {} },
    );
  await server.ask('mutation ($slug: String!) { upsertTenant(input: { slug: $slug }) { __typename } }', {
    slug: tenant,
  });
  await until('the subscription is open', () => server.feed.status.subscribers === 1);
  const input = { lines: bruteForce(), sourceType: 'SYSLOG' };
  expect(await server.ask(INGEST, { input }, tenant)).toEqual({ ingestLines: { accepted: 648 } });
  const committedAt = performance.now();
  await until('the burst arrives', () => seen.length > 0);
  const delay = performance.now() - committedAt;
  expect(seen[0]).toMatchObject({ kind: 'CREATED', candidate: { type: 'BURST' } });
  stop();
  await until('the subscription ended', () => server.feed.status.subscribers === 0);
  return delay;
}

it('a subscriber sees a burst within a second of the commit of its events', async () => {
  const delays: number[] = [];
  for (const tenant of ['first', 'second', 'third']) delays.push(await delayOfBurst(tenant));
  expect(Math.min(...delays)).toBeLessThan(1_000);
});
