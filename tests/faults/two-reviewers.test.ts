// Two server processes on one database, and a reviewer at each who promotes the same candidate at the same moment.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort, type RunningCommand, saying, start } from '../support/command.ts';
import { discard, temporaryDirectory } from '../support/embedded.ts';
import { until } from '../support/until.ts';

let directory: string;
let dataDir: string;
let servers: { readonly port: number; readonly command: RunningCommand }[];

beforeAll(async () => {
  directory = temporaryDirectory();
  dataDir = `${directory}/data`;
  servers = [];
  for (let i = 0; i < 2; i++) {
    const port = await freePort();
    const command = start(['serve'], { MNEMOGRAPH_DATA_DIR: dataDir, MNEMOGRAPH_PORT: String(port) });
    servers.push({ port, command });
    await saying(command, `:${port}/graphql`);
  }
}, 120_000);
afterAll(async () => {
  for (const { command } of servers) await command.stop();
  await discard(directory, dataDir);
});

async function ask<T>(server: number, query: string, variables: object = {}): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${servers[server]!.port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const TROUBLES = [
  'disk is full',
  'mail queue is stuck',
  'clock has drifted',
  'fan has stopped',
  'battery is low',
];
const INGEST = `mutation ($input: IngestEventsInput!) {
  ingestEvents(input: $input) { ... on IngestPayload { accepted } ... on Error { message } }
}`;
const PROMOTE = `mutation ($input: PromoteCandidateInput!) {
  promoteCandidate(input: $input) {
    ... on PromotePayload { created incident { id } review { id reviewer } } ... on Error { message }
  }
}`;
const REVIEW = `mutation ($input: ReviewInput!) {
  review(input: $input) { ... on ReviewPayload { incident { id } review { id reviewer } } ... on Error { message } }
}`;

interface Decided {
  readonly created?: boolean;
  readonly incident: { readonly id: string };
  readonly review: { readonly id: string; readonly reviewer: string };
}

it('makes one incident of each candidate, and keeps both reviews', { timeout: 120_000 }, async () => {
  const events = TROUBLES.flatMap((message) =>
    [1, 2, 3].map((day) => ({
      timestamp: `2026-03-0${day}T08:00:00Z`,
      host: message.split(' ')[0],
      service: 'monit',
      severity: 'ERROR',
      message,
    })),
  );
  expect(await ask(0, INGEST, { input: { events } })).toEqual({ ingestEvents: { accepted: events.length } });
  const candidates = await until('every trouble is a candidate', async () => {
    const found = await ask<{ candidates: { nodes: { id: string }[] } }>(
      0,
      '{ candidates(filter: { types: [RECURRENCE] }) { nodes { id } } }',
    );
    return found.candidates.nodes.length === TROUBLES.length ? found.candidates.nodes : null;
  });
  const promote = async (server: number, candidateId: string, reviewer: string) =>
    (await ask<{ promoteCandidate: Decided }>(server, PROMOTE, { input: { candidateId, reviewer } }))
      .promoteCandidate;
  const review = async (server: number, subjectId: string, reviewer: string) =>
    (await ask<{ review: Decided }>(server, REVIEW, { input: { subjectId, reviewer, decision: 'PROMOTE' } }))
      .review;

  for (const [i, { id }] of candidates.entries()) {
    const decided = await Promise.all([
      promote(0, id, 'ada'),
      i % 2 === 0 ? promote(1, id, 'bob') : review(1, id, 'bob'),
    ]);
    expect(decided[0].incident.id).toBe(decided[1].incident.id);
    if (i % 2 === 0) expect(decided.map((d) => d.created).sort()).toEqual([false, true]);
  }
  const after = await ask<{
    incidents: { totalCount: number };
    candidates: { nodes: { incidents: object[]; reviews: { reviewer: string; decision: string }[] }[] };
  }>(
    1,
    `{ incidents { totalCount }
       candidates(filter: { types: [RECURRENCE] }) { nodes { incidents { id } reviews { reviewer decision } } } }`,
  );
  expect(after.incidents.totalCount).toBe(TROUBLES.length);
  for (const { incidents, reviews } of after.candidates.nodes) {
    expect(incidents).toHaveLength(1);
    expect(reviews.map((r) => `${r.reviewer} ${r.decision}`).sort()).toEqual(['ada PROMOTE', 'bob PROMOTE']);
  }
});
