// RECURRENCE: a trouble that came back, told over all assets of the tenant.
import { severityName, worstOf } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';
import { exampleSpans, type Finding } from './finding.ts';
import { type Episode, type Hostnames, NO_ASSET, type SignatureFacts } from './rows.ts';
import { anyWindow, splitRuns } from './runs.ts';
import type { DetectSettings } from './settings.ts';
import { counted, distinctDays, lasting, onHosts, quoted, spaced, utcRange } from './text.ts';

export const recurrenceSubject = (signature: Pick<SignatureFacts, 'key'>): string => `sig:${signature.key}`;

/** One finding per run in which some 7-day window fires. `episodes` of the signature, in any order. */
export function findRecurrences(
  signature: SignatureFacts,
  episodes: readonly Episode[],
  hostnames: Hostnames,
  settings: DetectSettings,
): Finding[] {
  const inOrder = [...episodes].sort(
    (a, b) =>
      a.startUs - b.startUs ||
      a.endUs - b.endUs ||
      compareText(hostnames.get(a.assetId) ?? '', hostnames.get(b.assetId) ?? ''),
  );
  return splitRuns(inOrder, settings.runGapUs)
    .filter((run) => anyWindow(run, settings.recurrence.windowUs, (window) => fires(window, settings)))
    .map((run) => describe(signature, run, hostnames, settings));
}

/**
 * How often it came: episodes (ascending by start) of different assets that overlap, or follow each other within an
 * episode's pause, are one occurrence. Several hosts at once are spread, not recurrence.
 */
export function countOccurrences(episodes: readonly Episode[], gapUs: Micros): number {
  let occurrences = 0;
  let endUs = Number.NEGATIVE_INFINITY;
  let assets = new Set<string>();
  for (const episode of episodes) {
    if (episode.startUs - endUs >= gapUs || assets.has(episode.assetId)) {
      occurrences++;
      assets = new Set();
      endUs = episode.endUs;
    }
    assets.add(episode.assetId);
    endUs = Math.max(endUs, episode.endUs);
  }
  return occurrences;
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const fires = (window: readonly Episode[], { recurrence, episode }: DetectSettings): boolean =>
  window.length >= recurrence.minEpisodes &&
  sumOf(window, (e) => e.events) >= recurrence.minEvents &&
  window.some((e) => e.worst >= recurrence.minSeverity) &&
  countOccurrences(window, episode.gapUs) >= recurrence.minEpisodes;

const sumOf = (run: readonly Episode[], figure: (episode: Episode) => number): number =>
  run.reduce((sum, episode) => sum + figure(episode), 0);

function describe(
  signature: SignatureFacts,
  run: readonly Episode[],
  hostnames: Hostnames,
  settings: DetectSettings,
): Finding {
  const firstUs = run[0]!.startUs;
  const lastUs = run.reduce((last, e) => Math.max(last, e.endUs), firstUs);
  const severity = worstOf(run.map((e) => e.worst));
  const episodes = countOccurrences(run, settings.episode.gapUs);
  const events = sumOf(run, (e) => e.events);
  const busiest = run.reduce((most, e) => Math.max(most, e.events), 0);
  const days = distinctDays(run.map((e) => e.startUs));
  const assetIds = [...new Set(run.map((e) => e.assetId))].filter((id) => id !== NO_ASSET);
  const where = onHosts(assetIds, hostnames);
  const when = utcRange(firstUs, lastUs);
  const summary = spaced(
    `${counted(events, 'event')} in ${counted(episodes, 'episode')} on ${counted(days, 'day')}`,
    `${where},`.replace(/^,/, ''),
    when,
  );
  return {
    type: 'RECURRENCE',
    subject: recurrenceSubject(signature),
    firstUs,
    lastUs,
    signatureIds: [signature.signatureId],
    assetIds,
    groupIds: [],
    severity,
    episodes,
    distinctDays: days,
    events,
    sourced: sumOf(run, (e) => e.sourced),
    strength: { type: 'RECURRENCE', distinctDays: days },
    title: spaced(`${quoted(signature.pattern)} keeps coming back`, where),
    summary,
    explanation: `${quoted(signature.pattern)} came back: ${summary}. Worst severity ${severityName(severity)}; the busiest episode had ${counted(busiest, 'event')}. An episode is a stretch without a pause of ${lasting(settings.episode.gapUs)}.`,
    metadata: { distinctDays: days, busiestEpisode: busiest },
    examples: exampleSpans(
      run.map((e) => ({
        signatureIds: [signature.signatureId],
        assetId: e.assetId,
        fromUs: e.startUs,
        toUs: e.endUs,
      })),
    ),
  };
}
