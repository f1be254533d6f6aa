// Splunk and Elasticsearch are asked, by the dialects that they document.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/command.ts';
import { type Elasticsearch, startElasticsearch } from '../support/elasticsearch.ts';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { eventsSeen, received, sourceSeen, upsertSource } from '../support/sources.ts';
import { type Indexed, type Splunk, startSplunk } from '../support/splunk.ts';
import { until } from '../support/until.ts';

const NOW = '2026-03-01T12:00:00Z';
const CREDENTIAL = 'key-of-the-other-side';
const at = (second: number) => new Date(Date.UTC(2026, 2, 1, 10, 0, second)).toISOString();

let server: TestMnemograph;
let splunk: Splunk;
let elasticsearch: Elasticsearch;

beforeAll(async () => {
  server = await startTestMnemograph(NOW);
  splunk = await startSplunk(CREDENTIAL);
  elasticsearch = await startElasticsearch(CREDENTIAL);
});
afterAll(async () => {
  await server.close();
  await splunk.close();
  await elasticsearch.close();
});

const ended = async (name: string, tenant: string) => {
  const { tenantId } = await server.runtime.callerFor(tenant);
  await until('it ended', () => server.sources.addressOf(tenantId, name) === null);
};

const faultOf = (name: string, tenant: string) =>
  until('the fault is said', async () => (await sourceSeen(server, name, tenant))?.lastError || null);

const turns = async (other: { requests: string[] }, path: RegExp, count: number) => {
  const from = other.requests.filter((request) => path.test(request)).length;
  await until(
    'it asked again',
    () => other.requests.filter((request) => path.test(request)).length >= from + count,
  );
};

describe.each(['splunk-search', 'elasticsearch-query'])('%s, switched off', (connector) => {
  it('makes no connection: by its switch, or disabled', async () => {
    const tenant = `off-${connector}`;
    const other = connector === 'splunk-search' ? splunk : elasticsearch;
    const before = other.connections;
    const source = { connector, credential: CREDENTIAL };
    const off = { pull: false, url: other.url, pollSeconds: 1 };
    await upsertSource(server, { ...source, name: 'off', config: off }, tenant);
    await upsertSource(server, { ...source, name: 'default', config: { url: other.url } }, tenant);
    const on = { ...off, pull: true };
    await upsertSource(server, { ...source, name: 'disabled', config: on, enabled: false }, tenant);
    // A further source runs to its end: by then the others would have asked.
    const control = { name: 'control', connector: 'syslog', config: { protocol: 'tcp', port: 0 } };
    await upsertSource(server, control, tenant);
    const { tenantId } = await server.runtime.callerFor(tenant);
    await until('the sources run', () => server.sources.addressOf(tenantId, 'control'));
    await upsertSource(server, { ...control, enabled: false }, tenant);
    await ended('control', tenant);
    expect(other.connections).toBe(before);
    expect(
      await upsertSource(server, { name: 'x', connector, config: { pull: true } }, tenant),
    ).toMatchObject({
      code: 'VALIDATION',
      message: expect.stringContaining('"url"'),
    });
  });
});

describe('Splunk', () => {
  const event = (n: number, more: Record<string, string> = {}): Indexed => ({
    _bkt: 'main~3~A1B2',
    _cd: `3:${n}`,
    _serial: String(n % 10),
    _time: at(n),
    _raw: `job ${n} failed on shard ${n % 3}`,
    host: `app-${n % 2}`,
    source: '/var/log/jobs.log',
    sourcetype: 'jobs',
    index: 'main',
    ...more,
  });
  const config = () => ({ pull: true, url: splunk.url, pollSeconds: 1, pageSize: 100, search: 'index=main' });
  const source = { name: 'search', connector: 'splunk-search', credential: CREDENTIAL };

  it('is read window by window and page by page, through its rate limit; its jobs are removed', async () => {
    splunk.events = Array.from({ length: 650 }, (_, n) => event(n));
    splunk.refuseNext = 2;
    await upsertSource(server, { ...source, config: { ...config(), backfillHours: 3 } }, 'splunk');
    expect(await received(server, 'search', 650, 'splunk')).toMatchObject({ received: 650, rejected: 0 });
    expect(splunk.searches[0]).toBe('search index=main');
    expect((await eventsSeen(server, 'splunk'))[0]).toMatchObject({
      host: 'app-1',
      messageRaw: 'job 649 failed on shard 1',
      timestamp: '2026-03-01T10:10:49.000Z',
      structuredFields: { sourcetype: 'jobs', index: 'main' },
    });
    await until('its jobs are removed', () => splunk.jobs.size === 0);
  });

  it('brings once what is asked for again, and what was indexed late', async () => {
    splunk.events.push({ ...event(900), _time: '2026-03-01T11:57:00.000Z' });
    expect(await received(server, 'search', 651, 'splunk')).toMatchObject({ received: 651 });
    await turns(splunk, /POST/, 3);
    expect(await sourceSeen(server, 'search', 'splunk')).toMatchObject({ received: 651, rejected: 0 });
  });

  it('goes on where it left off after it was stopped', async () => {
    await upsertSource(server, { ...source, enabled: false }, 'splunk');
    await ended('search', 'splunk');
    splunk.events.push({ ...event(901), _time: '2026-03-01T11:58:00.000Z' });
    const asked = splunk.requests.length;
    await upsertSource(server, { ...source, enabled: true }, 'splunk');
    expect(await received(server, 'search', 652, 'splunk')).toMatchObject({ received: 652, rejected: 0 });
    expect(splunk.requests.slice(asked).filter((r) => r.endsWith('/results')).length).toBeLessThan(6);
  });

  it('says what a search failed with, and that its token is refused', async () => {
    await upsertSource(server, { ...source, enabled: false }, 'splunk');
    await ended('search', 'splunk');
    splunk.failNext = 'Error in the search parser: Mismatched quotes.';
    const failing = { ...source, name: 'failing', config: { ...config(), pollSeconds: 3_600 } };
    await upsertSource(server, failing, 'splunk-bad');
    expect(await faultOf('failing', 'splunk-bad')).toContain('Mismatched quotes');
    await upsertSource(server, { ...failing, name: 'stranger', credential: 'another' }, 'splunk-bad');
    expect(await faultOf('stranger', 'splunk-bad')).toMatch(/Splunk refuses the credential \(401\)/);
  });

  it('that keeps fewer results than there are is asked for in halves', async () => {
    splunk.maxResults = 500;
    splunk.events = Array.from({ length: 1_240 }, (_, n) => ({
      ...event(n),
      _time: new Date(Date.UTC(2026, 2, 1, 11, 0, 0, n * 2_000)).toISOString(),
    }));
    const many = { ...config(), maxResults: 500, backfillHours: 1 };
    await upsertSource(server, { ...source, name: 'many', config: many }, 'splunk-many');
    const seen = await received(server, 'many', 1_240, 'splunk-many');
    expect(seen).toMatchObject({ received: 1_240, rejected: 0 });
    await upsertSource(server, { ...source, name: 'many', enabled: false }, 'splunk-many');
  });
});

describe('Elasticsearch', () => {
  const document = (n: number, more: Record<string, unknown> = {}) => ({
    _index: `logs-${n % 2}`,
    _id: `d${n}`,
    _source: {
      '@timestamp': at(n),
      message: `order ${n} failed`,
      host: { name: 'web-1' },
      service: { name: 'checkout' },
      log: { level: 'error' },
      kind: 'order',
      ...more,
    },
  });
  const config = () => ({
    pull: true,
    url: elasticsearch.url,
    index: 'logs-*',
    query: { term: { kind: 'order' } },
    pollSeconds: 1,
    pageSize: 100,
  });
  const source = { name: 'query', connector: 'elasticsearch-query', credential: CREDENTIAL };

  it('is read page by page within one point in time, which is closed', async () => {
    // Many of one time: a page ends among them.
    elasticsearch.documents = [
      ...Array.from({ length: 650 }, (_, n) => document(n, { '@timestamp': at(Math.floor(n / 260)) })),
      document(700, { kind: 'other' }),
      { ...document(701), _index: 'metrics' },
    ];
    elasticsearch.refuseNext = 2;
    await upsertSource(server, { ...source, config: config() }, 'es');
    expect(await received(server, 'query', 650, 'es')).toMatchObject({ received: 650, rejected: 0 });
    expect((await eventsSeen(server, 'es'))[0]).toMatchObject({
      host: 'web-1',
      service: 'checkout',
      severity: 'ERROR',
      structuredFields: { kind: 'order' },
    });
    await turns(elasticsearch, /_search/, 2);
    await upsertSource(server, { ...source, enabled: false }, 'es');
    await ended('query', 'es');
    expect(elasticsearch.open.size).toBe(0);
  });

  it('goes on where it left off, and brings once what came late', async () => {
    elasticsearch.documents.push(
      document(800, { '@timestamp': at(1) }),
      document(801, { '@timestamp': at(60) }),
    );
    await upsertSource(server, { ...source, enabled: true }, 'es');
    expect(await received(server, 'query', 652, 'es')).toMatchObject({ received: 652, rejected: 0 });
    await turns(elasticsearch, /_search/, 3);
    expect(await sourceSeen(server, 'query', 'es')).toMatchObject({ received: 652, rejected: 0 });
  });

  it('keeps a document that it cannot take, and says that its key is refused', async () => {
    elasticsearch.documents = [
      document(1),
      document(2, { message: '', '@timestamp': '2026-03-01T11:00:00Z' }),
    ];
    elasticsearch.documents.push(document(3, { '@timestamp': '2199-01-01T00:00:00Z' }));
    await upsertSource(server, { ...source, config: config() }, 'es-bad');
    const seen = await received(server, 'query', 3, 'es-bad');
    expect(seen.rejected).toBeGreaterThan(0);
    expect(seen.received + seen.rejected).toBe(3);
    await turns(elasticsearch, /_search/, 3);
    expect(await sourceSeen(server, 'query', 'es-bad')).toMatchObject({ rejected: seen.rejected });
    await upsertSource(server, { ...source, name: 'stranger', credential: 'x', config: config() }, 'es-bad');
    expect(await faultOf('stranger', 'es-bad')).toMatch(/Elasticsearch refuses the credential \(401\)/);
  });

  it('that is not there is said in words', async () => {
    const away = { ...config(), url: `http://127.0.0.1:${await freePort()}` };
    await upsertSource(server, { ...source, name: 'away', config: away }, 'es-away');
    expect(await faultOf('away', 'es-away')).toMatch(
      /Elasticsearch at http:\/\/127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/,
    );
  });
});
