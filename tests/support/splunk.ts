// As much of Splunk's REST API as its documentation says of search jobs: made, looked at, read in pages, removed.
import { type Answer, type Asked, type RestServer, startRestServer } from './rest-server.ts';

export interface Indexed {
  readonly _time: string;
  readonly _raw: string;
  readonly [field: string]: string;
}

export interface Splunk extends RestServer {
  events: Indexed[];
  /** Results that are kept of a search, at the most. */
  maxResults: number;
  /** What the next search fails with. */
  failNext: string | null;
  /** Jobs that nobody removed. */
  readonly jobs: ReadonlyMap<string, unknown>;
  readonly searches: string[];
}

interface Job {
  readonly results: Indexed[];
  readonly failed: string | null;
  looks: number;
}

const JOBS = '/services/search/v2/jobs';
/** It is still running when it is first looked at. */
const LOOKS_BEFORE_DONE = 1;

export async function startSplunk(token: string): Promise<Splunk> {
  const jobs = new Map<string, Job>();
  const server = await startRestServer(answer);
  let sids = 0;
  const state = Object.assign(server, {
    events: [] as Indexed[],
    maxResults: 50_000,
    failNext: null as string | null,
    jobs,
    searches: [] as string[],
  });

  function answer({ method, path, query, headers, body }: Asked): Answer {
    if (headers.authorization !== `Bearer ${token}`)
      return { status: 401, body: { messages: [{ type: 'WARN', text: 'call not properly authenticated' }] } };
    if (method === 'POST' && path === JOBS) return make(new URLSearchParams(body));
    const [sid = '', what] = path.slice(JOBS.length + 1).split('/');
    const job = jobs.get(sid);
    if (job === undefined)
      return { status: 404, body: { messages: [{ type: 'FATAL', text: 'Unknown sid.' }] } };
    if (method === 'DELETE') {
      jobs.delete(sid);
      return { body: { messages: [] } };
    }
    return what === 'results' ? results(job, query) : look(job);
  }

  function make(form: URLSearchParams): Answer {
    const search = form.get('search') ?? '';
    if (!/^(search |\|)/.test(search))
      return { status: 400, body: { messages: [{ text: 'Unknown search command' }] } };
    state.searches.push(search);
    const [earliest, latest] = [Number(form.get('earliest_time')), Number(form.get('latest_time'))];
    const found = state.events.filter(({ _time }) => {
      const seconds = Date.parse(_time) / 1_000;
      return seconds >= earliest && seconds < latest;
    });
    // The newest first, as Splunk does.
    found.sort((a, b) => Date.parse(b._time) - Date.parse(a._time));
    const sid = `1772359200.${sids++}`;
    const kept = Math.min(Number(form.get('max_count')), state.maxResults);
    jobs.set(sid, { results: found.slice(0, kept), failed: state.failNext, looks: 0 });
    state.failNext = null;
    return { status: 201, body: { sid } };
  }

  function look(job: Job): Answer {
    const isDone = job.looks++ >= LOOKS_BEFORE_DONE;
    const isFailed = job.failed !== null;
    const dispatchState = isFailed ? 'FAILED' : isDone ? 'DONE' : 'RUNNING';
    const messages = isFailed ? [{ type: 'FATAL', text: job.failed }] : [];
    const resultCount = isDone ? job.results.length : 0;
    return { body: { entry: [{ content: { isDone, isFailed, dispatchState, resultCount, messages } }] } };
  }

  function results(job: Job, query: URLSearchParams): Answer {
    const offset = Number(query.get('offset'));
    return {
      body: { preview: false, results: job.results.slice(offset, offset + Number(query.get('count'))) },
    };
  }

  return state;
}
