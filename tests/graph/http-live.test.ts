import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { startTestServer, type TestServer } from '../support/http.ts';
import { until } from '../support/until.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const sse = (headers: Record<string, string> = {}) =>
  createSseClient({ url: server.graphql, headers, retryAttempts: 0 });
const ws = (connectionParams: Record<string, unknown> = {}) =>
  createWsClient({
    url: server.graphql.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  });

interface Client {
  iterate(operation: { query: string }): AsyncIterableIterator<unknown>;
  dispose(): unknown;
}

async function collect(client: Client, query: string, enough = Number.POSITIVE_INFINITY): Promise<unknown[]> {
  const results: unknown[] = [];
  for await (const { data } of client.iterate({ query }) as AsyncIterable<{ data: unknown }>) {
    results.push(data);
    if (results.length >= enough) break;
  }
  await client.dispose();
  return results;
}

describe.each([
  ['server-sent events', () => sse() as Client, () => sse({ 'x-mnemograph-tenant': 'acme' }) as Client],
  ['a WebSocket', () => ws() as Client, () => ws({ 'X-Mnemograph-Tenant': 'acme' }) as Client],
])('a subscription over %s', (_name, open, openAsAcme) => {
  it('delivers in order and ends', async () => {
    expect(await collect(open(), 'subscription { ticks(until: 3) }')).toEqual(
      [1, 2, 3].map((ticks) => ({ ticks })),
    );
  });

  it('is ended on the server when the client goes', async () => {
    expect(await collect(open(), 'subscription { ticks }', 2)).toHaveLength(2);
    await until('nothing stays open', () => server.openTicks() === 0);
  });

  it('speaks for the tenant that the client names', async () => {
    expect(await collect(openAsAcme(), 'subscription { caller }')).toEqual([{ caller: 'acme:1' }]);
  });

  it('is cut when the server closes, not completed: its client shall come back', async () => {
    const running = server;
    server = await startTestServer();
    try {
      const client = open();
      const iterator = client.iterate({ query: 'subscription { ticks }' });
      for (let tick = 0; tick < 3; tick += 1) await iterator.next();
      const cut = expect(iterator.next()).rejects.toBeDefined();
      await server.close();
      await cut;
      await client.dispose();
    } finally {
      server = running;
    }
  });
});

describe('over server-sent events', () => {
  const streamed = async (response: Response) => {
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    return response.text();
  };

  it('a subscription may be asked for with GET and with POST', async () => {
    const query = 'subscription { ticks(until: 2) }';
    const headers = { accept: 'text/event-stream', 'content-type': 'application/json' };
    const got = await streamed(
      await fetch(`${server.graphql}?query=${encodeURIComponent(query)}`, {
        headers: { accept: headers.accept },
      }),
    );
    const posted = await streamed(
      await fetch(server.graphql, { method: 'POST', headers, body: JSON.stringify({ query }) }),
    );
    for (const text of [got, posted]) {
      expect(text.match(/event: next\ndata: {"data":{"ticks":\d}}/g)).toHaveLength(2);
      expect(text).toContain('event: complete');
    }
  });

  it('the response begins before the first item', async () => {
    const response = await fetch(`${server.graphql}?query=${encodeURIComponent('subscription { ticks }')}`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });
});

describe('over a WebSocket', () => {
  it('a syntax error is an error of the operation, not of the connection', async () => {
    const client = ws();
    await expect(client.iterate({ query: 'subscription {' }).next()).rejects.toEqual([
      expect.objectContaining({ message: expect.stringContaining('Syntax Error') }),
    ]);
    expect(await collect(client, '{ echo(text: "still here") }')).toEqual([{ echo: 'still here' }]);
  });

  it('a tenant that cannot be one closes the connection', async () => {
    const closed = new Promise<{ code: number; reason: string }>((resolve) => {
      const client = createWsClient({
        url: server.graphql.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: { tenant: 'Not A Slug' },
        lazy: false,
        retryAttempts: 0,
        onNonLazyError: () => {},
        on: { closed: (event) => resolve(event as { code: number; reason: string }) },
      });
      void client;
    });
    expect(await closed).toMatchObject({
      code: 4400,
      reason: expect.stringContaining('cannot name a tenant'),
    });
  });

  it('pages of other sites, and other paths, are refused at the upgrade', async () => {
    const statusOf = (path: string, origin: string) =>
      new Promise<number | undefined>((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, 'graphql-transport-ws', {
          origin,
        });
        socket.on('unexpected-response', (_req, res) => resolve(res.statusCode));
        socket.on('open', () => resolve(101));
        socket.on('error', () => {});
      });
    expect(await statusOf('/graphql', 'http://evil.example')).toBe(403);
    expect(await statusOf('/elsewhere', `http://127.0.0.1:${server.port}`)).toBe(404);
    expect(await statusOf('/graphql', `http://127.0.0.1:${server.port}`)).toBe(101);
  });
});
