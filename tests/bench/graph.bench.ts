// What reads cost: the same database, the same operations, in this process, without HTTP.
import { performance } from 'node:perf_hooks';
import { execute, parse } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { encodeGlobalId } from '../../src/domain/global-id.ts';
import { startTestGraph, type TestGraph } from '../support/graph.ts';
import { SEED_START_US, seedTenant } from '../support/graph-seed.ts';

const EVENTS = 300_000;
const SIGNATURES = 200;
const CANDIDATES = 400;

let graph: TestGraph;
let caller: Caller;

beforeAll(async () => {
  graph = await startTestGraph();
  const seed = await seedTenant(graph.store, 'bench', { base: 1_000, marker: 'bench' });
  caller = seed.caller;
  const t = caller.tenantId;
  const start = `to_timestamp(${SEED_START_US / 1e6})`;
  for (const text of [
    `insert into signature (tenant_id, signature_id, key, version, event_family, pattern, example_message,
       first_seen_at, last_seen_at, occurrence_count, worst_severity)
     select ${t}, 100000 + s, 'k' || s, 1, 'f', 'pattern ' || s, 'example', ${start},
       ${start} + s * interval '1 second', 1, 4 from generate_series(0, ${SIGNATURES - 1}) s`,
    `insert into event (tenant_id, event_id, ts, origin_id, batch_id, signature_id, asset_id, severity, message_raw)
     select ${t}, gen_random_uuid(), ${start} + n * interval '100 milliseconds', 1002, 1003,
       100000 + n % ${SIGNATURES}, 1010 + n % 2, 4, 'Failed password for root from 10.0.0.' || n % 250
       from generate_series(0, ${EVENTS - 1}) n`,
    `insert into candidate (tenant_id, candidate_id, type, subject, title, summary, explanation, first_seen_at,
       last_seen_at, score, score_breakdown, decision_band, confidence, severity, episode_count, event_count)
     select ${t}, 200000 + c, 'BURST', 's' || c, 'title ' || c, 'summary', 'explanation', ${start},
       ${start} + interval '8 hours', c, '[]', 'WATCH', 1, 4, 1, 1 from generate_series(0, ${CANDIDATES - 1}) c`,
    `insert into candidate_signature select ${t}, 200000 + c, 100000 + (c * 7 + k * 31) % ${SIGNATURES}
       from generate_series(0, ${CANDIDATES - 1}) c, generate_series(0, 9) k on conflict do nothing`,
    `insert into incident_candidate select ${t}, 1060, 200000 + c from generate_series(0, ${CANDIDATES - 1}) c`,
    'analyze',
  ])
    await graph.store.writePool.query(text);
}, 120_000);
afterAll(() => graph.close());

const OPERATIONS: Readonly<Record<string, () => string>> = {
  'one row': () =>
    `{ node(id: "${encodeGlobalId('Signature', '100007')}") { ... on Signature { pattern lastSeenAt occurrenceCount } } }`,
  'list of 50': () => '{ events(first: 50) { nodes { id timestamp severity messageRaw host } } }',
  'five levels, one event': () => fiveLevels(1),
  'five levels, 50 events': () => fiveLevels(50),
  'events of a candidate': () =>
    `{ node(id: "${encodeGlobalId('Candidate', '200007')}") { ... on Candidate { events(first: 50) { nodes { id } } } } }`,
  'events of a signature': () =>
    `{ node(id: "${encodeGlobalId('Signature', '100007')}") { ... on Signature { events(first: 50) { nodes { id } } } } }`,
  'events filtered by signature': () =>
    `{ events(first: 50, filter: { signatureId: "${encodeGlobalId('Signature', '100007')}" }) { nodes { id } } }`,
  'list of 50, deep cursor': () => `{ events(first: 50, after: "${DEEP}") { nodes { id } } }`,
  'count of events': () => '{ events { totalCount } }',
  '50 candidates with assets and signatures': () =>
    '{ candidates(first: 50) { nodes { title assets { nodes { hostname } } signatures { nodes { pattern } } } } }',
};

/** Ten seconds into the first hour: nearly all events are newer. */
const DEEP = Buffer.from(
  JSON.stringify(['TIMESTAMP', '2026-03-10T08:00:10.000000+00:00', '00000000-0000-8000-8000-000000000000']),
).toString('base64url');

const fiveLevels = (first: number): string => `{ events(first: ${first}) { nodes { id messageRaw
  signature { pattern candidates(first: 50) { nodes { title incidents { title lessons { title recommendation } } } } } } } }`;

it.each(Object.entries(OPERATIONS))('%s', async (name, operation) => {
  // Parsed once, as the server's document cache does, so that its plan is compiled once.
  const document = parse(operation());
  const run = () =>
    execute({ schema: graph.schema, document, contextValue: { services: graph.services, caller } });
  expect((await run()).errors).toBeUndefined();
  const times: number[] = [];
  for (let i = 0; i < 40; i++) {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  process.stdout.write(`${name}: best ${times[0]!.toFixed(1)} ms, p50 ${times[20]!.toFixed(1)} ms\n`);
});
