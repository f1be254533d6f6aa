import { getNamedType, isLeafType, isRequiredArgument } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeGlobalId, encodeGlobalId } from '../../src/domain/global-id.ts';
import { NODE_TYPES } from '../../src/domain/words.ts';
import { startTestGraph, type TestGraph } from '../support/graph.ts';
import { type Seed, seedTenant } from '../support/graph-seed.ts';
import { idsIn, selectAll } from '../support/graph-walk.ts';

/** Arguments of the root fields that cannot be asked without any. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  node: [],
  nodes: [],
  recomputeScore: [],
  backtest: [
    '(input: { from: "2026-03-09T00:00:00Z", to: "2026-03-10T12:00:00Z", settings: { recurrence: { minEvents: 2 } } })',
    `(input: { from: "2026-03-09T00:00:00Z", to: "2026-03-10T12:00:00Z", rules: [{ name: "any", expression: "severity >= 0" }] })`,
  ],
  features: ['(input: { feature: "event_count", from: "2026-03-10T08:00:00Z", to: "2026-03-10T09:00:00Z" })'],
  seenBefore: [
    '(input: { message: { text: "Failed password for root from 10.0.0.9", service: "sshd" } })',
    '(input: { message: { text: "Failed password for root from 10.0.0.9" } })',
  ],
};

let graph: TestGraph;
let mine: Seed;

beforeAll(async () => {
  graph = await startTestGraph();
  mine = await seedTenant(graph.store, 'mine', { base: 1_000, marker: 'mine' });
  // The same keys, so that any table read without its tenant shows the intruder's rows.
  await seedTenant(graph.store, 'same-keys', { base: 1_000, marker: 'intruder' });
  await seedTenant(graph.store, 'other-keys', { base: 5_000, marker: 'intruder' });
});
afterAll(() => graph.close());

/** `{ field(…) { everything } }` for each root field. */
function rootQueries(depth: number): string[] {
  return Object.values(graph.schema.getQueryType()!.getFields()).flatMap((field) => {
    const type = getNamedType(field.type);
    const selection = isLeafType(type) ? '' : selectAll(graph.schema, type, depth);
    const needed = field.args.some(isRequiredArgument);
    const variants = needed ? REQUIRED[field.name] : [''];
    if (variants === undefined) throw new Error(`tell this test how to ask Query.${field.name}`);
    return variants.map((args) => `{ ${field.name}${args} ${selection} }`);
  });
}

/** Every alias of a table in a planned statement that lacks the tenant's predicate. */
const unguarded = (statement: string): string[] =>
  [...statement.matchAll(/(?:from|join) "(\w+)" "(t\d+)"/g)]
    .filter(([, , alias]) => !statement.includes(`"${alias}"."tenant_id" = $1`))
    .map(([match]) => match);

describe('a tenant', () => {
  it('finds nothing of another by any field, list or id that it can reach', async () => {
    const reached = new Set<string>();
    let planned = 0;
    const read = async (query: string) => {
      const answer = await graph.data(mine.caller, query);
      expect(JSON.stringify(answer)).not.toContain('intruder');
      expect(graph.statements.flatMap(unguarded)).toEqual([]);
      planned += graph.statements.filter((text) => text.includes('"t1"."tenant_id" = $1')).length;
      return idsIn(answer);
    };
    let frontier = new Set<string>();
    for (const query of rootQueries(1)) for (const id of await read(query)) frontier.add(id);
    while (frontier.size > 0) {
      const next = new Set<string>();
      for (const id of frontier) {
        reached.add(id);
        const type = graph.schema.getType(decodeGlobalId(id)!.type)!;
        const query = `{ node(id: "${id}") { ... on ${type.name} ${selectAll(graph.schema, type, 1)} } }`;
        for (const found of await read(query)) if (!reached.has(found)) next.add(found);
      }
      frontier = next;
    }
    const refs = [...reached].map((id) => decodeGlobalId(id)!);
    expect(new Set(refs.map((ref) => ref.type))).toEqual(new Set(NODE_TYPES));
    for (const { type, key } of refs) {
      if (type === 'Event') expect(mine.eventIds).toContain(key);
      else if (type === 'Tenant') expect(key).toBe(String(mine.caller.tenantId));
      else expect(Number(key)).toBeLessThan(2_000);
    }
    expect(planned).toBeGreaterThan(refs.length);
  });

  it('finds nothing under the ids of another', async () => {
    const ids = NODE_TYPES.flatMap((type) =>
      type === 'Event' ? [] : Array.from({ length: 130 }, (_, n) => encodeGlobalId(type, String(5_000 + n))),
    );
    for (let i = 0; i < ids.length; i += 100) {
      const { nodes } = await graph.data<{ nodes: unknown[] }>(
        mine.caller,
        'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
        { ids: ids.slice(i, i + 100) },
      );
      expect(new Set(nodes)).toEqual(new Set([null]));
    }
  });

  it('that does not exist yet sees nothing', async () => {
    const nobody = { tenantId: 0, tenantSlug: 'nobody', actor: 'nobody' };
    for (const query of rootQueries(0)) {
      const { data } = await graph.run(nobody, query);
      expect([...idsIn(data)]).toEqual([]);
      expect(JSON.stringify(data)).not.toMatch(/intruder|mine/);
    }
  });
});
