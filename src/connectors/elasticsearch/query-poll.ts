// One turn of asking: a point in time is opened, so that the pages of one turn fit together, and read by `search_after`
// in order of time. How far it came is noted after each page. Documents that came late, within the overlap, are found at
// the next turn; their index and id make what was read before a duplicate.
// https://www.elastic.co/guide/en/elasticsearch/reference/current/paginate-search-results.html
import { z } from 'zod';
import { formatMicros, parseMicros, US_PER_HOUR, US_PER_SECOND } from '../../domain/time.ts';
import type { Instance } from '../contract.ts';
import { authorizationOf, callRest, readAnswer } from '../rest-call.ts';
import { untilTaken } from '../until-taken.ts';
import type { QueryConfig } from './query-config.ts';

const WHOSE = 'Elasticsearch';
const CHECKPOINT = 'documents';
const KEEP_ALIVE = '5m';
/** Keeps nanoseconds, where the sort's own numbers would be milliseconds. */
const TIME_FORMAT = 'strict_date_optional_time_nanos';

const pointInTime = z.object({ id: z.string() });
const hit = z.object({
  _index: z.string(),
  _id: z.string(),
  _source: z.record(z.string(), z.unknown()),
  sort: z.array(z.unknown()).min(1),
});
const page = z.object({ pit_id: z.string().optional(), hits: z.object({ hits: z.array(hit) }) });

type Hit = z.output<typeof hit>;
type Ask = (method: 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>;

/** Returns what it has seen: with it the next turn passes over what this one brought. */
export async function pollDocuments(
  instance: Instance<QueryConfig>,
  url: string,
  recent: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { config, intake, credential } = instance;
  const ask: Ask = (method, path, body) =>
    callRest({
      whose: WHOSE,
      url: new URL(path.replace(/^\//, ''), url.endsWith('/') ? url : `${url}/`),
      method,
      headers: () => ({ 'content-type': 'application/json', ...authorizationOf(credential, 'ApiKey') }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
  const since = parseMicros(String((await intake.checkpoint(CHECKPOINT))?.since ?? ''));
  const nowUs = intake.clock.nowUs();
  const fromUs = since ?? nowUs - config.backfillHours * US_PER_HOUR;
  const seen = new Set<string>();
  for await (const hits of pagesSince(ask, config, formatMicros(fromUs))) {
    const fresh = hits.filter((one) => !recent.has(keyOf(one)) && !seen.has(keyOf(one)));
    for (const one of hits) seen.add(keyOf(one));
    if (fresh.length > 0) {
      const payloads = fresh.map(payloadOf);
      if ((await untilTaken(intake, signal, () => intake.payloads(payloads))) === null) return recent;
    }
    await noteTime(instance, hits.at(-1)!);
  }
  return seen;
}

async function* pagesSince(ask: Ask, config: QueryConfig, from: string): AsyncGenerator<Hit[]> {
  const opened = await ask('POST', `/${config.index}/_pit?keep_alive=${KEEP_ALIVE}&ignore_unavailable=true`);
  let { id } = readAnswer(WHOSE, pointInTime, opened);
  try {
    for (let after: unknown[] | null = null; ; ) {
      const answer = await ask('POST', '/_search', requestOf(config, id, from, after));
      const { pit_id, hits } = readAnswer(WHOSE, page, answer);
      id = pit_id ?? id;
      if (hits.hits.length > 0) yield hits.hits;
      if (hits.hits.length < config.pageSize) return;
      after = hits.hits.at(-1)!.sort;
    }
  } finally {
    await ask('DELETE', '/_pit', { id }).catch(() => {});
  }
}

const requestOf = (
  { query, timeField, pageSize }: QueryConfig,
  id: string,
  from: string,
  after: unknown[] | null,
): object => ({
  size: pageSize,
  pit: { id, keep_alive: KEEP_ALIVE },
  query: { bool: { filter: [{ range: { [timeField]: { gte: from } } }, query] } },
  sort: [{ [timeField]: { order: 'asc', format: TIME_FORMAT } }, { _shard_doc: 'asc' }],
  track_total_hits: false,
  ...(after === null ? {} : { search_after: after }),
});

const keyOf = ({ _index, _id }: Hit): string => `${_index}/${_id}`;

/** As the bulk request would bring it. */
const payloadOf = ({ _index, _id, _source }: Hit): string =>
  `${JSON.stringify({ index: { _index, _id } })}\n${JSON.stringify(_source)}`;

/** A document whose clock runs ahead must not hide those that come after it. */
async function noteTime({ config, intake }: Instance<QueryConfig>, last: Hit): Promise<void> {
  const lastUs = parseMicros(String(last.sort[0]));
  if (lastUs === null) return;
  const reachedUs = Math.min(lastUs, intake.clock.nowUs()) - config.overlapSeconds * US_PER_SECOND;
  const before = parseMicros(String((await intake.checkpoint(CHECKPOINT))?.since ?? ''));
  if (before !== null && before >= reachedUs) return;
  await intake.saveCheckpoint(CHECKPOINT, { since: formatMicros(reachedUs) });
}
