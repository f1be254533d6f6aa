// One contract for all kinds of connectors, over the real protocol of each. It goes by the registry: a new kind fails
// here until somebody sends to it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONNECTOR_KINDS } from '../../src/connectors/kinds.ts';
import { type Context, running, type Sender, type Told } from '../support/contract-sender.ts';
import { SENDERS } from '../support/contract-senders.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startTestMnemograph, type TestMnemograph, urlOf } from '../support/server.ts';
import { received, sourceSeen, upsertSource } from '../support/sources.ts';
import { until } from '../support/until.ts';

const NOW = '2026-03-10T12:00:00Z';
const AHEAD = '2026-03-14T12:00:00Z';
const LATER = '2026-03-15T12:00:00Z';

const startOn = (at: string) => startTestMnemograph(at, { DATABASE_URL: urlOf(database.target) });

let database: TestDatabase;
let server: TestMnemograph;
const senders: Sender[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startOn(NOW);
});
afterAll(async () => {
  await server.close();
  for (const sender of senders) await sender.close?.();
  await database.drop();
});

const told = (id: number, more: Partial<Told> = {}): Told => ({
  id,
  at: new Date(Date.UTC(2026, 2, 10, 11, 0, id)).toISOString().replace('.000', ''),
  host: `app-${id % 2}`,
  message: `Out of memory: killed process ${4_000 + id} (java)`,
  word: 'a-word-of-its-own',
  ...more,
});
const three = [told(1), told(2), told(3)];

interface EventSeen {
  readonly messageRaw: string;
  readonly timestamp: string;
  readonly observedAt: string;
  readonly host: string;
  readonly sourceType: string;
  readonly structuredFields: unknown;
  readonly ingestMetadata: unknown;
  readonly signature: { readonly occurrenceCount: number };
}

const eventsOf = async (tenant: string) =>
  (
    await server.ask<{ events: { nodes: EventSeen[] } }>(
      `{ events(first: 50) { nodes { messageRaw timestamp observedAt host sourceType structuredFields ingestMetadata
         signature { occurrenceCount } } } }`,
      {},
      tenant,
    )
  ).events.nodes;

interface Rejected {
  readonly id: string;
  readonly code: string;
  readonly reason: string;
  readonly payload: string;
  readonly replayedAt: string | null;
  readonly source: { readonly name: string };
}

const rejectedOf = async (tenant: string, filter = '') =>
  (
    await server.ask<{ rejectedInputs: { nodes: Rejected[] } }>(
      `{ rejectedInputs${filter} { nodes { id code reason payload replayedAt source { name } } } }`,
      {},
      tenant,
    )
  ).rejectedInputs.nodes;

const replay = (tenant: string) =>
  server.ask<{ replayRejected: { accepted: number; rejectedCount: number } }>(
    'mutation { replayRejected(input: {}) { ... on IngestPayload { accepted rejectedCount } } }',
    {},
    tenant,
  );

it('somebody sends to every kind', () => {
  expect(Object.keys(SENDERS).sort()).toEqual(CONNECTOR_KINDS.map(({ kind }) => kind).sort());
});

describe.each(CONNECTOR_KINDS.map((kind) => [kind.kind, kind] as const))('%s', (name, kind) => {
  const of = SENDERS[name]!;
  const refused = told(9, of.refused ?? { at: AHEAD });
  let main: Sender;

  async function open(tenant: string, secret?: string): Promise<Sender> {
    const context: Context = { server, tenant };
    const sender = await of.open(context);
    senders.push(sender);
    const { config, credential } = sender;
    const input = { name, connector: name, config, credential, secret };
    expect(await upsertSource(server, input, tenant)).not.toHaveProperty('code');
    return sender;
  }

  const ready = (tenant: string) => running({ server, tenant }, name, hasAddress);
  const hasAddress = kind.run !== undefined && name !== 'logicmonitor';
  const seen = (count: number, tenant = name) => received(server, name, count, tenant);

  it('keeps where each event came from, and the sender’s own data; signs, counts and detects', async () => {
    main = await open(name);
    await ready(name);
    await main.send(three);
    expect(await seen(3)).toMatchObject({
      received: 3,
      rejected: 0,
      lost: 0,
      lastError: null,
      state: 'LIVE',
    });
    await until('they are counted', async () => (await eventsOf(name))[0]?.signature.occurrenceCount === 3);
    const events = await eventsOf(name);
    expect(events.map(({ timestamp }) => timestamp.slice(0, 19))).toEqual(
      three.map(({ at }) => at.slice(0, 19)).reverse(),
    );
    for (const [i, event] of [...events].reverse().entries()) {
      const { messageRaw, structuredFields, ingestMetadata, ...rest } = event;
      expect(rest).toMatchObject({ host: three[i]!.host, sourceType: kind.sourceType });
      expect(Date.parse(rest.observedAt)).toBe(Date.parse(NOW));
      expect(messageRaw + JSON.stringify(ingestMetadata)).toContain(three[i]!.message);
      expect(JSON.stringify(structuredFields)).toContain(three[i]!.word);
    }
    await until('a rule matches', async () => {
      const { signals } = await server.ask<{ signals: { nodes: { label: string }[] } }>(
        '{ signals(filter: { kinds: [RULE_MATCH] }) { nodes { label } } }',
        {},
        name,
      );
      return signals.nodes.some(({ label }) => label === 'out-of-memory');
    });
  });

  it('tells how it is doing', async () => {
    const { sources } = await server.ask<{ sources: object[] }>(
      '{ sources { name connector state lagSeconds received rejected lost lastError lastEventAt config } }',
      {},
      name,
    );
    expect(sources).toMatchObject([
      {
        name,
        connector: name,
        state: 'LIVE',
        lagSeconds: expect.any(Number),
        lastEventAt: expect.any(String),
      },
    ]);
  });

  it(
    of.isResendKnown ? 'knows what is sent again' : 'takes what is sent again for a repetition',
    async () => {
      await main.send(three);
      await main.send([told(4)]);
      const total = of.isResendKnown ? 4 : 7;
      expect(await seen(total)).toMatchObject({ received: total, rejected: 0 });
      expect(await eventsOf(name)).toHaveLength(total);
    },
  );

  it('keeps what it cannot take, beside what it can: all adds up', async () => {
    const tenant = `${name}-refused`;
    const sender = await open(tenant);
    await ready(tenant);
    await sender.send([told(5), refused, told(6)]);
    expect(await seen(3, tenant)).toMatchObject({ received: 2, rejected: 1 });
    const [one, ...more] = await rejectedOf(tenant);
    expect(more).toEqual([]);
    expect(one).toMatchObject({
      code: expect.stringMatching(/^(VALIDATION|LIMIT_EXCEEDED)$/),
      reason: expect.stringMatching(/.{20,}/),
      payload: expect.stringContaining(refused.message.slice(0, 20)),
      replayedAt: null,
      source: { name },
    });
  });

  it('shows nothing to another tenant', async () => {
    const tenant = `${name}-other`;
    const before = await sourceSeen(server, name, name);
    const sender = await open(tenant);
    await ready(tenant);
    await sender.send([told(7)]);
    await seen(1, tenant);
    expect(await eventsOf(tenant)).toHaveLength(1);
    expect(await rejectedOf(tenant)).toEqual([]);
    expect(await sourceSeen(server, name, name)).toEqual(before);
  });

  it(
    kind.secret === 'presented' ? 'lets in only who has its secret' : 'has no secret to ask for',
    async () => {
      const secret = `a secret of the ${name} source`;
      const tenant = `${name}-secret`;
      if (kind.secret === 'none') {
        const input = { name, connector: name, secret };
        expect(await upsertSource(server, input, tenant)).toMatchObject({ code: 'VALIDATION' });
        return;
      }
      const sender = await open(tenant, secret);
      expect([401, 403]).toContain(await sender.send([told(1)], 'a secret that somebody guessed'));
      expect(await sourceSeen(server, name, tenant)).toMatchObject({ received: 0, rejected: 0 });
      expect(await sender.send([told(1)], secret)).toBeLessThan(300);
      expect(await eventsOf(tenant)).toHaveLength(1);
      // Those without one are not let in by it any more, nor shown to others.
      expect(await sourceSeen(server, name, name)).toMatchObject({ rejected: 0 });
    },
  );

  it('listens on loopback unless it is told otherwise', async () => {
    const { tenantId } = await server.runtime.callerFor(name);
    const address = server.sources.addressOf(tenantId, name) ?? server.address;
    if (/:\d+$/.test(address)) expect(new URL(address.replace(/^\w+:/, 'http:')).hostname).toBe('127.0.0.1');
  });

  it('is stopped and started without harm', async () => {
    const tenant = `${name}-stopped`;
    const sender = await open(tenant);
    await ready(tenant);
    await sender.send([told(1)]);
    await seen(1, tenant);
    await upsertSource(server, { name, connector: name, enabled: false }, tenant);
    const { tenantId } = await server.runtime.callerFor(tenant);
    await until('it ended', () => server.sources.addressOf(tenantId, name) === null);
    expect(await sourceSeen(server, name, tenant)).toMatchObject({ state: 'DISABLED' });
    if (kind.receiver !== undefined) expect(await sender.send([told(2)])).toBe(403);
    await upsertSource(server, { name, connector: name, enabled: true }, tenant);
    await ready(tenant);
    await sender.send([told(3)]);
    expect(await seen(2, tenant)).toMatchObject({ received: 2, rejected: 0, state: 'LIVE' });
    expect(await eventsOf(tenant)).toHaveLength(2);
  });
});

describe('after what was wrong was mended, and a restart', () => {
  beforeAll(async () => {
    await server.close();
    server = await startOn(LATER);
  });

  it.each(CONNECTOR_KINDS.map(({ kind }) => kind))(
    '%s: what was refused is stored once it can be',
    async (name) => {
      const tenant = `${name}-refused`;
      const canBe = SENDERS[name]!.refused === undefined;
      expect(await replay(tenant)).toEqual({
        replayRejected: canBe ? { accepted: 1, rejectedCount: 0 } : { accepted: 0, rejectedCount: 1 },
      });
      expect(await eventsOf(tenant)).toHaveLength(canBe ? 3 : 2);
      if (!canBe) return;
      expect((await replay(tenant)).replayRejected).toMatchObject({ accepted: 0 });
      expect(await sourceSeen(server, name, tenant)).toMatchObject({ received: 3 });
    },
  );
});
