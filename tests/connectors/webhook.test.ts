import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { eventsSeen, received, upsertSource } from '../support/sources.ts';

let server: TestMnemograph;

beforeAll(async () => {
  server = await startTestMnemograph();
});
afterAll(() => server.close());

const SECRET = 'a secret of some length';

async function post(name: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.address}/webhook/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const ALERTS = {
  version: '4',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      fingerprint: 'c0ffee',
      startsAt: '2026-11-01T10:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      labels: { alertname: 'DiskFull', instance: 'db-1:9100', job: 'node', severity: 'critical' },
      annotations: { summary: 'disk of db-1 is 97 percent full' },
    },
  ],
};

describe('a mapping', () => {
  it('ready-made, of Alertmanager: an alert raised twice is one event', async () => {
    await upsertSource(
      server,
      { name: 'am', connector: 'webhook', config: { preset: 'alertmanager' } },
      'am',
    );
    const tenant = { 'x-mnemograph-tenant': 'am' };
    expect(await post('am', ALERTS, tenant)).toEqual({
      status: 200,
      body: { accepted: 1, duplicates: 0, rejected: 0 },
    });
    expect((await post('am', ALERTS, tenant)).body).toEqual({ accepted: 0, duplicates: 1, rejected: 0 });
    await received(server, 'am', 1, 'am');
    expect(await eventsSeen(server, 'am')).toMatchObject([
      {
        host: 'db-1',
        service: 'node',
        severity: 'CRITICAL',
        messageRaw: 'Alert DiskFull is firing: disk of db-1 is 97 percent full',
        timestamp: '2026-11-01T10:00:00.000Z',
      },
    ]);
  });

  it('of one’s own; what it cannot map is kept, and replayed once it is mended', async () => {
    const headers = { 'x-mnemograph-tenant': 'own' };
    const source = { name: 'own', connector: 'webhook' };
    const wrong = { mapping: '{ "message": text, "hots": host }' };
    await upsertSource(server, { ...source, config: wrong }, 'own');
    expect((await post('own', { text: 'link down', host: 'sw-1' }, headers)).body).toEqual({
      accepted: 0,
      duplicates: 0,
      rejected: 1,
    });
    const waiting = await server.ask(
      '{ rejectedInputs { edges { node { code reason payload source { name } } } } }',
      {},
      'own',
    );
    expect(waiting).toMatchObject({
      rejectedInputs: {
        edges: [
          {
            node: {
              code: 'VALIDATION',
              reason: expect.stringContaining('hots'),
              payload: '{"text":"link down","host":"sw-1"}',
              source: { name: 'own' },
            },
          },
        ],
      },
    });
    await upsertSource(
      server,
      { ...source, config: { mapping: '{ "message": text, "host": host }' } },
      'own',
    );
    const replayed = await server.ask(
      'mutation { replayRejected(input: {}) { ... on IngestPayload { accepted rejectedCount } } }',
      {},
      'own',
    );
    expect(replayed).toEqual({ replayRejected: { accepted: 1, rejectedCount: 0 } });
    expect(await eventsSeen(server, 'own')).toMatchObject([{ host: 'sw-1', messageRaw: 'link down' }]);
  });

  it('that is no JSONata is refused with the place', async () => {
    const config = { mapping: '{ "message": ' };
    expect(await upsertSource(server, { name: 'x', connector: 'webhook', config })).toMatchObject({
      code: 'VALIDATION',
      message: expect.stringMatching(/no JSONata.*character \d+/),
    });
  });

  it('is not needed: the usual names are found', async () => {
    const headers = { 'x-mnemograph-tenant': 'plain' };
    await upsertSource(server, { name: 'plain', connector: 'webhook' }, 'plain');
    const body = gzipSync(JSON.stringify({ host: 'web-4', level: 'error', message: 'worker died' }));
    expect((await post('plain', body, { ...headers, 'content-encoding': 'gzip' })).body.accepted).toBe(1);
    expect(await eventsSeen(server, 'plain')).toMatchObject([{ host: 'web-4', severity: 'ERROR' }]);
  });

  it('never sees what is no JSON: it is kept', async () => {
    const headers = { 'x-mnemograph-tenant': 'plain' };
    expect((await post('plain', 'status=down', headers)).body.rejected).toBe(1);
  });
});

describe('a secret', () => {
  it('names its source and tenant, whatever the request names', async () => {
    await upsertSource(server, { name: 'guarded', connector: 'webhook', secret: SECRET }, 'customer-a');
    const alert = { message: 'fan failed', host: 'sw-2' };
    expect(await post('guarded', alert, { 'x-mnemograph-secret': SECRET })).toMatchObject({ status: 200 });
    expect(await eventsSeen(server, 'customer-a')).toHaveLength(1);
    expect(await eventsSeen(server, 'default')).toHaveLength(0);
  });

  it('that is wrong or missing lets nothing in', async () => {
    const tenant = { 'x-mnemograph-tenant': 'customer-a' };
    expect(await post('guarded', {}, tenant)).toMatchObject({ status: 401 });
    expect(
      await post('guarded', {}, { ...tenant, 'x-mnemograph-secret': 'another secret, guessed' }),
    ).toMatchObject({ status: 401 });
  });

  it('belongs to one source', async () => {
    expect(
      await upsertSource(server, { name: 'second', connector: 'webhook', secret: SECRET }, 'customer-b'),
    ).toMatchObject({ code: 'CONFLICT' });
  });

  it('is never shown', async () => {
    const { sources } = await server.ask<{ sources: unknown }>(
      '{ sources { hasSecret config } }',
      {},
      'customer-a',
    );
    expect(sources).toEqual([{ hasSecret: true, config: {} }]);
  });
});

it('tells where there is nothing, and keeps pages of other sites out', async () => {
  expect(await post('nobody', {})).toMatchObject({ status: 404 });
  expect(await post('plain', {}, { origin: 'https://elsewhere.example' })).toMatchObject({ status: 403 });
});
