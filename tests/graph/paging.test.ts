import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeGlobalId, encodeGlobalId } from '../../src/domain/global-id.ts';
import { CandidateFilter } from '../../src/graph/candidate-filter.ts';
import { matchingKeys } from '../../src/graph/matching.ts';
import { Candidate } from '../../src/graph/nodes.ts';
import { startTestGraph, type TestGraph } from '../support/graph.ts';
import { ROW, type Seed, seedTenant } from '../support/graph-seed.ts';

let graph: TestGraph;
let seed: Seed;

beforeAll(async () => {
  graph = await startTestGraph();
  seed = await seedTenant(graph.store, 'acme', { base: 1_000, marker: 'acme' });
});
afterAll(() => graph.close());

interface Connection {
  readonly edges: { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

const PAGE = `edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;

async function page(args: string, list = 'events'): Promise<Connection> {
  const result = await graph.data<Record<string, Connection>>(
    seed.caller,
    `{ ${list}(${args}) { ${PAGE} } }`,
  );
  return result[list]!;
}

const keys = (connection: Connection) => connection.edges.map((edge) => decodeGlobalId(edge.node.id)!.key);

async function codeOf(query: string): Promise<unknown> {
  const { errors } = await graph.run(seed.caller, query);
  return errors?.[0]?.extensions.code;
}

describe('a connection', () => {
  it.each([1, 3, 5])(
    'read forward %i at a time shows each row once, across equal microseconds',
    async (first) => {
      const seen: string[] = [];
      let after = '';
      for (let more = true; more; ) {
        const connection = await page(`first: ${first}${after}`);
        seen.push(...keys(connection));
        more = connection.pageInfo.hasNextPage;
        after = `, after: "${connection.pageInfo.endCursor}"`;
        expect(connection.pageInfo.endCursor).toBe(connection.edges.at(-1)!.cursor);
      }
      expect(seen).toEqual(seed.eventIds);
    },
  );

  it.each([1, 3, 5])('read backward %i at a time shows the same rows in the same order', async (last) => {
    const seen: string[] = [];
    let before = '';
    for (let more = true; more; ) {
      const connection = await page(`last: ${last}${before}`);
      seen.unshift(...keys(connection));
      more = connection.pageInfo.hasPreviousPage;
      before = `, before: "${connection.pageInfo.startCursor}"`;
    }
    expect(seen).toEqual(seed.eventIds);
  });

  it('shows what lies between two cursors', async () => {
    const { edges } = await page('first: 10');
    const between = await page(`after: "${edges[2]!.cursor}", before: "${edges[7]!.cursor}"`);
    expect(keys(between)).toEqual(seed.eventIds.slice(3, 7));
  });

  it('pages below a row as it does at the root', async () => {
    const query = (after: string) => `{ node(id: "${encodeGlobalId('Asset', seed.key(ROW.asset))}") {
      ... on Asset { events(first: 4${after}) { totalCount ${PAGE} } } } }`;
    type Result = { node: { events: Connection } };
    const first = (await graph.data<Result>(seed.caller, query(''))).node.events;
    const after = `, after: "${first.pageInfo.endCursor}"`;
    const second = (await graph.data<Result>(seed.caller, query(after))).node.events;
    expect([...keys(first), ...keys(second)]).toHaveLength(new Set([...keys(first), ...keys(second)]).size);
    expect([first.edges.length, second.edges.length]).toEqual([4, 2]);
    expect([first.totalCount, second.totalCount]).toEqual([6, 6]);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
  });

  it('counts only when asked, and with the filter', async () => {
    const result = await graph.data<{ events: { totalCount: number } }>(
      seed.caller,
      `{ events(first: 1, filter: { host: "web1-acme", since: "2026-03-10T08:06:00+00:00" }) { totalCount } }`,
    );
    expect(result.events.totalCount).toBe(6);
    await page('first: 1');
    expect(graph.statements.join()).not.toContain('count(');
  });

  it('stops counting events at ten thousand', async () => {
    await page('first: 1');
    await graph.run(seed.caller, '{ events { totalCount } }');
    expect(graph.statements.join()).toContain('limit 10001');
  });

  it('takes an order, and its cursors belong to that order', async () => {
    const byScore = await page('first: 1, orderBy: SCORE', 'signatures');
    const cursor = byScore.pageInfo.endCursor;
    const next = await page(`orderBy: SCORE, after: "${cursor}"`, 'signatures');
    expect([...keys(byScore), ...keys(next)]).toEqual([
      seed.key(ROW.mergedSignature),
      seed.key(ROW.signature),
      seed.key(ROW.otherSignature),
    ]);
    expect(await codeOf(`{ signatures(orderBy: OCCURRENCES, after: "${cursor}") { nodes { id } } }`)).toBe(
      'VALIDATION',
    );
  });

  it('of nothing has no cursors', async () => {
    const empty = await page('filter: { host: "nobody" }');
    expect(empty).toMatchObject({
      edges: [],
      pageInfo: { hasNextPage: false, startCursor: null, endCursor: null },
    });
    expect((await page('first: 0')).pageInfo.hasNextPage).toBe(true);
  });

  it.each([
    ['first: 101', 'more than a page holds'],
    ['first: -1', 'a negative number'],
    ['last: 1000', 'more than a page holds, from the end'],
    ['first: 1, last: 1', 'both ends'],
    ['after: "nonsense"', 'no cursor at all'],
    [`after: "${Buffer.from('["TIMESTAMP","x","y"]').toString('base64url')}"`, 'a forged cursor'],
    [`after: "${Buffer.from('["TIMESTAMP"]').toString('base64url')}"`, 'half a cursor'],
    [
      `before: "${Buffer.from('["OTHER","2026-03-10T08:00:00Z","1"]').toString('base64url')}"`,
      'a foreign cursor',
    ],
  ])('refuses %s: %s', async (args) => {
    expect(await codeOf(`{ events(${args}) { nodes { id } } }`)).toBe('VALIDATION');
    expect(await codeOf(`{ assets { nodes { events(${args}) { nodes { id } } } } }`)).toBe('VALIDATION');
  });
});

describe('a filter', () => {
  it('refuses the id of another type, and finds nothing for an unknown one', async () => {
    const assetId = encodeGlobalId('Asset', seed.key(ROW.asset));
    expect(await codeOf(`{ events(filter: { signatureId: "${assetId}" }) { nodes { id } } }`)).toBe(
      'VALIDATION',
    );
    expect(await codeOf('{ events(filter: { assetId: "x" }) { nodes { id } } }')).toBe('VALIDATION');
    expect(keys(await page(`filter: { assetId: "${encodeGlobalId('Asset', '424242')}" }`))).toEqual([]);
    expect(keys(await page(`filter: { assetId: "${assetId}" }`))).toHaveLength(6);
  });

  it('tells which of some nodes match it, and that hidden ones never do', async () => {
    const all = [ROW.candidate, ROW.otherCandidate, ROW.withdrawnCandidate].map(seed.key);
    const context = { services: graph.services, caller: seed.caller };
    const match = (filter: Record<string, unknown> | null) =>
      matchingKeys(Candidate, CandidateFilter, filter, all, context);
    expect(await match(null)).toEqual(new Set(all.slice(0, 2)));
    expect(await match({ bands: ['WATCH', 'REVIEW'], minScore: null })).toEqual(new Set([all[1]]));
    await expect(match({ assetId: encodeGlobalId('Event', seed.eventIds[0]!) })).rejects.toMatchObject({
      code: 'VALIDATION',
    });
  });

  it.each([
    ['events', 'minSeverity: CRITICAL', 0],
    ['events', 'minSeverity: ERROR, sourceType: SYSLOG, service: "sshd", text: "FROM 10.0.0.1"', 3],
    ['events', 'until: "2026-03-10T08:00:00.000126Z"', 2],
    ['signatures', 'text: "failed PASSWORD", minOccurrences: 2', 2],
    ['signatures', 'service: "cron"', 0],
    ['candidates', 'types: [BURST], bands: [URGENT_HUMAN_REVIEW], states: [OPEN], minScore: 0.65', 1],
    ['candidates', 'types: []', 0],
    ['candidates', 'minScore: 0.650001', 0],
    ['signals', 'kinds: [SPIKE, SILENCE], acknowledged: false, label: "spike acme"', 1],
    ['correlationGroups', 'groupTypes: [BURST], entity: "root acme"', 1],
    ['incidents', 'statuses: [ACTIVE], impactLevels: [LOW], text: "BRUTE"', 1],
    ['lessons', 'text: "nothing of the kind"', 0],
    ['runbookHints', 'text: "block"', 1],
    ['rejectedInputs', 'codes: [VALIDATION], replayed: false', 1],
    ['rejectedInputs', 'replayed: true', 0],
    ['assets', 'tag: "acme", text: "WEB"', 1],
  ])('%s { %s } finds %i', async (list, filter, count) => {
    expect(keys(await page(`filter: { ${filter} }`, list))).toHaveLength(count);
  });
});
