// Rules through the graph: those that every tenant begins with, and the tenant's own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGraph, type TestGraph } from '../support/graph.ts';
import { type Seed, seedTenant } from '../support/graph-seed.ts';

let graph: TestGraph;
let mine: Seed;
let theirs: Seed;
beforeAll(async () => {
  graph = await startTestGraph();
  mine = await seedTenant(graph.store, 'mine', { base: 1_000, marker: 'mine' });
  theirs = await seedTenant(graph.store, 'theirs', { base: 1_000, marker: 'theirs' });
});
afterAll(() => graph.close());

const namesOf = async (seed: Seed): Promise<string[]> => {
  const { rules } = (await graph.data(seed.caller, '{ rules(first: 100) { nodes { name } } }')) as {
    rules: { nodes: { name: string }[] };
  };
  return rules.nodes.map(({ name }) => name);
};

const upsert = async (input: string) =>
  (
    (await graph.data(
      mine.caller,
      `mutation { upsertRule(input: { ${input} }) {
        ... on RulePayload { created rule { id name expression severity count windowMinutes per position enabled lastError } }
        ... on Error { code message path } } }`,
    )) as { upsertRule: Record<string, unknown> }
  ).upsertRule;

const ruleIdOf = async (name: string): Promise<string> => {
  const { rules } = (await graph.data(mine.caller, '{ rules(first: 100) { nodes { id name } } }')) as {
    rules: { nodes: { id: string; name: string }[] };
  };
  return rules.nodes.find((rule) => rule.name === name)!.id;
};

it('every tenant begins with a useful set, in order', async () => {
  expect(await namesOf(mine)).toEqual([
    'authentication-failures',
    'out-of-memory',
    'file-system-read-only',
    'disk-full',
    'kernel-panic',
    'certificate-expiry',
    'interface-down',
    'service-crash-loop',
  ]);
});

describe('upsertRule', () => {
  it('makes a rule with sensible defaults, and changes what it is told to', async () => {
    const made = await upsert(
      'name: "slow", expression: "text.contains(\\"slow query\\")", severity: WARNING, position: 0',
    );
    expect(made).toMatchObject({
      created: true,
      rule: { name: 'slow', severity: 'WARNING', count: 1, windowMinutes: 30, per: ['HOST'], enabled: true },
    });
    expect((await namesOf(mine))[0]).toBe('slow');
    expect(await namesOf(theirs)).not.toContain('slow');
    const changed = await upsert('name: "slow", count: 3, per: [USER, SRC_IP], severity: null');
    expect(changed).toMatchObject({
      created: false,
      rule: { expression: 'text.contains("slow query")', count: 3, per: ['USER', 'SRC_IP'], severity: null },
    });
  });

  it('changes a rule of the set for this tenant alone', async () => {
    await upsert('name: "interface-down", enabled: false');
    const enabled = async (seed: Seed) => {
      const { rules } = (await graph.data(
        seed.caller,
        '{ rules(first: 100) { nodes { name enabled } } }',
      )) as {
        rules: { nodes: { name: string; enabled: boolean }[] };
      };
      return rules.nodes.find(({ name }) => name === 'interface-down')!.enabled;
    };
    expect([await enabled(mine), await enabled(theirs)]).toEqual([false, true]);
  });

  it.each([
    ['expression: "words.contains("', 'expression', /at 1:/],
    ['expression: "wrods == \\"x\\""', 'expression', /there is no "wrods"/],
    ['expression: "words.matches(\\"(\\")"', 'expression', /regexp/],
    ['', 'expression', /needs an "expression"/],
    ['expression: "true", count: 0', 'count', /between 1 and/],
    ['expression: "true", windowMinutes: 1441', 'windowMinutes', /between 1 and 1440/],
    ['expression: "true", per: []', 'per', /empty/],
  ])('refuses { %s } with what to do', async (input, field, message) => {
    const refused = await upsert(`name: "no good", ${input}`);
    expect(refused).toMatchObject({ code: 'VALIDATION', path: ['input', field] });
    expect(refused.message).toMatch(message);
    expect(await namesOf(mine)).not.toContain('no good');
  });
});

describe('deleteRule', () => {
  const remove = (caller: Seed['caller'], ruleId: string) =>
    graph.data(
      caller,
      `mutation { deleteRule(input: { ruleId: "${ruleId}" }) {
        ... on DeleteRulePayload { name } ... on Error { code } } }`,
    );

  it('deletes a rule of this tenant, once', async () => {
    const ruleId = await ruleIdOf('kernel-panic');
    expect(await remove(theirs.caller, ruleId)).toEqual({ deleteRule: { code: 'NOT_FOUND' } });
    expect(await remove(mine.caller, ruleId)).toEqual({ deleteRule: { name: 'kernel-panic' } });
    expect(await remove(mine.caller, ruleId)).toEqual({ deleteRule: { code: 'NOT_FOUND' } });
    expect(await namesOf(mine)).not.toContain('kernel-panic');
    expect(await namesOf(theirs)).toContain('kernel-panic');
  });
});
