// SPREAD: one signature on several assets within a quarter of an hour, and on more of them than is usual for it.
import { type Severity, severityName, worstOf } from '../domain/severity.ts';
import { type Micros, US_PER_MINUTE } from '../domain/time.ts';
import { exampleSpans, type Finding } from './finding.ts';
import { type Bucket, type Hostnames, NO_ASSET, type SignatureFacts } from './rows.ts';
import { splitRuns } from './runs.ts';
import type { DetectSettings, SpreadSettings } from './settings.ts';
import { counted, distinctDays, onHosts, quoted, spaced, utcRange } from './text.ts';

/** The events of a signature on one asset in one minute. */
export interface AssetBucket extends Bucket {
  readonly assetId: string;
}

/** Times are those of its first and its last event, both included. */
export interface SpreadWindow {
  readonly startUs: Micros;
  readonly endUs: Micros;
  /** The minute of its first event: the window is [startMinute, startMinute + windowMinutes). */
  readonly startMinute: number;
  readonly assetIds: readonly string[];
  /** The assets of 95 % of the windows of the seven days before. */
  readonly usual: number;
  readonly events: number;
  readonly sourced: number;
  readonly worst: Severity;
}

export interface StoredSpread extends SpreadWindow {
  readonly groupId: string;
}

export const slotOf = (minute: number, { windowMinutes }: SpreadSettings): number =>
  Math.floor(minute / windowMinutes);

/** How many assets are usual before the window that begins at `minute`. */
export type UsualAt = (minute: number) => number;

/**
 * The windows that fire, none beginning within another: each begins with an event at `fromMinute` or later. `buckets`
 * ascending by minute, from `fromMinute` on; the windows near their end are as good as the buckets that follow.
 */
export function findSpreads(
  buckets: readonly AssetBucket[],
  fromMinute: number,
  usualAt: UsualAt,
  settings: SpreadSettings,
): SpreadWindow[] {
  const found: SpreadWindow[] = [];
  let coveredUntil = fromMinute;
  let end = 0;
  for (let start = 0; start < buckets.length; start++) {
    const { minute } = buckets[start]!;
    if (minute < coveredUntil || minute === buckets[start - 1]?.minute) continue;
    while (end < buckets.length && buckets[end]!.minute < minute + settings.windowMinutes) end++;
    const window = buckets.slice(start, end).filter((b) => b.assetId !== NO_ASSET);
    const assetIds = [...new Set(window.map((b) => b.assetId))];
    const usual = usualAt(minute);
    if (assetIds.length < settings.minAssets || assetIds.length <= usual) continue;
    found.push(measure(minute, window, assetIds, usual));
    coveredUntil = minute + settings.windowMinutes;
  }
  return found;
}

const measure = (
  startMinute: number,
  window: readonly AssetBucket[],
  assetIds: readonly string[],
  usual: number,
): SpreadWindow => ({
  startUs: Math.min(...window.map((b) => b.firstUs)),
  endUs: Math.max(...window.map((b) => b.lastUs)),
  startMinute,
  assetIds,
  usual,
  events: window.reduce((sum, b) => sum + b.n, 0),
  sourced: window.reduce((sum, b) => sum + b.sourced, 0),
  worst: worstOf(window.map((b) => b.worst)),
});

export const spreadSubject = (signature: Pick<SignatureFacts, 'key'>): string => `sig:${signature.key}`;

/** One finding per run of windows. */
export function findSpreadRuns(
  signature: SignatureFacts,
  windows: readonly StoredSpread[],
  hostnames: Hostnames,
  settings: DetectSettings,
): Finding[] {
  const name = (id: string) => hostnames.get(id) ?? '';
  const inOrder = windows
    .map((w) => ({ ...w, assetIds: [...w.assetIds].sort((a, b) => (name(a) < name(b) ? -1 : 1)) }))
    .sort((a, b) => a.startUs - b.startUs);
  return splitRuns(inOrder, settings.runGapUs).map((run) => describe(signature, run, hostnames, settings));
}

function describe(
  signature: SignatureFacts,
  run: readonly StoredSpread[],
  hostnames: Hostnames,
  settings: DetectSettings,
): Finding {
  const widest = run.reduce((best, w) => (w.assetIds.length > best.assetIds.length ? w : best));
  const assetIds = [...new Set(run.flatMap((w) => w.assetIds))];
  const days = distinctDays(run.map((w) => w.startUs));
  const severity = worstOf(run.map((w) => w.worst));
  const assets = widest.assetIds.length;
  const usual = widest.usual === 0 ? 'on none' : `on at most ${widest.usual}`;
  const where = onHosts(widest.assetIds, hostnames);
  const summary = `${counted(assets, 'host')} within ${settings.spread.windowMinutes} minutes, ${utcRange(widest.startUs, widest.endUs)}; usual is ${usual}`;
  const others =
    run.length === 1 ? '' : `It is the widest of ${run.length} such windows on ${counted(days, 'day')}.`;
  return {
    type: 'SPREAD',
    subject: spreadSubject(signature),
    firstUs: run[0]!.startUs,
    lastUs: run.reduce((last, w) => Math.max(last, w.endUs), 0),
    signatureIds: [signature.signatureId],
    assetIds,
    groupIds: run.map((w) => w.groupId),
    severity,
    episodes: run.length,
    distinctDays: days,
    events: run.reduce((sum, w) => sum + w.events, 0),
    sourced: run.reduce((sum, w) => sum + w.sourced, 0),
    strength: { type: 'SPREAD', assets },
    title: `${quoted(signature.pattern)} spread to ${counted(assets, 'host')}`,
    summary,
    explanation: spaced(
      `${quoted(signature.pattern)} came ${where}: ${summary}.`,
      `Worst severity ${severityName(severity)}.`,
      others,
    ),
    metadata: { windows: run.length, assets, usual: widest.usual },
    examples: exampleSpans(
      run.flatMap((w) =>
        w.assetIds.map((assetId) => ({
          signatureIds: [signature.signatureId],
          assetId,
          fromUs: w.startMinute * US_PER_MINUTE,
          toUs: w.endUs,
        })),
      ),
    ),
  };
}
