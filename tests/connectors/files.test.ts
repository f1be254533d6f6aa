import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rotate, writeLines } from '../support/growing-file.ts';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { eventsSeen, received, sourceSeen, upsertSource } from '../support/sources.ts';
import { until } from '../support/until.ts';

let server: TestMnemograph;
let directory: string;
let tenant: string;
let tenants = 0;

beforeAll(async () => {
  server = await startTestMnemograph();
});
afterAll(() => server.close());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mnemograph-files-'));
  tenant = `files-${tenants++}`;
});
afterEach(async () => {
  await upsertSource(server, { name: 'logs', connector: 'files', enabled: false }, tenant);
  rmSync(directory, { recursive: true });
});

const at = (name: string) => join(directory, name);

const follow = async (config: Record<string, unknown>) => {
  const answer = await upsertSource(
    server,
    { name: 'logs', connector: 'files', config: { pollMs: 50, ...config } },
    tenant,
  );
  expect(answer).not.toHaveProperty('code');
};

const count = (n: number) => received(server, 'logs', n, tenant);

async function total(): Promise<number> {
  const { events } = await server.ask<{ events: { totalCount: number } }>(
    '{ events { totalCount } }',
    {},
    tenant,
  );
  return events.totalCount;
}

describe('a file that is followed', () => {
  it('is read from its beginning, and as it grows; half a line waits for its end', async () => {
    writeLines(at('app.log'), 0, 100);
    await follow({ paths: [at('*.log')] });
    await count(100);
    appendFileSync(at('app.log'), 'half a li');
    writeLines(at('other.log'), 100, 150);
    await count(150);
    appendFileSync(at('app.log'), 'ne\r\n');
    await count(151);
    expect((await eventsSeen(server, tenant)).map((e) => e.messageRaw)).toContain('half a line');
  });

  it('from its end holds only what comes', async () => {
    writeLines(at('app.log'), 0, 100);
    await follow({ paths: [at('app.log')], from: 'end' });
    await until('it runs', async () => (await sourceSeen(server, 'logs', tenant)) !== undefined);
    const { tenantId } = await server.runtime.callerFor(tenant);
    await until('its place is noted', async () => {
      const { rows } = await server.runtime.store.writePool.query(
        'select 1 from source_checkpoint where tenant_id = $1',
        [tenantId],
      );
      return rows.length > 0;
    });
    writeLines(at('app.log'), 100, 110);
    await count(10);
    expect(await total()).toBe(10);
  });

  it('is read to its end after it was moved away, and the new one from its beginning', async () => {
    writeLines(at('app.log'), 0, 1_000);
    await follow({ paths: [at('app.log')] });
    await count(1_000);
    rotate(at('app.log'), '1');
    writeLines(at('app.log.1'), 1_000, 1_200);
    writeLines(at('app.log'), 1_200, 1_500);
    await count(1_500);
    expect(await total()).toBe(1_500);
  });

  it('is found again where it was moved away while nobody followed it', async () => {
    writeLines(at('app.log'), 0, 500);
    await follow({ paths: [at('app.log')] });
    await count(500);
    await upsertSource(server, { name: 'logs', connector: 'files', enabled: false }, tenant);
    const { tenantId } = await server.runtime.callerFor(tenant);
    await until('it ended', () => server.sources.addressOf(tenantId, 'logs') === null);
    writeLines(at('app.log'), 500, 700);
    rotate(at('app.log'), '1');
    writeLines(at('app.log'), 700, 800);
    await upsertSource(server, { name: 'logs', connector: 'files', enabled: true }, tenant);
    await count(800);
    expect(await total()).toBe(800);
  });

  it('is read anew after it was cut', async () => {
    writeLines(at('app.log'), 0, 300);
    await follow({ paths: [at('app.log')] });
    await count(300);
    truncateSync(at('app.log'), 0);
    writeLines(at('app.log'), 300, 320);
    await count(320);
    expect(await total()).toBe(320);
  });

  it('is read anew after it was overwritten with as much', async () => {
    writeLines(at('app.log'), 0, 50);
    await follow({ paths: [at('app.log')] });
    await count(50);
    rmSync(at('app.log'));
    writeLines(at('app.log'), 500, 560);
    await count(110);
    expect(await total()).toBe(110);
  });
});

describe('stack traces', () => {
  /** Three lines each; more than one block, whose line limit falls within one. */
  const traces = (count: number): string =>
    Array.from(
      { length: count },
      (_, i) =>
        `2026-02-10 06:55:46,123 ERROR [main] com.acme.Main - charge ${i} failed\n` +
        'java.lang.IllegalStateException: no session\n\tat com.acme.Main.run(Main.java:17)\n',
    ).join('');

  it('are one event each, across the blocks that a file is read in', async () => {
    writeFileSync(at('app.log'), traces(1_700));
    writeFileSync(at('old.log.gz'), gzipSync(traces(1_700)));
    await follow({ paths: [at('*')] });
    await count(3_400);
    expect(await total()).toBe(3_400);
  });

  it('are lines where the source says so', async () => {
    writeFileSync(at('app.log'), traces(2));
    await follow({ paths: [at('app.log')], multiline: false });
    await count(6);
    expect(await total()).toBe(6);
  });
});

it('a compressed file is read once, with a source that follows beside it', async () => {
  writeFileSync(at('old.log.gz'), gzipSync('first of old\nsecond of old\nlast without an end'));
  writeLines(at('new.log'), 0, 5);
  await follow({ paths: [at('*.log'), at('*.log.gz')], host: 'fallback-host' });
  await count(8);
  await upsertSource(server, { name: 'logs', connector: 'files', enabled: true }, tenant);
  writeLines(at('new.log'), 5, 10);
  await count(13);
  expect(await total()).toBe(13);
  expect((await eventsSeen(server, tenant)).filter((e) => e.host === 'fallback-host')).toHaveLength(3);
});

it('bytes that are no text are kept, and a fault names the file', async () => {
  writeFileSync(at('broken.log'), Buffer.from([0xff, 0xfe, 0x41, 0x0a]));
  writeFileSync(at('no.gz'), 'not compressed');
  await follow({ paths: [at('*')] });
  await count(1);
  const seen = await until('the fault is said', async () => {
    const found = await sourceSeen(server, 'logs', tenant);
    return found?.lastError ? found : null;
  });
  expect(seen.lastError).toContain('no.gz: incorrect header check');
});
