// LogicMonitor's REST API, version 3: signed requests, pages, and its limit on how often it may be asked.
// https://www.logicmonitor.com/support/rest-api-v3-swagger-documentation
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { callRest, readAnswer } from '../rest-call.ts';

const BASE = '/santaba/rest';
const PAGE_SIZE = 300;
const WHOSE = 'LogicMonitor';

const page = z.object({ total: z.number(), items: z.array(z.record(z.string(), z.unknown())) });

export interface RestOptions {
  /** e.g. `https://acme.logicmonitor.com`. */
  readonly portal: string;
  /** `accessId:accessKey`, or a bearer token. */
  readonly credential: string;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

export class LogicMonitorRest {
  readonly #options: RestOptions;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /** All items behind a resource, page by page. `total` is negative while the API does not know it. */
  async *list(
    resource: string,
    query: Readonly<Record<string, string>>,
  ): AsyncGenerator<Record<string, unknown>[]> {
    for (let offset = 0; ; offset += PAGE_SIZE) {
      const paged = { ...query, size: String(PAGE_SIZE), offset: String(offset) };
      const { total, items } = readAnswer(WHOSE, page, await this.get(resource, paged));
      if (items.length > 0) yield items;
      if (items.length < PAGE_SIZE || (total >= 0 && offset + items.length >= total)) return;
    }
  }

  /** Throws UnauthenticatedError, UnavailableError or ValidationError in words. */
  get(resource: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const { portal, signal } = this.#options;
    const url = new URL(BASE + resource, portal);
    url.search = new URLSearchParams(query).toString();
    const headers = () => ({ authorization: this.#authorization('GET', resource), 'x-version': '3' });
    return callRest({ whose: WHOSE, url, headers, signal });
  }

  /** LMv1: the HMAC of method, time, body and path, in hexadecimal, in base64. */
  #authorization(method: string, resource: string): string {
    const { credential, nowMs } = this.#options;
    const colon = credential.indexOf(':');
    if (colon < 0) return `Bearer ${credential}`;
    const epoch = Math.floor(nowMs());
    const key = credential.slice(colon + 1);
    const hex = createHmac('sha256', key).update(`${method}${epoch}${resource}`).digest('hex');
    return `LMv1 ${credential.slice(0, colon)}:${Buffer.from(hex).toString('base64')}:${epoch}`;
  }
}
