// The protocols of shippers, driven by clients that their makers or others publish.
import { createRequire } from 'node:module';
import { Client, errors } from '@elastic/elasticsearch';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs';
import { pinoLoki } from 'pino-loki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { eventsSeen, received, upsertSource } from '../support/sources.ts';

const SECRET = '0f1e2d3c-aaaa-bbbb-cccc-0123456789ab';

let server: TestMnemograph;

beforeAll(async () => {
  server = await startTestMnemograph();
});
afterAll(() => server.close());

const configure = async (connector: string, tenant: string, secret = `${SECRET}-${tenant}`) => {
  await upsertSource(server, { name: connector, connector, secret }, tenant);
  return secret;
};

describe('the client of Elasticsearch', () => {
  const documents = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      '@timestamp': new Date(Date.UTC(2026, 2, 1, 10, 0, n)).toISOString(),
      message: `job ${n} failed on shard ${n % 3}`,
      host: { name: `app-${n % 2}` },
      log: { level: 'error' },
      trace: { id: `t-${n}` },
    }));

  const clientOf = (apiKey: string) =>
    new Client({ node: `${server.address}/elasticsearch`, auth: { apiKey }, maxRetries: 2 });

  it('sends in bulk with ids, and again: nothing is doubled', async () => {
    const client = clientOf(await configure('elasticsearch', 'es'));
    expect((await client.info()).version.number).toMatch(/^8\./);
    const send = () =>
      client.helpers.bulk({
        datasource: documents(700),
        flushBytes: 20_000,
        concurrency: 3,
        onDocument: (document) => ({ index: { _index: 'logs', _id: document.trace.id } }),
      });
    expect(await send()).toMatchObject({ total: 700, successful: 700, failed: 0 });
    expect(await send()).toMatchObject({ total: 700, successful: 700, failed: 0 });
    expect(await received(server, 'elasticsearch', 700, 'es')).toMatchObject({ received: 700, rejected: 0 });
    expect((await eventsSeen(server, 'es'))[0]).toMatchObject({
      host: 'app-1',
      severity: 'ERROR',
      messageRaw: 'job 699 failed on shard 0',
    });
    await client.close();
  });

  it('is told which documents were refused, and that a key is wrong', async () => {
    const client = clientOf(await configure('elasticsearch', 'es-bad'));
    const dropped: string[] = [];
    const result = await client.helpers.bulk({
      datasource: [documents(1)[0]!, { '@timestamp': '2199-01-01T00:00:00Z', message: 'from another age' }],
      onDocument: () => ({ create: { _index: 'logs' } }),
      onDrop: ({ error }) => dropped.push(String(error?.reason)),
    });
    expect(result).toMatchObject({ successful: 1, failed: 1 });
    expect(dropped).toEqual([expect.stringContaining('more than a day ahead')]);
    expect(await received(server, 'elasticsearch', 2, 'es-bad')).toMatchObject({ received: 1, rejected: 1 });
    await client.close();
    const stranger = clientOf('some other key');
    const refused = stranger.bulk({ operations: [{ index: {} }, { message: 'x' }], index: 'logs' });
    await expect(refused).rejects.toThrow(errors.ResponseError);
    await stranger.close();
  });
});

describe.each<[string, (url: string, token: string) => LogRecordExporter]>([
  ['protobuf', (url, token) => new ProtobufExporter({ url, headers: { authorization: `Bearer ${token}` } })],
  ['JSON', (url, token) => new JsonExporter({ url, headers: { authorization: `Bearer ${token}` } })],
])('the SDK of OpenTelemetry, in %s', (encoding, exporterOf) => {
  const tenant = `otel-${encoding.toLowerCase()}`;

  it('sends records with their severity, resource and attributes', async () => {
    const token = await configure('otlp', tenant);
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': 'checkout', 'host.name': 'web-1' }),
      processors: [new BatchLogRecordProcessor({ exporter: exporterOf(`${server.address}/v1/logs`, token) })],
    });
    const logger = provider.getLogger('orders');
    for (let n = 0; n < 600; n++)
      logger.emit({
        timestamp: new Date(Date.UTC(2026, 2, 1, 10, 0, 0, n)),
        severityNumber: SeverityNumber.ERROR,
        body: `order ${n} failed`,
        attributes: { retries: n % 4, region: 'eu', nested: { queue: ['a', 'b'] } },
      });
    await provider.forceFlush();
    await provider.shutdown();
    expect(await received(server, 'otlp', 600, tenant)).toMatchObject({ received: 600, rejected: 0 });
    expect((await eventsSeen(server, tenant))[0]).toMatchObject({
      host: 'web-1',
      service: 'checkout',
      severity: 'ERROR',
      messageRaw: 'order 599 failed',
      timestamp: '2026-03-01T10:00:00.599Z',
      structuredFields: { retries: 3, region: 'eu', nested: { queue: ['a', 'b'] }, scope: 'orders' },
    });
  });
});

describe('the logger of Splunk', () => {
  interface SplunkLogger {
    error: (error: Error) => void;
    send(context: object, answered: (error: Error | null, response: unknown, body: object) => void): void;
  }
  const { Logger } = createRequire(import.meta.url)('splunk-logging') as {
    Logger: new (config: { url: string; token: string }) => SplunkLogger;
  };
  const send = (logger: SplunkLogger, context: object) =>
    new Promise<object>((resolve, reject) => {
      logger.error = reject;
      logger.send(context, (error, _response, body) => (error === null ? resolve(body) : reject(error)));
    });

  it('sends events with their metadata; a wrong token is refused in the collector’s words', async () => {
    const token = await configure('splunk-hec', 'hec');
    const metadata = {
      time: 1_772_359_200,
      host: 'web-1',
      source: 'shop',
      sourcetype: 'json',
      index: 'main',
    };
    const context = { message: 'cart 17 could not be priced', severity: 'error', metadata };
    const logger = new Logger({ url: server.address, token });
    expect(await send(logger, context)).toEqual({ text: 'Success', code: 0 });
    expect(await send(logger, context)).toEqual({ text: 'Success', code: 0 });
    const events = await eventsSeen(server, 'hec');
    expect(events).toMatchObject([
      { host: 'web-1', severity: 'ERROR', structuredFields: { index: 'main', sourcetype: 'json' } },
    ]);
    const stranger = new Logger({ url: server.address, token: 'some-other-token' });
    await expect(send(stranger, context)).rejects.toThrow(/secret/);
    expect(await received(server, 'splunk-hec', 1, 'hec')).toMatchObject({ received: 1, rejected: 0 });
  });
});

describe('pino’s transport for Loki', () => {
  it('pushes streams with their labels', async () => {
    const password = await configure('loki', 'pino');
    const transport = pinoLoki({
      host: server.address,
      labels: { app: 'shop' },
      basicAuth: { username: 'anyone', password },
      batching: { interval: 60, maxBufferSize: 0 },
      propsToLabels: ['host'],
    });
    for (let n = 0; n < 50; n++)
      transport.write(
        `${JSON.stringify({ level: 40, time: Date.UTC(2026, 2, 1, 10, 0, n), host: 'web-3', msg: `queue ${n} is slow` })}\n`,
      );
    transport.end();
    expect(await received(server, 'loki', 50, 'pino')).toMatchObject({ received: 50, rejected: 0 });
    expect((await eventsSeen(server, 'pino'))[0]).toMatchObject({
      host: 'web-3',
      service: 'shop',
      severity: 'WARNING',
    });
  });
});
