// What the shippers' own protocols are answered, byte by byte; their real clients are in files of their own.
import protobuf from 'protobufjs';
import snappy from 'snappyjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { eventsSeen, received, upsertSource } from '../support/sources.ts';

let server: TestMnemograph;

beforeAll(async () => {
  server = await startTestMnemograph();
});
afterAll(() => server.close());

async function post(
  path: string,
  body: string | Uint8Array,
  tenant: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(server.address + path, {
    method: 'POST',
    headers: { 'x-mnemograph-tenant': tenant, ...headers },
    body: body as string,
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

const rejected = async (tenant: string) => {
  const { rejectedInputs } = await server.ask<{ rejectedInputs: { nodes: { payload: string }[] } }>(
    '{ rejectedInputs { nodes { payload code reason } } }',
    {},
    tenant,
  );
  return rejectedInputs.nodes;
};

describe('Splunk HEC', () => {
  const PATH = '/services/collector/event';
  const one = { time: 1_772_359_200.5, host: 'web-1', source: '/var/log/app', sourcetype: 'app' };

  it('takes events one after another without anything between them; a resend adds nothing', async () => {
    const body =
      JSON.stringify({ ...one, event: 'disk sda is failing' }) +
      JSON.stringify({ ...one, event: { level: 'error', msg: 'worker 7 died' }, fields: { zone: 'b' } });
    const headers = { authorization: 'Splunk any-token', 'x-splunk-request-channel': 'c1' };
    const first = await post(PATH, body, 'hec', headers);
    expect(first).toEqual({ status: 200, body: { text: 'Success', code: 0, ackId: expect.any(Number) } });
    const { ackId } = first.body as { ackId: number };
    expect((await post('/services/collector/ack', `{"acks":[${ackId}]}`, 'hec')).body).toEqual({
      acks: { [ackId]: true },
    });
    await post(PATH, body, 'hec', headers);
    await received(server, 'splunk-hec', 2, 'hec');
    const events = await eventsSeen(server, 'hec');
    expect(events).toHaveLength(2);
    expect(events.find((e) => e.messageRaw === 'worker 7 died')).toMatchObject({
      host: 'web-1',
      severity: 'ERROR',
      timestamp: '2026-03-01T10:00:00.500Z',
      structuredFields: { zone: 'b', sourcetype: 'app' },
    });
  });

  it('takes raw lines', async () => {
    const lines =
      'Mar  1 10:00:00 db-1 kernel: Out of memory\nMar  1 10:00:01 db-1 kernel: Killed process 9\n';
    expect((await post('/services/collector/raw?host=x', lines, 'raw')).body).toEqual({
      text: 'Success',
      code: 0,
    });
    expect((await eventsSeen(server, 'raw')).map((e) => e.host)).toEqual(['db-1', 'db-1']);
  });

  it('keeps what it cannot read, whole, and says so in its own words', async () => {
    const body = '{"event":"fine"}{"event":';
    expect(await post(PATH, body, 'bad')).toMatchObject({ status: 400, body: { code: 6 } });
    expect(await rejected('bad')).toMatchObject([{ payload: body, code: 'VALIDATION' }]);
    expect(await eventsSeen(server, 'bad')).toEqual([]);
    expect(await post(PATH, '', 'bad')).toMatchObject({ status: 400, body: { code: 5 } });
  });

  it('with a token lets in only who has it', async () => {
    const secret = '0f1e2d3c-aaaa-bbbb-cccc-0123456789ab';
    await upsertSource(server, { name: 'guarded', connector: 'splunk-hec', secret }, 'guarded');
    const body = JSON.stringify({ ...one, event: 'hello' });
    const wrong = await post(PATH, body, 'hec', { authorization: 'Splunk wrong' });
    expect(wrong).toMatchObject({ status: 403, body: { code: 4 } });
    expect((await post(PATH, body, 'hec', { authorization: `Splunk ${secret}` })).status).toBe(200);
    expect(await eventsSeen(server, 'guarded')).toHaveLength(1);
  });
});

describe('Elasticsearch', () => {
  const bulk = (...lines: unknown[]) =>
    `${lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')}\n`;
  const NDJSON = { 'content-type': 'application/x-ndjson' };

  it('answers each document of a bulk request; one with a fault is kept, the others are stored', async () => {
    const body = bulk(
      { create: { _index: 'logs', _id: 'a' } },
      {
        '@timestamp': '2026-03-01T10:00:00Z',
        message: 'link down',
        log: { level: 'error' },
        host: { name: 'sw-1' },
      },
      { index: {} },
      '{"message": ',
      { delete: { _id: 'x' } },
    );
    const answer = await post('/elasticsearch/logs/_bulk', body, 'es', NDJSON);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        errors: true,
        items: [
          { create: { _id: 'a', status: 201 } },
          { index: { status: 400, error: { type: 'document_parsing_exception' } } },
          { delete: { status: 400 } },
        ],
      },
    });
    expect(await eventsSeen(server, 'es')).toMatchObject([
      { host: 'sw-1', severity: 'ERROR', messageRaw: 'link down' },
    ]);
    expect(await rejected('es')).toHaveLength(1);
  });

  it('knows a document by its id; other content under it is a conflict', async () => {
    const doc = { '@timestamp': '2026-03-01T10:00:00Z', message: 'fan failed' };
    const send = (message: string) =>
      post('/_bulk', bulk({ index: { _index: 'l', _id: '1' } }, { ...doc, message }), 'ids', NDJSON);
    expect(await send('fan failed')).toMatchObject({ body: { errors: false } });
    expect(await send('fan failed')).toMatchObject({ body: { errors: false } });
    expect(await send('another')).toMatchObject({ body: { items: [{ index: { status: 409 } }] } });
    expect(await eventsSeen(server, 'ids')).toHaveLength(1);
  });

  it('says what its clients ask first', async () => {
    const response = await fetch(`${server.address}/elasticsearch`);
    expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch');
    expect(await response.json()).toMatchObject({ version: { number: expect.stringMatching(/^8\./) } });
  });

  it('takes nothing of a body whose actions it cannot read', async () => {
    expect(await post('/_bulk', 'nonsense\n', 'es', NDJSON)).toMatchObject({
      status: 400,
      body: { error: { reason: expect.stringContaining('no JSON') } },
    });
  });
});

describe('OpenTelemetry', () => {
  const request = {
    resourceLogs: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'checkout' } },
            { key: 'host.name', value: { stringValue: 'web-1' } },
          ],
        },
        scopeLogs: [
          {
            scope: { name: 'orders' },
            logRecords: [
              {
                timeUnixNano: '1772359200000000000',
                severityNumber: 17,
                body: { stringValue: 'order 7 failed' },
                attributes: [{ key: 'retries', value: { intValue: '3' } }],
              },
              { timeUnixNano: '1772359201000000000', body: { stringValue: '' } },
            ],
          },
        ],
      },
    ],
  };
  const JSON_TYPE = { 'content-type': 'application/json' };

  it('takes records in JSON; one that is empty is kept, and said to be rejected', async () => {
    const body = JSON.stringify(request);
    expect(await post('/v1/logs', body, 'otlp', JSON_TYPE)).toMatchObject({
      status: 200,
      body: { partialSuccess: { rejectedLogRecords: 1 } },
    });
    await post('/v1/logs', body, 'otlp', JSON_TYPE);
    expect(await eventsSeen(server, 'otlp')).toMatchObject([
      {
        host: 'web-1',
        service: 'checkout',
        severity: 'ERROR',
        messageRaw: 'order 7 failed',
        structuredFields: { retries: 3, scope: 'orders' },
      },
    ]);
  });

  it('keeps what is no protobuf', async () => {
    const answer = await post('/v1/logs', new Uint8Array([0xff, 1, 2]), 'pb', {
      'content-type': 'application/x-protobuf',
    });
    expect(answer.status).toBe(400);
    expect(await rejected('pb')).toHaveLength(1);
  });
});

describe('Loki', () => {
  it('takes streams in JSON', async () => {
    const body = JSON.stringify({
      streams: [
        {
          stream: { app: 'shop', host: 'web-2', level: 'warn' },
          values: [['1772359200000000000', 'queue is 90 percent full', { shard: '4' }]],
        },
      ],
    });
    const send = () => post('/loki/api/v1/push', body, 'loki', { 'content-type': 'application/json' });
    expect(await send()).toEqual({ status: 204, body: null });
    await send();
    expect(await eventsSeen(server, 'loki')).toMatchObject([
      { host: 'web-2', service: 'shop', severity: 'WARNING', structuredFields: { shard: '4', app: 'shop' } },
    ]);
  });

  it('takes streams in snappy-compressed protobuf, as Promtail sends them', async () => {
    const { root } = protobuf.parse(`syntax = "proto3";
      message PushRequest { repeated Stream streams = 1; }
      message Stream { string labels = 1; repeated Entry entries = 2; }
      message Entry { Timestamp timestamp = 1; string line = 2; }
      message Timestamp { int64 seconds = 1; int32 nanos = 2; }`);
    const type = root.lookupType('PushRequest');
    const encoded = type
      .encode({
        streams: [
          {
            labels: '{job="cron", instance="db-1", note="say \\"hi\\""}',
            entries: [{ timestamp: { seconds: 1_772_359_200, nanos: 5_000 }, line: 'backup failed' }],
          },
        ],
      })
      .finish();
    const answer = await post('/loki/api/v1/push', snappy.compress(encoded), 'promtail', {
      'content-type': 'application/x-protobuf',
    });
    expect(answer.status).toBe(204);
    expect(await eventsSeen(server, 'promtail')).toMatchObject([
      {
        host: 'db-1',
        service: 'cron',
        timestamp: '2026-03-01T10:00:00.000005Z',
        structuredFields: { note: 'say "hi"' },
      },
    ]);
  });
});
