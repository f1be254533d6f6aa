// Splunk's search jobs over REST: made, waited for, read page by page, and removed.
// https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTsearch
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { UnavailableError } from '../../domain/errors.ts';
import { authorizationOf, callRest, readAnswer } from '../rest-call.ts';
import type { Result } from './results.ts';

const WHOSE = 'Splunk';
const JOBS = 'services/search/v2/jobs';
const FIRST_LOOK_MS = 100;
const MAX_LOOK_MS = 2_000;
/** Seconds after which Splunk removes a job that nobody asks for. */
const JOB_TTL_SECONDS = '120';

const made = z.object({ sid: z.string() });
const job = z.object({
  entry: z
    .array(
      z.object({
        content: z.object({
          isDone: z.boolean(),
          isFailed: z.boolean().optional(),
          dispatchState: z.string().optional(),
          resultCount: z.number().optional(),
          messages: z.array(z.object({ text: z.string().optional() })).optional(),
        }),
      }),
    )
    .min(1),
});
const rows = z.object({ results: z.array(z.record(z.string(), z.unknown())) });

export interface SearchOptions {
  readonly url: string;
  readonly credential: string | null;
  readonly signal: AbortSignal;
}

export interface SearchRequest {
  readonly search: string;
  /** Seconds since 1970; the second is excluded. */
  readonly earliest: number;
  readonly latest: number;
  /** More results than this Splunk does not keep. */
  readonly maxCount: number;
}

export class SearchJob {
  readonly #options: SearchOptions;
  readonly #sid: string;
  /** Known once it is done. */
  resultCount = 0;

  private constructor(options: SearchOptions, sid: string) {
    this.#options = options;
    this.#sid = sid;
  }

  /** Resolves when it is done. Throws UnavailableError with Splunk's words where it failed. */
  static async run(options: SearchOptions, request: SearchRequest): Promise<SearchJob> {
    const { search, earliest, latest, maxCount } = request;
    const isCommand = /^(\||search\s)/i.test(search);
    const form = new URLSearchParams({
      search: isCommand ? search : `search ${search}`,
      earliest_time: earliest.toFixed(6),
      latest_time: latest.toFixed(6),
      max_count: String(maxCount),
      exec_mode: 'normal',
      timeout: JOB_TTL_SECONDS,
      output_mode: 'json',
    });
    const { sid } = readAnswer(WHOSE, made, await call(options, 'POST', '', form));
    const running = new SearchJob(options, sid);
    try {
      await running.#done();
      return running;
    } catch (error) {
      await running.remove();
      throw error;
    }
  }

  async results(offset: number, count: number): Promise<Result[]> {
    const query = new URLSearchParams({
      output_mode: 'json',
      offset: String(offset),
      count: String(count),
    });
    return readAnswer(WHOSE, rows, await call(this.#options, 'GET', `/${this.#path}/results?${query}`))
      .results;
  }

  /** Whether or not Splunk answers: it removes what nobody asks for. */
  async remove(): Promise<void> {
    await call(this.#options, 'DELETE', `/${this.#path}?output_mode=json`).catch(() => {});
  }

  get #path(): string {
    return encodeURIComponent(this.#sid);
  }

  async #done(): Promise<void> {
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(lookMs * 2, MAX_LOOK_MS)) {
      const answer = await call(this.#options, 'GET', `/${this.#path}?output_mode=json`);
      const { content } = readAnswer(WHOSE, job, answer).entry[0]!;
      if (content.isFailed === true || content.dispatchState === 'FAILED') {
        const said = (content.messages ?? []).map(({ text }) => text).filter(Boolean);
        throw new UnavailableError(
          `The search failed in Splunk: ${said.join('; ') || 'it does not say why'}.`,
        );
      }
      this.resultCount = content.resultCount ?? 0;
      if (content.isDone) return;
      await delay(lookMs, undefined, { signal: this.#options.signal });
    }
  }
}

function call(
  { url, credential, signal }: SearchOptions,
  method: 'GET' | 'POST' | 'DELETE',
  rest: string,
  form?: URLSearchParams,
): Promise<unknown> {
  return callRest({
    whose: WHOSE,
    url: new URL(JOBS + rest, url.endsWith('/') ? url : `${url}/`),
    method,
    headers: () => ({
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...authorizationOf(credential, 'Bearer'),
    }),
    ...(form === undefined ? {} : { body: form.toString() }),
    signal,
  });
}
