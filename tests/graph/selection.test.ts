import { execute, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeGlobalId, encodeGlobalId } from '../../src/domain/global-id.ts';
import { planCache } from '../../src/graph/plan/execute.ts';
import { startTestGraph, type TestGraph } from '../support/graph.ts';
import { ROW, type Seed, seedTenant } from '../support/graph-seed.ts';

let graph: TestGraph;
let seed: Seed;
const idOf = (type: Parameters<typeof encodeGlobalId>[0], n: number) => encodeGlobalId(type, seed.key(n));

beforeAll(async () => {
  graph = await startTestGraph();
  seed = await seedTenant(graph.store, 'acme', { base: 1_000, marker: 'acme' });
});
afterAll(() => graph.close());

describe('a selection', () => {
  it('of five levels, fifty rows wide, is one SQL statement', async () => {
    const result = await graph.data(
      seed.caller,
      `{ events(first: 50) { nodes { id messageRaw host
          signature { pattern
            candidates(first: 50) { nodes { title
              incidents(first: 50) { title
                lessons(first: 50) { title recommendation } } } } } } } }`,
    );
    expect(graph.statements).toHaveLength(1);
    expect(
      graph.statements[0]!.replaceAll(/ (?=\(select|from|where|order by|left join)/g, '\n'),
    ).toMatchSnapshot();
    const [newest] = (result as unknown as { events: { nodes: unknown[] } }).events.nodes;
    expect(newest).toMatchObject({
      host: 'web1-acme',
      signature: {
        candidates: {
          nodes: [
            { incidents: [] },
            { title: 'burst acme', incidents: [{ lessons: [{ title: 'lock acme' }] }] },
          ],
        },
      },
    });
  });

  it('may name one field twice, with other arguments or the same, under aliases', async () => {
    const result = await graph.data(
      seed.caller,
      `{ signature: node(id: "${idOf('Signature', ROW.signature)}") { ... on Signature {
          two: events(first: 2) { nodes { id } } one: events(first: 1) { edges { node { time: timestamp } } }
          again: events(first: 2) { nodes { severity } edges { node { severity: messageRaw } } }
          pattern text: pattern } } }`,
    );
    expect(result).toEqual({
      signature: {
        two: { nodes: [{ id: expect.any(String) }, { id: expect.any(String) }] },
        one: { edges: [{ node: { time: '2026-03-10T08:10:00.000125Z' } }] },
        again: {
          nodes: [{ severity: 'ERROR' }, { severity: 'ERROR' }],
          edges: [
            { node: { severity: expect.stringContaining('10.0.0.') } },
            { node: { severity: expect.stringContaining('10.0.0.') } },
          ],
        },
        pattern: 'Failed password for <*> from <*> acme',
        text: 'Failed password for <*> from <*> acme',
      },
    });
    expect(graph.statements).toHaveLength(1);
    expect(graph.statements[0]!.match(/from "event"/g)).toHaveLength(2);
  });

  it('may spread fragments, on interfaces and unions too, with @skip and @include', async () => {
    const query = `query ($yes: Boolean!, $no: Boolean!) {
      review: node(id: "${idOf('Review', ROW.candidateReview)}") { ...Judged }
      other: node(id: "${idOf('Review', ROW.lessonReview)}") { ...Judged } }
      fragment Judged on Review { __typename decision @include(if: $no) notes @skip(if: $no)
        subject { __typename ... on Node { id } ... on Candidate { title state @include(if: $yes) } ...Taught } }
      fragment Taught on Lesson { title recommendation @skip(if: $yes) }`;
    expect(await graph.data(seed.caller, query, { yes: true, no: false })).toEqual({
      review: {
        __typename: 'Review',
        notes: 'seen acme',
        subject: {
          __typename: 'Candidate',
          id: idOf('Candidate', ROW.candidate),
          title: 'burst acme',
          state: 'OPEN',
        },
      },
      other: {
        __typename: 'Review',
        notes: 'seen acme',
        subject: { __typename: 'Lesson', id: idOf('Lesson', ROW.lesson), title: 'lock acme' },
      },
    });
    expect(await graph.data(seed.caller, query, { yes: false, no: true })).toMatchObject({
      review: { decision: 'USEFUL', subject: { title: 'burst acme' } },
      other: { subject: { recommendation: 'r acme' } },
    });
  });

  it('wider than one call of json_build_object can take is still one statement', async () => {
    const aliases = Array.from({ length: 60 }, (_, i) => `a${i}: events(first: ${i}) { nodes { id } }`);
    const result = await graph.data<{ assets: { nodes: Record<string, { nodes: unknown[] }>[] } }>(
      seed.caller,
      `{ assets(first: 1) { totalCount nodes { ${aliases.join(' ')} } } }`,
    );
    expect(result.assets.nodes[0]!.a3!.nodes).toHaveLength(3);
    expect(graph.statements).toHaveLength(1);
  });

  it('takes any text as an argument, at any depth', async () => {
    const text = 'it\'s \\\\ \\"quoted\\"\'); drop table event; -- \\u0001 ä 🦉';
    const result = await graph.data<{ assets: { nodes: unknown[] } }>(
      seed.caller,
      `{ assets { nodes { none: events(filter: { text: "${text}" }) { nodes { id } }
          some: events(filter: { text: "10.0.0.2" }) { totalCount } } } }`,
    );
    expect(result.assets.nodes).toEqual([
      { none: { nodes: [] }, some: { totalCount: 1 } },
      { none: { nodes: [] }, some: { totalCount: 0 } },
    ]);
  });

  it('is compiled once for each shape of its variables, whatever their values', async () => {
    const query = `query ($first: Int, $filter: EventFilter, $text: Boolean!) {
      events(first: $first, filter: $filter) { nodes { id messageRaw @include(if: $text) } } }`;
    const document = parse(query);
    const before = planCache.compiled;
    const run = async (variableValues: Record<string, unknown>) => {
      const contextValue = { services: { store: graph.store, clock: graph.clock }, caller: seed.caller };
      const { data, errors } = await execute({
        schema: graph.schema,
        document,
        variableValues,
        contextValue,
      });
      expect(errors).toBeUndefined();
      return (data as unknown as { events: { nodes: { messageRaw?: string }[] } }).events.nodes;
    };
    const since = (minute: number) => ({ since: `2026-03-10T08:0${minute}:00Z` });
    expect(await run({ first: 20, filter: since(0), text: false })).toHaveLength(12);
    expect(await run({ first: 20, filter: since(8), text: false })).toHaveLength(4);
    expect(planCache.compiled - before).toBe(1);
    expect(await run({ first: 3, filter: since(8), text: false })).toHaveLength(3);
    expect(planCache.compiled - before).toBe(2);
    expect((await run({ first: 3, filter: since(8), text: true }))[0]!.messageRaw).toContain('acme');
    expect(await run({ first: 3, filter: null, text: true })).toHaveLength(3);
    expect(planCache.compiled - before).toBe(4);
  });
});

describe('node and nodes', () => {
  it('read any mix of ids with one statement for each type, in the order of the ids', async () => {
    const ids = [
      idOf('Candidate', ROW.candidate),
      idOf('Asset', ROW.asset),
      idOf('Candidate', 999),
      'nonsense',
      encodeGlobalId('Event', seed.eventIds[0]!),
      encodeGlobalId('Event', seed.eventIds[11]!),
      idOf('Candidate', ROW.otherCandidate),
    ];
    const result = await graph.data(
      seed.caller,
      `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Candidate { type } ... on Event { timestamp } } }`,
      { ids },
    );
    expect(result).toEqual({
      nodes: [
        { __typename: 'Candidate', type: 'BURST' },
        { __typename: 'Asset' },
        null,
        null,
        { __typename: 'Event', timestamp: '2026-03-10T08:10:00.000125Z' },
        { __typename: 'Event', timestamp: '2026-03-10T08:00:00.000125Z' },
        { __typename: 'Candidate', type: 'RECURRENCE' },
      ],
    });
    expect(graph.statements).toHaveLength(3);
  });

  it('give the candidate that a joined one became part of, which lists do not show', async () => {
    const result = await graph.data<{ node: { id: string }; candidates: { nodes: { id: string }[] } }>(
      seed.caller,
      `{ node(id: "${idOf('Candidate', ROW.redirectedCandidate)}") { id } candidates { nodes { id } } }`,
    );
    expect(result.node.id).toBe(idOf('Candidate', ROW.candidate));
    expect(result.candidates.nodes.map((c) => decodeGlobalId(c.id)!.key)).toEqual([
      seed.key(ROW.candidate),
      seed.key(ROW.otherCandidate),
    ]);
  });

  it('say what is wrong with an id that this server never made', async () => {
    const { data, errors } = await graph.run(seed.caller, '{ node(id: "nonsense") { id } }');
    expect(data).toEqual({ node: null });
    expect(errors).toMatchObject([{ path: ['node'], extensions: { code: 'VALIDATION', inputPath: ['id'] } }]);
  });
});
