import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, startTestServer, type TestServer } from '../support/http.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ allowedHosts: ['memory.example.org'] });
});
afterAll(() => server.close());

/** fetch() forbids some of the headers that browsers set themselves. */
function raw(path: string, headers: Record<string, string>, body?: string) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const req = request({ port: server.port, host: '127.0.0.1', path, method, headers }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, text }));
    });
    req.on('error', reject);
    req.end(body);
  });
}

const firstError = async (response: Response) => {
  const body = (await response.json()) as {
    errors: { message: string; extensions: Record<string, unknown> }[];
  };
  return body.errors[0]!;
};

describe('the HTTP server', () => {
  it('answers operations', async () => {
    const response = await post(server.graphql, '{ echo(text: "ä") }');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data: { echo: 'ä' } });
  });

  it('answers unknown paths with a typed error that says where to go', async () => {
    const response = await fetch(`${server.url}/nowhere`);
    expect(response.status).toBe(404);
    expect(await firstError(response)).toMatchObject({
      message: expect.stringContaining('/graphql'),
      extensions: { code: 'NOT_FOUND' },
    });
  });

  it('is alive at /healthz', async () => {
    const response = await fetch(`${server.url}/healthz`);
    expect([response.status, await response.json()]).toEqual([
      200,
      { status: 'alive', service: 'mnemograph' },
    ]);
  });

  it('is ready at /readyz only when every check passes, and else gives the reasons', async () => {
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const sick = await startTestServer({
      readiness: async () => [
        { name: 'database', ok: false, detail: 'The database does not answer: gone' },
        { name: 'pipeline', ok: true, detail: 'Nothing waits.' },
      ],
    });
    const response = await fetch(`${sick.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: 'unready',
      reasons: ['The database does not answer: gone'],
    });
    await sick.close();
  });

  it('sends headers that keep browsers strict', async () => {
    const { headers } = await post(server.graphql, '{ echo(text: "x") }');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('refuses to listen where another server does', async () => {
    await expect(startTestServer({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('errors', () => {
  it('show what the caller caused, with its code', async () => {
    const error = await firstError(await post(server.graphql, '{ missing }'));
    expect(error).toMatchObject({ message: 'There is no such thing. Look elsewhere.', path: ['missing'] });
    expect(error.extensions.code).toBe('NOT_FOUND');
    expect((await firstError(await post(server.graphql, '{ busy }'))).extensions).toEqual({
      code: 'RETRY_LATER',
      retryAfterMs: 500,
    });
  });

  it('mask bugs', async () => {
    const text = await (await post(server.graphql, '{ bug }')).text();
    expect(text).not.toContain('secret');
    expect(text).toContain('Unexpected error.');
  });

  it('name a syntax error with status 400 for clients that accept GraphQL responses', async () => {
    const response = await post(server.graphql, '{ echo(', {
      accept: 'application/graphql-response+json',
    });
    expect(response.status).toBe(400);
    expect((await firstError(response)).message).toContain('Syntax Error');
  });

  it('refuse documents with too many tokens, aliases or root fields', async () => {
    const fields = (n: number, field: (i: number) => string) =>
      Array.from({ length: n }, (_, i) => field(i)).join(' ');
    for (const query of [
      `{ ${fields(6_000, () => 'caller')} }`,
      `{ ...F } fragment F on Query { ${fields(101, (i) => `a${i}: caller`)} }`,
      `{ ${fields(31, () => 'caller')} }`,
    ]) {
      const response = await post(server.graphql, query);
      expect((await firstError(response)).message).toMatch(/more than|token/i);
    }
  });
});

describe('a request body', () => {
  const tooLarge = JSON.stringify({ query: `{ echo(text: "${'x'.repeat(70_000)}") }` });

  it('beyond the limit is refused with 413 and the limit, by its announced length', async () => {
    const response = await fetch(server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: tooLarge,
    });
    expect(response.status).toBe(413);
    expect((await firstError(response)).extensions).toEqual({
      code: 'LIMIT_EXCEEDED',
      limitBytes: 64 * 1024,
    });
  });

  it('beyond the limit is refused by the bytes read when no length was announced', async () => {
    const chunks = new ReadableStream({
      start(controller) {
        for (let at = 0; at < tooLarge.length; at += 8_192)
          controller.enqueue(new TextEncoder().encode(tooLarge.slice(at, at + 8_192)));
        controller.close();
      },
    });
    const response = await fetch(server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: chunks,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it('just below the limit passes', async () => {
    const body = JSON.stringify({ query: `{ echo(text: "${'x'.repeat(65_000)}") }` });
    const response = await fetch(server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(((await response.json()) as { data: { echo: string } }).data.echo).toHaveLength(65_000);
  });

  it('that is broken JSON, or not UTF-8, or not JSON at all, is refused with a reason', async () => {
    const send = (body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
      fetch(server.graphql, { method: 'POST', headers: { 'content-type': type }, body });
    expect((await send('{"query": ')).status).toBe(400);
    const broken = await send(new Uint8Array([0x7b, 0xff, 0x7d]));
    expect([broken.status, (await firstError(broken)).message]).toEqual([
      400,
      expect.stringContaining('UTF-8'),
    ]);
    const form = await send('query=%7Bcaller%7D', 'application/x-www-form-urlencoded');
    expect([form.status, (await firstError(form)).extensions.code]).toEqual([415, 'VALIDATION']);
  });

  it('that breaks off in the middle harms nobody', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"que',
    );
    socket.destroySoon();
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await post(server.graphql, '{ caller }')).status).toBe(200);
  });
});

describe('pages of other sites', () => {
  const query = JSON.stringify({ query: '{ caller }' });
  const json = { 'content-type': 'application/json' };
  const host = () => ({ host: `localhost:${server.port}` });

  it('cannot use it under a name of their own (DNS rebinding)', async () => {
    const refused = await raw('/graphql', { ...json, host: `evil.example:${server.port}` }, query);
    expect([refused.status, refused.text]).toEqual([
      403,
      expect.stringContaining('MNEMOGRAPH_ALLOWED_HOSTS'),
    ]);
    expect((await raw('/graphql', { ...json, host: 'localhost.evil.example' }, query)).status).toBe(403);
    expect((await raw('/graphql', { ...json, host: 'memory.example.org' }, query)).status).toBe(200);
    expect((await raw('/graphql', { ...json, host: `[::1]:${server.port}` }, query)).status).toBe(200);
  });

  it('cannot send operations from their own origin', async () => {
    for (const origin of ['http://evil.example', 'null', `http://localhost:${server.port + 1}`])
      expect((await raw('/graphql', { ...json, ...host(), origin }, query)).status).toBe(403);
    const own = `http://localhost:${server.port}`;
    expect((await raw('/graphql', { ...json, ...host(), origin: own }, query)).status).toBe(200);
  });

  it('cannot embed its answers, but may link to it', async () => {
    const path = `/graphql?query=${encodeURIComponent('{ caller }')}`;
    const from = (mode: string) => ({ ...host(), 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode });
    expect((await raw(path, from('no-cors'))).status).toBe(403);
    expect((await raw(path, from('navigate'))).status).toBe(200);
  });
});

describe('the tenant of a request', () => {
  const callerOf = async (query: string, headers = {}) =>
    ((await (await post(server.graphql, query, headers)).json()) as { data: { caller: string } }).data.caller;

  it('is `default`, or the one that the header names', async () => {
    expect(await callerOf('{ caller }')).toBe('default:1');
    expect(await callerOf('{ caller }', { 'x-mnemograph-tenant': 'acme' })).toBe('acme:1');
  });

  it('is made by mutations only', async () => {
    expect(await callerOf('mutation { caller }', { 'x-mnemograph-tenant': 'acme' })).toBe('acme:2');
  });

  it('must be a slug', async () => {
    const response = await post(server.graphql, '{ caller }', { 'x-mnemograph-tenant': 'Not A Slug' });
    expect(response.status).toBe(400);
    expect(await firstError(response)).toMatchObject({
      message: expect.stringContaining('"Not A Slug" cannot name a tenant'),
      extensions: { code: 'VALIDATION' },
    });
  });
});
