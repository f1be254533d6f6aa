// More than a server can take at once: what can wait waits, what cannot is counted, and everything adds up.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { listeningPort, received, sourceSeen, upsertSource } from '../support/sources.ts';
import { until } from '../support/until.ts';

let server: TestMnemograph;

beforeAll(async () => {
  server = await startTestMnemograph();
});
afterAll(() => server.close());

const line = (n: number) =>
  `<13>1 2026-11-01T10:00:00Z host-${n % 7} app - - - request ${n} took ${n % 90} ms`;
const lines = (count: number) => Array.from({ length: count }, (_, n) => line(n));

/** Makes a message long. */
const STACK = 'at com.acme.Main.run(Main.java:17) '.repeat(100);

const syslog = (name: string, config: object) =>
  listeningPort(server, { name, connector: 'syslog', config: { port: 0, ...config } }, name);

/** While it is held nothing can be stored, as when a disk is full or a database very slow. */
async function holdUpDatabase(): Promise<() => Promise<void>> {
  const client: pg.PoolClient = await server.runtime.store.writePool.connect();
  await client.query('begin');
  await client.query('lock table ingest_batch in access exclusive mode');
  return async () => {
    await client.query('rollback');
    client.release();
  };
}

describe('over UDP', () => {
  const SENDER = fileURLToPath(new URL('../support/udp-sender.mjs', import.meta.url));

  async function send(port: number, messages: readonly string[]): Promise<void> {
    const sender = spawn(process.execPath, [SENDER, String(port)], { stdio: ['pipe', 'ignore', 'inherit'] });
    sender.stdin.end(messages.join('\n'));
    expect(await once(sender, 'exit')).toEqual([0, null]);
  }

  /** Nothing else runs in this thread until all is sent. */
  async function sendWhileBlocked(port: number, messages: readonly string[]): Promise<void> {
    const input = messages.join('\n');
    expect(spawnSync(process.execPath, [SENDER, String(port)], { input })).toMatchObject({ status: 0 });
    // The connections of before timed out meanwhile.
    await until('the server answers', () => server.ask('{ __typename }').catch(() => null));
  }

  const allAccountedFor = (name: string, count: number) =>
    until('received and lost make up all', async () => {
      const found = await sourceSeen(server, name, name);
      return found !== undefined && found.received + found.lost >= count ? found : null;
    });

  it('20,000 messages in bursts are all there', { timeout: 120_000 }, async () => {
    const port = await syslog('udp-flood', { protocol: 'udp' });
    await send(port, lines(20_000));
    const seen = await received(server, 'udp-flood', 20_000, 'udp-flood');
    expect(seen).toMatchObject({ received: 20_000, rejected: 0, lost: 0, lastError: null });
  });

  it('10,000 long messages that come in a second in which the server is busy are all there', {
    timeout: 120_000,
  }, async () => {
    const port = await syslog('udp-busy', { protocol: 'udp' });
    const long = lines(10_000).map((text) => `${text} ${STACK.slice(0, 1_000)}`);
    await sendWhileBlocked(port, long);
    const seen = await received(server, 'udp-busy', long.length, 'udp-busy');
    expect(seen).toMatchObject({ received: long.length, rejected: 0, lost: 0, lastError: null });
  });

  it('what is beyond the memory that may be taken while the server is busy is counted: all adds up', {
    timeout: 120_000,
  }, async () => {
    const COUNT = 900;
    const HELD_BYTES = 32 * 1024 * 1024;
    const DATAGRAM_OVERHEAD_BYTES = 300;
    const port = await syslog('udp-large', { protocol: 'udp' });
    const large = lines(COUNT).map((text) => `${text} ${STACK.repeat(17).slice(0, 58_000)}`);
    await sendWhileBlocked(port, large);
    const seen = await allAccountedFor('udp-large', COUNT);
    expect(seen.received + seen.lost).toBe(COUNT);
    expect(seen).toMatchObject({ rejected: 0, lastError: expect.stringMatching(/\d+ inputs were lost/) });
    expect(seen.received * (large[0]!.length + DATAGRAM_OVERHEAD_BYTES)).toBeGreaterThanOrEqual(HELD_BYTES);
    expect(seen.lost).toBeGreaterThan(0);
  });

  it('what is beyond the queue while nothing can be stored is counted: all adds up', {
    timeout: 60_000,
  }, async () => {
    const port = await syslog('udp-full', { protocol: 'udp', maxQueued: 1_000 });
    const release = await holdUpDatabase();
    await send(port, lines(5_000));
    await release();
    const seen = await allAccountedFor('udp-full', 5_000);
    expect(seen.received + seen.lost).toBe(5_000);
    expect(seen).toMatchObject({ rejected: 0, lastError: expect.stringMatching(/\d+ inputs were lost/) });
    // As many again as in the queue wait outside of it.
    expect(seen.received).toBeGreaterThanOrEqual(2_000);
    expect(seen.lost).toBeGreaterThan(0);
  });
});

describe('over TCP', () => {
  const stream = (count: number) => Buffer.from(`${lines(count).join('\n')}\n`);

  async function connected(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  it('50,000 messages at full speed are all there', { timeout: 120_000 }, async () => {
    const port = await syslog('tcp-flood', { protocol: 'tcp' });
    const socket = await connected(port);
    socket.end(stream(50_000));
    await once(socket, 'close');
    const seen = await received(server, 'tcp-flood', 50_000, 'tcp-flood');
    expect(seen).toMatchObject({ received: 50_000, rejected: 0, lost: 0, lastError: null });
  });

  it('a sender waits while nothing can be stored, and little of what it sends is held in memory', {
    timeout: 120_000,
  }, async () => {
    const COUNT = 10_000;
    const all = Buffer.from(
      lines(COUNT)
        .map((text) => `${text} ${STACK}\n`)
        .join(''),
    );
    const port = await syslog('tcp-slow', { protocol: 'tcp', maxQueued: 1_000 });
    const release = await holdUpDatabase();
    const socket = await connected(port);
    const taken = () => socket.bytesWritten - socket.writableLength;
    const CHUNK = 64 * 1024;
    let at = 0;
    const pump = () => {
      while (at < all.length) {
        const chunk = all.subarray(at, at + CHUNK);
        at += chunk.length;
        if (!socket.write(chunk)) return;
      }
      socket.end();
    };
    socket.on('drain', pump);
    pump();
    let before = -1;
    await until('nothing more is taken', async () => {
      const same = taken() === before && before > 0;
      before = taken();
      await delay(500);
      return same && taken() === before;
    });
    const beforeRelease = await sourceSeen(server, 'tcp-slow', 'tcp-slow');
    expect(beforeRelease?.received ?? 0).toBe(0);
    // Beside the queue it is the two kernels' buffers that hold some.
    expect(taken()).toBeLessThan(all.length / 2);
    await release();
    await once(socket, 'close');
    const seen = await received(server, 'tcp-slow', COUNT, 'tcp-slow');
    expect(seen).toMatchObject({ received: COUNT, rejected: 0, lost: 0 });
  });
});

describe('over HTTP', () => {
  const BATCH = 64;
  const tenant = 'http-slow';

  const post = (n: number) => {
    const batch = Array.from(
      { length: BATCH },
      (_, i) =>
        `{"index":{"_id":"${n}-${i}"}}\n${JSON.stringify({ '@timestamp': '2026-03-01T10:00:00Z', message: `${line(i)} ${STACK.repeat(5)}` })}\n`,
    );
    return fetch(`${server.address}/_bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', 'x-mnemograph-tenant': tenant },
      body: batch.join(''),
    });
  };

  it('a sender is told to come again while nothing can be stored, and loses nothing by it', {
    timeout: 120_000,
  }, async () => {
    await upsertSource(server, { name: 'elasticsearch', connector: 'elasticsearch' }, tenant);
    const release = await holdUpDatabase();
    const answers: (number | null)[] = [];
    const refusals: Response[] = [];
    const waiting: Promise<void>[] = [];
    // Until one is refused: those before it wait for their answers, which come after the commit.
    for (let n = 0; refusals.length === 0; n++) {
      answers[n] = null;
      waiting.push(
        post(n).then((response) => {
          answers[n] = response.status;
          if (response.status === 429) refusals.push(response);
        }),
      );
      await delay(20);
      expect(n).toBeLessThan(200);
    }
    expect(Number(refusals[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
    await release();
    await Promise.all(waiting);
    const refused = answers.flatMap((status, n) => (status === 429 ? [n] : []));
    expect(answers.filter((status) => status === 200)).toHaveLength(answers.length - refused.length);
    for (const n of refused)
      await until('the same is taken when it comes again', async () => (await post(n)).status === 200);
    const total = answers.length * BATCH;
    expect(await received(server, 'elasticsearch', total, tenant)).toMatchObject({
      received: total,
      rejected: 0,
    });
  });
});
