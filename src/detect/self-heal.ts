// SELF_HEAL: a problem that ends by itself, again and again, and hides what causes it.
import { type Severity, severityName, worstOf } from '../domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_SECOND } from '../domain/time.ts';
import { exampleSpans, type Finding } from './finding.ts';
import { type Hostnames, NO_ASSET, type SignatureFacts } from './rows.ts';
import { anyWindow, splitRuns } from './runs.ts';
import type { DetectSettings } from './settings.ts';
import { counted, distinctDays, lasting, median, onHosts, quoted, spaced, utcRange } from './text.ts';

/** A cycle as it was stored. */
export interface HealedCycle {
  readonly startUs: Micros;
  readonly endUs: Micros;
  readonly correlation: string;
  readonly severity: Severity;
}

/** The two sides of a pair; several signatures may tell the same state. */
export interface Pair {
  readonly key: string;
  /** At least one; the first names the pair. */
  readonly problems: readonly SignatureFacts[];
  readonly recoveries: readonly SignatureFacts[];
}

/** How much of the evidence carried its own timestamp and severity. */
export interface ParseQuality {
  readonly events: number;
  readonly sourced: number;
}

export const selfHealSubject = (pairKey: string, hostname: string | undefined): string =>
  `pair:${pairKey}${hostname === undefined ? '' : `@${hostname}`}`;

/** The pair that a subject names; null for a subject of another type. */
export const pairKeyOf = (subject: string): string | null => /^pair:([^@]*)/.exec(subject)?.[1] ?? null;

/** One finding per run of cycles of one (pair, asset) in which some 7-day window holds enough of them. */
export function findSelfHeals(
  pair: Pair,
  assetId: string,
  cycles: readonly HealedCycle[],
  qualityOf: (run: readonly HealedCycle[]) => ParseQuality,
  hostnames: Hostnames,
  settings: DetectSettings,
): Finding[] {
  const inOrder = [...cycles].sort(
    (a, b) => a.startUs - b.startUs || a.endUs - b.endUs || (a.correlation < b.correlation ? -1 : 1),
  );
  const { windowUs, minCycles } = settings.selfHeal;
  return splitRuns(inOrder, settings.runGapUs)
    .filter((run) => anyWindow(run, windowUs, (window) => window.length >= minCycles))
    .map((run) => describe(pair, assetId, run, qualityOf(run), hostnames));
}

/** `healed by itself after 42 s on switch-1 (eth0), 2026-03-04 02:10 UTC` */
export function cycleText(cycle: HealedCycle, assetId: string, hostnames: Hostnames): string {
  const of = cycle.correlation === '' ? '' : `(${cycle.correlation})`;
  const where = spaced(onHosts([assetId], hostnames), of);
  return `${spaced(`healed by itself after ${lasting(cycle.endUs - cycle.startUs)}`, where)}, ${utcRange(cycle.startUs, cycle.endUs)}`;
}

function describe(
  pair: Pair,
  assetId: string,
  run: readonly HealedCycle[],
  quality: ParseQuality,
  hostnames: Hostnames,
): Finding {
  const problem = pair.problems[0]!;
  const firstUs = run[0]!.startUs;
  const lastUs = run.reduce((last, c) => Math.max(last, c.endUs), firstUs);
  const severity = worstOf(run.map((c) => c.severity));
  const lengths = run.map((c) => c.endUs - c.startUs);
  const days = distinctDays(run.map((c) => c.startUs));
  const subjects = [...new Set(run.map((c) => c.correlation))].filter((c) => c !== '').sort();
  const where = onHosts([assetId], hostnames);
  const summary = `${spaced(`${counted(run.length, 'time')} on ${counted(days, 'day')}`, where)}, ${utcRange(firstUs, lastUs)}; median ${lasting(median(lengths))}, longest ${lasting(Math.max(...lengths))}`;
  const signatureIds = [...new Set([...pair.problems, ...pair.recoveries].map((s) => s.signatureId))];
  const recovery = pair.recoveries[0];
  return {
    type: 'SELF_HEAL',
    subject: selfHealSubject(pair.key, hostnames.get(assetId)),
    firstUs,
    lastUs,
    signatureIds,
    assetIds: assetId === NO_ASSET ? [] : [assetId],
    groupIds: [],
    severity,
    episodes: run.length,
    distinctDays: days,
    events: quality.events,
    sourced: quality.sourced,
    strength: { type: 'SELF_HEAL', cycles: run.length },
    title: spaced(`${quoted(problem.pattern)} heals by itself`, where),
    summary: `Healed by itself ${summary}`,
    explanation: spaced(
      `${quoted(problem.pattern)} ended by itself`,
      recovery === undefined ? '' : `with ${quoted(recovery.pattern)}`,
      `${summary}.`,
      subjects.length === 0 ? '' : `Seen for ${namesOf(subjects)}.`,
      `Worst severity ${severityName(severity)}.`,
    ),
    metadata: {
      cycles: run.length,
      distinctDays: days,
      medianHealSeconds: median(lengths) / US_PER_SECOND,
      longestHealSeconds: Math.max(...lengths) / US_PER_SECOND,
      cyclesPerDay: busiestDay(run),
      correlations: subjects.slice(0, 20),
    },
    examples: exampleSpans(run.map((c) => ({ signatureIds, assetId, fromUs: c.startUs, toUs: c.endUs }))),
  };
}

const MAX_NAMED = 5;

const namesOf = (subjects: readonly string[]): string =>
  subjects.length <= MAX_NAMED
    ? subjects.join(', ')
    : `${subjects.slice(0, MAX_NAMED).join(', ')} and ${subjects.length - MAX_NAMED} more`;

function busiestDay(run: readonly HealedCycle[]): number {
  const perDay = new Map<number, number>();
  for (const { startUs } of run) {
    const day = Math.floor(startUs / US_PER_DAY);
    perDay.set(day, (perDay.get(day) ?? 0) + 1);
  }
  return Math.max(...perDay.values());
}
