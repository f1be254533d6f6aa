// Whoever follows candidates and incidents hears what a decision about a signature changed of them.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { until } from '../support/until.ts';

interface CandidateChange {
  readonly kind: string;
  readonly candidate: { readonly id: string; readonly title: string } | null;
}
interface IncidentChange {
  readonly kind: string;
  readonly reasons: readonly string[];
  readonly incident: { readonly id: string };
}
interface Node {
  readonly id: string;
}

const INGEST = `mutation ($input: IngestEventsInput!) {
  ingestEvents(input: $input) { ... on IngestPayload { accepted } ... on Error { message } }
}`;
const PROMOTE = `mutation ($id: ID!) {
  promoteCandidate(input: { candidateId: $id }) { ... on PromotePayload { incident { id } } ... on Error { message } }
}`;
const SPLIT = `mutation ($id: ID!, $dryRun: Boolean) {
  splitSignature(input: { signatureId: $id, by: { field: { name: HTTP_STATUS, values: ["500"] } }, dryRun: $dryRun }) {
    ... on SignaturePayload { part { id } binding { id } } ... on Error { message }
  }
}`;
const UNDO = `mutation ($id: ID!) {
  undoSignatureBinding(input: { bindingId: $id }) { __typename ... on Error { message } }
}`;

let server: TestMnemograph;
beforeAll(async () => {
  server = await startTestMnemograph('2026-03-10T12:00:00Z');
});
afterAll(() => server.close());

const served = (day: string, status: number) => ({
  timestamp: `2026-03-${day}T08:00:00Z`,
  host: status === 500 ? 'web-2' : 'web-1',
  service: 'shop',
  severity: 'ERROR',
  message: `10.0.0.1 - - "GET /cart HTTP/1.1" ${status} 512`,
});

/** What comes back is failure alone; what is not found came once, weeks before. */
const EVENTS = [
  { ...served('01', 404), timestamp: '2026-02-10T08:00:00Z' },
  ...['06', '07', '08'].map((day) => served(day, 500)),
];

function follow<T>(query: string): T[] {
  const told: T[] = [];
  server.sse().subscribe<Record<string, T>>(
    { query: `subscription { ${query} }` },
    {
      next: ({ data }) => data && told.push(...Object.values(data)),
      error: () => {},
      complete: () => {},
    },
  );
  return told;
}

it('a decision that moves a candidate and its incident is told to their subscribers, and a preview is not', async () => {
  await server.ask(INGEST, { input: { events: EVENTS } });
  const found = await until('the candidate is there', async () => {
    const { candidates } = await server.ask<{
      candidates: { nodes: (Node & { title: string; signatures: { nodes: Node[] } })[] };
    }>(
      '{ candidates(first: 1, filter: { types: [RECURRENCE] }) { nodes { id title signatures { nodes { id } } } } }',
    );
    return candidates.nodes[0];
  });
  const { id, title, signatures } = found;
  const { promoteCandidate } = await server.ask<{ promoteCandidate: { incident: Node } }>(PROMOTE, { id });
  const candidates = follow<CandidateChange>('candidates { kind candidate { id title } }');
  const incidents = follow<IncidentChange>('incidents { kind reasons incident { id } }');
  await until('the subscriptions stand', () => server.feed.status.subscribers === 2);

  const regrouped = {
    kind: 'UPDATED',
    reasons: ['REGROUPED'],
    incident: { id: promoteCandidate.incident.id },
  };
  const lastOf = () => candidates.findLast((change) => change.candidate?.id === id);
  await server.ask(SPLIT, { id: signatures.nodes[0]!.id, dryRun: true });
  const { splitSignature } = await server.ask<{ splitSignature: { binding: Node } }>(SPLIT, {
    id: signatures.nodes[0]!.id,
  });
  await until('the split is told', () => lastOf() !== undefined && incidents.length > 0);
  expect(lastOf()).toEqual({
    kind: 'UPDATED',
    candidate: { id, title: expect.stringContaining('[httpStatus = 500]') },
  });
  expect(incidents).toEqual([regrouped]);

  await server.ask(UNDO, { id: splitSignature.binding.id });
  await until('the undo is told', () => lastOf()?.candidate?.title === title && incidents.length > 1);
  expect(incidents).toEqual([regrouped, regrouped]);
  expect(candidates.filter((change) => change.candidate?.id === id)).toHaveLength(2);
});
