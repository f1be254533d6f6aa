import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeGlobalId } from '../../src/domain/global-id.ts';
import { EventFlag, event } from '../../src/store/tables/event.ts';
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

describe('an event', () => {
  it('says what its line says, from the columns and from the line itself', async () => {
    const { node } = await graph.data(
      seed.caller,
      `{ node(id: "${encodeGlobalId('Event', seed.eventIds.at(-1)!)}") { ... on Event {
          sourceType sourcePath host service facility severity timestamp observedAt messageRaw messageNormalized
          signatureInput fields { srcIp user action } structuredFields ingestMetadata signature { id } } } }`,
    );
    expect(node).toMatchObject({
      sourceType: 'SYSLOG',
      sourcePath: null,
      host: 'web1-acme',
      service: 'sshd',
      facility: 'auth',
      severity: 'ERROR',
      timestamp: '2026-03-10T08:00:00.000125Z',
      observedAt: '2026-03-10T08:12:00.000Z',
      messageNormalized: expect.stringMatching(/^Failed password for .* from <\*>/),
      signatureInput: expect.stringContaining('Failed password for'),
      fields: { srcIp: expect.stringMatching(/^10\.0\.0\.[01]$/), user: 'root' },
      structuredFields: null,
      ingestMetadata: { format: 'rfc3164', severityInferred: false, truncated: false },
      signature: { id: idOf('Signature', ROW.otherSignature) },
    });
  });

  it('that came with its fields apart is not parsed again, and shows what was decided about it', async () => {
    const eventId = '019cd6f2-5a00-8000-8000-000000000001';
    await graph.store.db.insert(event).values({
      tenantId: seed.caller.tenantId,
      eventId,
      ts: new Date(Number.parseInt(eventId.slice(0, 8) + eventId.slice(9, 13), 16)).toISOString(),
      originId: seed.key(ROW.origin),
      batchId: seed.key(ROW.batch),
      signatureId: seed.key(ROW.signature),
      severity: 6,
      flags: EventFlag.STRUCTURED | EventFlag.SEVERITY_INFERRED,
      messageRaw: '{"msg":"not a line"}',
      attrs: {
        structuredFields: { src_ip: '10.1.1.1' },
        correlationKeys: { job: 7 },
        severityOriginal: 'bad',
      },
    });
    const { node } = await graph.data(
      seed.caller,
      `{ node(id: "${encodeGlobalId('Event', eventId)}") { ... on Event {
          severity severityOriginal asset { id } fields { srcIp } structuredFields correlationKeys ingestMetadata } } }`,
    );
    expect(node).toMatchObject({
      severity: 'ALERT',
      severityOriginal: 'bad',
      asset: null,
      fields: { srcIp: '10.1.1.1' },
      structuredFields: { src_ip: '10.1.1.1' },
      correlationKeys: { job: 7 },
      ingestMetadata: { format: 'structured', severityInferred: true, timestampAssigned: false },
    });
    await graph.store.writePool.query('delete from event where event_id = $1', [eventId]);
  });

  it('of a merged signature bears the one that it was merged into', async () => {
    const { signatures } = await graph.data<{ signatures: { nodes: { events: { nodes: unknown[] } }[] } }>(
      seed.caller,
      '{ signatures { nodes { id mergedInto { id } events { nodes { signature { id } } } } } }',
    );
    const root = idOf('Signature', ROW.signature);
    expect(signatures.nodes).toContainEqual({
      id: idOf('Signature', ROW.mergedSignature),
      mergedInto: { id: root },
      events: { nodes: [{ signature: { id: root } }] },
    });
  });
});

describe('a candidate', () => {
  it('has the events of its signatures on its assets in its time as evidence, and they lead back to it', async () => {
    const { node } = await graph.data<{
      node: { events: { nodes: { candidates: { nodes: unknown[] } }[] } };
    }>(
      seed.caller,
      `{ node(id: "${idOf('Candidate', ROW.candidate)}") { ... on Candidate {
          events { nodes { asset { hostname } signature { id } candidates { nodes { id } } } } } } }`,
    );
    expect(node.events.nodes).toHaveLength(5);
    for (const evidence of node.events.nodes)
      expect(evidence).toEqual({
        asset: { hostname: 'web1-acme' },
        signature: { id: idOf('Signature', ROW.signature) },
        candidates: {
          nodes: [{ id: idOf('Candidate', ROW.otherCandidate) }, { id: idOf('Candidate', ROW.candidate) }],
        },
      });
  });

  it('without assets has the events of all assets as evidence, also of none', async () => {
    const { node } = await graph.data<{ node: { events: { totalCount: number } } }>(
      seed.caller,
      `{ node(id: "${idOf('Candidate', ROW.otherCandidate)}") { ... on Candidate { events { totalCount } } } }`,
    );
    expect(node.events.totalCount).toBe(10);
  });

  it('shows its score as fractions that add up', async () => {
    const { node } = await graph.data(
      seed.caller,
      `{ node(id: "${idOf('Candidate', ROW.candidate)}") { ... on Candidate {
          scoreTotal confidence scoreBreakdown { name contribution } nextBand { band } } } }`,
    );
    expect(node).toEqual({
      scoreTotal: 0.65,
      confidence: 0.5,
      scoreBreakdown: [{ name: 'strength', contribution: 0.65 }],
      nextBand: null,
    });
  });

  it('leads up to its events and down to its lessons', async () => {
    const provenance = async (direction: string) => {
      const { node } = await graph.data<{ node: { provenance: unknown[] } }>(
        seed.caller,
        `{ node(id: "${idOf('Candidate', ROW.candidate)}") { ... on Candidate { provenance(direction: ${direction}) {
            linkType source { __typename } target { ... on Lesson { title } } } } } }`,
      );
      return node.provenance;
    };
    expect(await provenance('DOWN')).toEqual([
      { linkType: 'PROMOTED_TO', source: { __typename: 'Candidate' }, target: {} },
      { linkType: 'TAUGHT', source: { __typename: 'Incident' }, target: { title: 'lock acme' } },
    ]);
    expect(await provenance('UP')).toEqual(
      expect.arrayContaining([
        { linkType: 'EVIDENCE_OF', source: { __typename: 'Event' }, target: {} },
        { linkType: 'EVIDENCE_OF', source: { __typename: 'Signature' }, target: {} },
      ]),
    );
  });
});

describe('provenance', () => {
  it('leaves out what leads to events that retention dropped', async () => {
    const lost = await seedTenant(graph.store, 'lost', { base: 3_000, marker: 'lost' });
    const ask = () =>
      graph.data<{ incidents: { nodes: { provenance: unknown[] }[] } }>(
        lost.caller,
        '{ incidents { nodes { provenance(direction: UP) { source { id } target { id } } } } }',
      );
    const before = (await ask()).incidents.nodes[0]!.provenance;
    await graph.store.writePool.query('delete from event where tenant_id = $1', [lost.caller.tenantId]);
    const after = (await ask()).incidents.nodes[0]!.provenance;
    expect(before.length).toBeGreaterThan(after.length);
    expect(after.length).toBeGreaterThan(0);
  });
});

describe('a signature', () => {
  it('tells quiet minutes from silent ones in its histogram', async () => {
    const { node } = await graph.data<{ node: { histogram: { start: string; count: number | null }[] } }>(
      seed.caller,
      `{ node(id: "${idOf('Signature', ROW.signature)}") { ... on Signature {
          histogram(bucket: M1, from: "2026-03-10T07:58:00Z", to: "2026-03-10T08:30:00Z") { start count baseline } } } }`,
    );
    const counts = node.histogram.map((bucket) => bucket.count);
    expect(node.histogram[0]).toEqual({ start: '2026-03-10T07:58:00.000Z', count: null, baseline: null });
    expect(counts.slice(0, 8)).toEqual([null, null, 2, 0, 2, 0, 2, 0]);
    expect(counts.slice(12, 24)).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, null, null]);
    expect(counts).toHaveLength(32);
  });

  it('tells what its wildcards stood for, a list of them with one statement', async () => {
    const { signatures } = await graph.data<{
      signatures: { nodes: { id: string; parameters: { kind: string; distinctValues: number }[] }[] };
    }>(
      seed.caller,
      `{ signatures { nodes { id parameters { index kind distinctValues topValues { value count } } } } }`,
    );
    const { parameters } = signatures.nodes.find((s) => s.id === idOf('Signature', ROW.signature))!;
    expect(parameters).toContainEqual(
      expect.objectContaining({ kind: 'ip', distinctValues: 10, topValues: expect.any(Array) }),
    );
    expect(graph.statements).toHaveLength(2);
  });

  it('refuses more buckets than anyone reads', async () => {
    const { errors } = await graph.run(
      seed.caller,
      `{ node(id: "${idOf('Signature', ROW.signature)}") { ... on Signature {
          histogram(bucket: M1, from: "2020-03-10T07:58:00Z") { count } } } }`,
    );
    expect(errors).toMatchObject([
      {
        path: ['node', 'histogram'],
        extensions: { code: 'VALIDATION' },
        message: expect.stringContaining('2000'),
      },
    ]);
  });
});

describe('features', () => {
  const ask = (input: string) =>
    graph.run(
      seed.caller,
      `{ features(input: { ${input}, bucket: H1, from: "2026-03-10T08:00:00Z", to: "2026-03-10T09:00:00Z" }) {
          feature entity entityKind buckets { start count } } }`,
    );

  it.each([
    ['event_count', 12],
    ['error_count', 12],
    ['auth_fail_count', 6],
  ])('counts %s per host and user', async (feature, count) => {
    const buckets = [{ start: '2026-03-10T08:00:00.000Z', count }];
    const ofHost = { features: [{ feature, entity: 'web1-acme', entityKind: 'HOST', buckets }] };
    const ofUser = { features: [{ feature, entity: 'root acme', entityKind: 'USER', buckets }] };
    expect((await ask(`feature: "${feature}"`)).data).toEqual(ofHost);
    expect((await ask(`feature: "${feature}", entity: "web1-acme"`)).data).toEqual(ofHost);
    expect((await ask(`feature: "${feature}", entityKind: USER`)).data).toEqual(ofUser);
    expect((await ask(`feature: "${feature}", entity: "root acme"`)).data).toEqual(ofUser);
    expect((await ask(`feature: "${feature}", entityKind: SRC_IP`)).data).toEqual({ features: [] });
  });

  it('tells nothing counted from nothing known', async () => {
    const { data } = await graph.run(
      seed.caller,
      `{ features(input: { feature: "auth_fail_count", entity: "root acme", bucket: M1,
           from: "2026-03-10T07:59:00Z", to: "2026-03-10T08:02:00Z" }) { buckets { count } } }`,
    );
    expect(data).toEqual({ features: [{ buckets: [{ count: null }, { count: 1 }, { count: 0 }] }] });
  });

  it.each([
    ['feature: "no_such"', 'VALIDATION'],
    ['feature: "event_count", entity: "nobody"', 'NOT_FOUND'],
    ['feature: "event_count", entity: "root acme", entityKind: HOST', 'NOT_FOUND'],
    ['feature: "event_count", assetId: "nonsense"', 'VALIDATION'],
  ])('refuses { %s } with %s', async (input, code) => {
    expect((await ask(input)).errors).toMatchObject([{ extensions: { code } }]);
  });
});

describe('a source', () => {
  it.each([
    ['2026-03-10T08:12:00Z', 'LIVE'],
    ['2026-03-10T08:22:00Z', 'LIVE'],
    ['2026-03-10T08:22:00.001Z', 'SILENT'],
  ])('seen at %s is %s', async (at, state) => {
    graph.clock.set(at);
    expect(await graph.data(seed.caller, '{ sources { state lagSeconds received } }')).toEqual({
      sources: [{ state, lagSeconds: 60, received: 13 }],
    });
  });

  it('whose last attempt failed is FAILING, and one that is switched off DISABLED', async () => {
    const state = async (change: string) => {
      await graph.store.writePool.query(`update source set ${change}`);
      return graph.data(seed.caller, '{ sources { state } }');
    };
    expect(await state("last_error_at = '2026-03-10T08:13:00Z'")).toEqual({
      sources: [{ state: 'FAILING' }],
    });
    expect(await state('enabled = false')).toEqual({ sources: [{ state: 'DISABLED' }] });
  });
});

describe('DateTime', () => {
  it.each(['2026-03-10', 'yesterday', '2026-03-10T08:00:00', '2026-13-10T08:00:00Z', '1773129600'])(
    'refuses %s and says what it takes',
    async (text) => {
      const { errors } = await graph.run(
        seed.caller,
        `{ events(filter: { since: "${text}" }) { nodes { id } } }`,
      );
      expect(errors![0]!.message).toContain('RFC 3339');
    },
  );

  it.each(['2026-03-10T10:00:00.000126+02:00', '2026-03-10t08:00:00.000126z'])('takes %s', async (text) => {
    const { events } = await graph.data<{ events: { totalCount: number } }>(
      seed.caller,
      `{ events(filter: { until: "${text}" }) { totalCount } }`,
    );
    expect(events.totalCount).toBe(2);
  });
});

describe('the limits', () => {
  const nested = (wide: number, deep: number): string =>
    deep === 0
      ? '{ nodes { id } }'
      : `{ nodes { signatures(first: ${wide}) { nodes { candidates(first: ${wide}) ${nested(wide, deep - 1)} } } } }`;

  it('let five levels of fifty pass, and refuse what could return more than anyone reads', async () => {
    const five = `{ candidates(first: 50) ${nested(50, 2)} }`;
    expect((await graph.run(seed.caller, five)).errors).toBeUndefined();
    const seven = `{ candidates(first: 50) ${nested(50, 3)} }`;
    expect((await graph.run(seed.caller, seven)).errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED' } },
    ]);
  });

  it('refuse what nests too deep', async () => {
    const deep = `{ candidates(first: 1) ${nested(1, 6)} }`;
    expect((await graph.run(seed.caller, deep)).errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED' } },
    ]);
  });
});

describe('the viewer', () => {
  it('is told its tenant, name and limits', async () => {
    expect(
      await graph.data(
        seed.caller,
        '{ viewer { tenant { slug } actor limits { maxPageSize } } tenants { nodes { slug } } }',
      ),
    ).toEqual({
      viewer: { tenant: { slug: 'acme' }, actor: 'tester', limits: { maxPageSize: 100 } },
      tenants: { nodes: [{ slug: 'acme' }] },
    });
  });
});
