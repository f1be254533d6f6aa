// A server that speaks the documented dialect of LogicMonitor's REST API: version 3 paging, LMv1 signatures, a rate limit.
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Portal {
  readonly url: string;
  readonly requests: readonly string[];
  alerts: Record<string, unknown>[];
  devices: Record<string, Record<string, unknown>>;
  /** So many requests are answered 429 first. */
  refuseNext: number;
  close(): Promise<void>;
}

const BASE = '/santaba/rest';
const CLAUSE = /(\w+)(>?:)("[^"]*"|[^,]+)/g;

export async function startPortal(accessId: string, accessKey: string): Promise<Portal> {
  const requests: string[] = [];
  const state = { alerts: [] as Record<string, unknown>[], devices: {}, refuseNext: 0 } as Portal;
  const server = createServer((req, res) => answer(req, res));
  const send = (res: ServerResponse, status: number, body: unknown, headers = {}) => {
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(JSON.stringify(body));
  };

  function isSigned(req: IncomingMessage, resource: string): boolean {
    const [, id, signature, epoch] =
      /^LMv1 ([^:]+):([^:]+):(\d+)$/.exec(req.headers.authorization ?? '') ?? [];
    const hex = createHmac('sha256', accessKey).update(`${req.method}${epoch}${resource}`).digest('hex');
    return id === accessId && signature === Buffer.from(hex).toString('base64');
  }

  function answer(req: IncomingMessage, res: ServerResponse): unknown {
    const url = new URL(req.url!, 'http://portal');
    requests.push(url.pathname + decodeURIComponent(url.search));
    const resource = url.pathname.slice(BASE.length);
    if (req.headers['x-version'] !== '3') return send(res, 400, { errorMessage: 'version' });
    if (!isSigned(req, resource))
      return send(res, 401, { errorMessage: 'Authentication failed', errorCode: 1401 });
    if (state.refuseNext > 0) {
      state.refuseNext--;
      return send(res, 429, { errorMessage: 'Too many requests' }, { 'x-rate-limit-window': '0' });
    }
    if (resource === '/alert/alerts') return send(res, 200, page(url.searchParams));
    const device = state.devices[resource.replace('/device/devices/', '')];
    return device === undefined ? send(res, 404, { errorMessage: 'no such device' }) : send(res, 200, device);
  }

  function page(query: URLSearchParams) {
    const clauses = [...(query.get('filter') ?? '').matchAll(CLAUSE)];
    const matching = state.alerts.filter((alert) =>
      clauses.every(([, name, operator, raw]) => {
        const value = raw!.replace(/"/g, '');
        if (operator === '>:') return Number(alert[name!]) >= Number(value);
        return value === '*' || String(alert[name!]) === value;
      }),
    );
    const offset = Number(query.get('offset'));
    const items = matching.slice(offset, offset + Number(query.get('size')));
    return { total: matching.length, items, searchId: null, isMin: false };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}
