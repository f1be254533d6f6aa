// A server that plays another product's REST API: it counts who connects, can be told to refuse, and answers JSON.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface RestServer {
  readonly url: string;
  /** Connections so far, whatever was asked over them. */
  connections: number;
  /** `GET /path` of each request so far. */
  readonly requests: string[];
  /** So many requests are answered 429 first. */
  refuseNext: number;
  close(): Promise<void>;
}

export async function startRestServer(answer: (asked: Asked) => Answer): Promise<RestServer> {
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const url = new URL(req.url!, 'http://server');
    const asked = {
      method: req.method!,
      path: url.pathname,
      query: url.searchParams,
      headers: req.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    state.requests.push(`${asked.method} ${decodeURIComponent(asked.path)}`);
    const { status = 200, headers = {}, body } = refused() ?? answer(asked);
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(JSON.stringify(body));
  });
  const refused = (): Answer | null => {
    if (state.refuseNext === 0) return null;
    state.refuseNext--;
    return { status: 429, headers: { 'retry-after': '0' }, body: { error: 'Too many requests' } };
  };
  const state: RestServer = {
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    connections: 0,
    requests: [],
    refuseNext: 0,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  server.on('connection', () => {
    state.connections++;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return state;
}
