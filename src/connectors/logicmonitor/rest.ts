// LogicMonitor's REST API, version 3: signed requests, pages, and its limit on how often it may be asked.
// https://www.logicmonitor.com/support/rest-api-v3-swagger-documentation
import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { UnauthenticatedError, UnavailableError, ValidationError } from '../../domain/errors.ts';

const BASE = '/santaba/rest';
const PAGE_SIZE = 300;
const MAX_TRIES = 6;
const MAX_WAIT_MS = 60_000;
const TIMEOUT_MS = 30_000;

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
      const { total, items } = this.#read(page, await this.get(resource, paged));
      if (items.length > 0) yield items;
      if (items.length < PAGE_SIZE || (total >= 0 && offset + items.length >= total)) return;
    }
  }

  /** Throws UnauthenticatedError, UnavailableError or ValidationError in words. */
  async get(resource: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const { portal, signal } = this.#options;
    const url = new URL(BASE + resource, portal);
    url.search = new URLSearchParams(query).toString();
    for (let tries = 1; ; tries++) {
      const response = await fetch(url, {
        headers: { authorization: this.#authorization('GET', resource), 'x-version': '3' },
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      if (response.ok) return response.json();
      const text = await response.text();
      if (response.status === 401 || response.status === 403)
        throw new UnauthenticatedError(
          `LogicMonitor refuses the access key (${response.status}): ${brief(text)}`,
        );
      const isPassing = response.status === 429 || response.status >= 500;
      if (!isPassing) throw new ValidationError(`LogicMonitor answers ${response.status}: ${brief(text)}`);
      if (tries === MAX_TRIES)
        throw new UnavailableError(`LogicMonitor answers ${response.status}, ${MAX_TRIES} times in a row.`);
      await delay(waitMs(response.headers, tries), undefined, { signal });
    }
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

  #read<T>(schema: z.ZodType<T>, value: unknown): T {
    const read = schema.safeParse(value);
    if (read.success) return read.data;
    const { path, message } = read.error.issues[0]!;
    throw new ValidationError(`LogicMonitor's answer: "${path.join('.')}" ${message}.`);
  }
}

/** The window of its rate limit in seconds where it says so, else ever longer. */
function waitMs(headers: Headers, tries: number): number {
  const window = Number(headers.get('retry-after') ?? headers.get('x-rate-limit-window') ?? Number.NaN);
  return Math.min(Number.isFinite(window) ? window * 1_000 : 500 * 2 ** tries, MAX_WAIT_MS);
}

const brief = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 200);
