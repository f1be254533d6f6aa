// The HTTP server: which path is answered by whom, and an end without cut-off answers.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../domain/logger.ts';
import { answerDelivery, type Deliveries } from './deliveries.ts';
import { GraphiQL } from './graphiql.ts';
import { createGraphql, type Endpoint, GRAPHQL_PATH, type GraphqlOptions, handleGraphql } from './graphql.ts';
import { refuseForeign } from './guard.ts';
import type { Check } from './health.ts';
import { sendJson, sendRefusal, setSecurityHeaders } from './replies.ts';
import { serveWebSockets } from './websocket.ts';

export interface HttpOptions extends GraphqlOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly limitBytes: number;
  /** What senders post in protocols of their own. */
  readonly deliveries: Deliveries;
  readonly readiness: () => Promise<readonly Check[]>;
}

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /**
   * Takes no more requests and lets those in work finish for a while. Subscriptions are cut, not completed: their
   * clients come back and resume.
   */
  close(): Promise<void>;
}

const GRACE_MS = 10_000;

/** Rejects with the socket's error (EADDRINUSE, EACCES, …) where it cannot listen. */
export async function startHttpServer(options: HttpOptions): Promise<HttpServer> {
  const yoga = createGraphql(options);
  const streams = new Set<ServerResponse>();
  const routes = { ...options, yoga, streams, graphiql: new GraphiQL() };
  const server = createServer((req, res) => {
    route(req, res, routes).catch((error: Error) => fail(res, error, options.logger));
  });
  const closeSockets = serveWebSockets(server, {
    yoga,
    limitBytes: options.limitBytes,
    refuse: (req) => refuseForeign(req, options.allowedHosts),
  });
  await listen(server, options.host, options.port);
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await closeSockets();
      for (const stream of streams) stream.destroy();
      const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      server.closeIdleConnections();
      await closed;
      clearTimeout(cut);
    },
  };
}

interface Routes extends HttpOptions, Endpoint {
  readonly graphiql: GraphiQL;
}

async function route(req: IncomingMessage, res: ServerResponse, routes: Routes): Promise<void> {
  setSecurityHeaders(res);
  const path = req.url?.split('?')[0] ?? '/';
  if (path === '/healthz') return sendJson(res, 200, { status: 'alive', service: 'mnemograph' });
  if (path === '/readyz') return sendReadiness(res, await routes.readiness());
  const foreign = refuseForeign(req, routes.allowedHosts);
  if (routes.deliveries.accepts(req.method ?? 'GET', path))
    return answerDelivery(routes, req, res, foreign === null);
  if (foreign !== null) return sendRefusal(res, foreign);
  if (path === GRAPHQL_PATH) {
    if (routes.graphiql.wants(req)) return routes.graphiql.sendPage(res);
    return handleGraphql(routes, req, res);
  }
  if (path === '/' && routes.graphiql.wants(req)) {
    res.writeHead(302, { location: GRAPHQL_PATH });
    return void res.end();
  }
  if (await routes.graphiql.sendAsset(path, req, res)) return;
  sendRefusal(res, {
    status: 404,
    code: 'NOT_FOUND',
    message: `There is nothing at ${path}. GraphQL is at ${GRAPHQL_PATH}, health at /healthz and /readyz.`,
  });
}

function sendReadiness(res: ServerResponse, checks: readonly Check[]): void {
  const ready = checks.every((check) => check.ok);
  sendJson(res, ready ? 200 : 503, {
    status: ready ? 'ready' : 'unready',
    reasons: checks.filter((check) => !check.ok).map((check) => check.detail),
    checks,
  });
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function fail(res: ServerResponse, error: Error, logger: Logger): void {
  if (res.destroyed) return;
  logger.error({ err: error }, 'a request failed');
  if (res.headersSent) return void res.destroy();
  sendJson(res, 500, {
    errors: [{ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
  });
}
