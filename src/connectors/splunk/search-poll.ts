// One turn of asking, window by window in order of time; how far it came is noted after each. A window with more than
// Splunk keeps of a job is asked for in halves. Events that were indexed late, within the overlap, are found at the next
// turn; where they lie in the index makes what was read before a duplicate.
import { UnavailableError } from '../../domain/errors.ts';
import { type Micros, US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND } from '../../domain/time.ts';
import type { Instance } from '../contract.ts';
import { untilTaken } from '../until-taken.ts';
import { keyOf } from './results.ts';
import type { SearchConfig } from './search-config.ts';
import { SearchJob, type SearchOptions } from './search-jobs.ts';

const CHECKPOINT = 'results';
const MIN_WINDOW_US = US_PER_SECOND / 1_000;

interface Window {
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** Returns what it has seen: with it the next turn passes over what this one brought. */
export async function pollResults(
  instance: Instance<SearchConfig>,
  url: string,
  recent: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { config, intake, credential } = instance;
  const nowUs = intake.clock.nowUs();
  const since = (await intake.checkpoint(CHECKPOINT))?.sinceUs;
  const windowUs = config.windowMinutes * US_PER_MINUTE;
  const options: SearchOptions = { url, credential, signal };
  let seen = new Set<string>();
  let fromUs = typeof since === 'number' ? since : nowUs - config.backfillHours * US_PER_HOUR;
  while (fromUs < nowUs && !signal.aborted) {
    const toUs = Math.min(fromUs + windowUs, nowUs);
    const window = await readWindow(instance, options, { fromUs, toUs }, recent, signal);
    if (window === null) return recent;
    const isLast = toUs === nowUs;
    // Only what lies in the overlap is asked for again.
    seen = isLast ? new Set([...seen, ...window]) : window;
    const reachedUs = toUs - config.overlapSeconds * US_PER_SECOND;
    if (reachedUs > (typeof since === 'number' ? since : Number.NEGATIVE_INFINITY))
      await intake.saveCheckpoint(CHECKPOINT, { sinceUs: reachedUs });
    fromUs = toUs;
  }
  return seen;
}

/** null: it was told to stop. */
async function readWindow(
  instance: Instance<SearchConfig>,
  options: SearchOptions,
  { fromUs, toUs }: Window,
  recent: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Set<string> | null> {
  const { config, intake } = instance;
  const request = {
    search: config.search,
    earliest: fromUs / US_PER_SECOND,
    latest: toUs / US_PER_SECOND,
    maxCount: config.maxResults,
  };
  const job = await SearchJob.run(options, request);
  try {
    if (job.resultCount < config.maxResults) return await readPages(instance, job, recent, signal);
  } finally {
    await job.remove();
  }
  if (toUs - fromUs <= MIN_WINDOW_US)
    throw new UnavailableError(
      `More than ${config.maxResults} results within a millisecond, which Splunk does not keep: narrow the search of "${intake.name}".`,
    );
  const middleUs = Math.floor((fromUs + toUs) / 2);
  const earlier = await readWindow(instance, options, { fromUs, toUs: middleUs }, recent, signal);
  if (earlier === null) return null;
  const later = await readWindow(instance, options, { fromUs: middleUs, toUs }, recent, signal);
  return later === null ? null : new Set([...earlier, ...later]);
}

async function readPages(
  { config, intake }: Instance<SearchConfig>,
  job: SearchJob,
  recent: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Set<string> | null> {
  const seen = new Set<string>();
  for (let offset = 0; offset < job.resultCount; ) {
    const rows = await job.results(offset, config.pageSize);
    if (rows.length === 0) break;
    const payloads = rows.filter((row) => !recent.has(keyOf(row))).map((row) => JSON.stringify(row));
    if (payloads.length > 0)
      if ((await untilTaken(intake, signal, () => intake.payloads(payloads))) === null) return null;
    for (const row of rows) seen.add(keyOf(row));
    offset += rows.length;
  }
  return seen;
}
