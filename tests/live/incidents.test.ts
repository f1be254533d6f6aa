import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { until } from '../support/until.ts';

interface Change {
  readonly kind: string;
  readonly reasons: readonly string[];
  readonly incident: { readonly id: string; readonly status: string; readonly recurrenceCount: number };
}

const INGEST = `mutation ($input: IngestEventsInput!) {
  ingestEvents(input: $input) { ... on IngestPayload { accepted } ... on Error { message } }
}`;
const PROMOTE = `mutation ($id: ID!) {
  promoteCandidate(input: { candidateId: $id }) { ... on PromotePayload { incident { id } } ... on Error { message } }
}`;

let server: TestMnemograph;
beforeAll(async () => {
  server = await startTestMnemograph('2026-12-01T12:00:00Z');
});
afterAll(() => server.close());

const event = (day: string, message: string) => ({
  timestamp: `${day}T08:00:00Z`,
  host: 'gate',
  service: 'sshd',
  severity: 'ERROR',
  message,
});
const ingest = (...events: object[]) => server.ask(INGEST, { input: { events } });

it('a historical incident that recurs is re-opened, and its subscribers are told so', async () => {
  await ingest(
    ...['05', '06', '07'].map((day) => event(`2026-01-${day}`, 'too many authentication failures')),
  );
  const { candidates } = await server.ask<{ candidates: { nodes: { id: string }[] } }>(
    '{ candidates(first: 1) { nodes { id } } }',
  );
  const changes: Change[] = [];
  const stop = server.sse().subscribe<{ incidents: Change }>(
    { query: 'subscription { incidents { kind reasons incident { id status recurrenceCount } } }' },
    {
      next: ({ data }) => data && changes.push(data.incidents),
      error: () => {},
      complete: () => {},
    },
  );
  await until('the subscription stands', () => server.feed.status.subscribers === 1);
  const told = (n: number) => until(`${n} changes`, () => changes.length >= n && changes[n - 1]);
  await server.ask(PROMOTE, { id: candidates.nodes[0]!.id });
  expect(await told(1)).toMatchObject({
    kind: 'CREATED',
    reasons: ['PROMOTED'],
    incident: { status: 'ACTIVE' },
  });
  await ingest(event('2026-06-01', 'disk is full'));
  expect(await told(2)).toMatchObject({
    kind: 'UPDATED',
    reasons: ['BECAME_HISTORICAL'],
    incident: { status: 'HISTORICAL', recurrenceCount: 3 },
  });
  await ingest(event('2026-06-02', 'too many authentication failures'));
  expect(await told(3)).toMatchObject({
    kind: 'UPDATED',
    reasons: ['REOPENED'],
    incident: { status: 'ACTIVE', recurrenceCount: 4 },
  });
  stop();
});
