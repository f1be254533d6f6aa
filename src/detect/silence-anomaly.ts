// ANOMALY without any event: a live source that falls silent.
import { Severity, severityName } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';
import type { Finding } from './finding.ts';
import { splitRuns } from './runs.ts';
import type { DetectSettings } from './settings.ts';
import { counted, distinctDays, utcRange } from './text.ts';

/** A SILENCE signal as stored; while it goes on its end is its start. */
export interface SilentSpan {
  readonly startUs: Micros;
  readonly endUs: Micros;
  readonly isOver: boolean;
  /** `web-1 fell silent: nothing since …` */
  readonly text: string;
}

export const silentSubject = (hostname: string): string => `silent:${hostname}`;

/** The host of a subject; null for one of another kind. */
export const silentHostOf = (subject: string): string | null =>
  subject.startsWith('silent:') ? subject.slice('silent:'.length) : null;

/** One finding per run of silences of one asset. */
export function findSilentRuns(
  assetId: string,
  hostname: string,
  silences: readonly SilentSpan[],
  settings: DetectSettings,
): Finding[] {
  const inOrder = [...silences].sort((a, b) => a.startUs - b.startUs);
  return splitRuns(inOrder, settings.runGapUs).map((run) => describe(assetId, hostname, run));
}

function describe(assetId: string, hostname: string, run: readonly SilentSpan[]): Finding {
  const latest = run.at(-1)!;
  const days = distinctDays(run.map((s) => s.startUs));
  const firstUs = run[0]!.startUs;
  const times =
    run.length === 1 ? '' : ` It is the latest of ${run.length} silences on ${counted(days, 'day')}.`;
  return {
    type: 'ANOMALY',
    subject: silentSubject(hostname),
    firstUs,
    lastUs: latest.endUs,
    signatureIds: [],
    assetIds: [assetId],
    groupIds: [],
    severity: Severity.WARNING,
    episodes: run.length,
    distinctDays: days,
    events: 0,
    sourced: 0,
    strength: { type: 'ANOMALY', modelScore: null },
    title: latest.isOver ? `${hostname} was silent` : `${hostname} fell silent`,
    summary: `${counted(run.length, 'silence')} of ${hostname}, ${utcRange(firstUs, latest.endUs)}`,
    explanation: `${latest.text}.${times} A silence counts as ${severityName(Severity.WARNING)}.`,
    metadata: { silences: run.length, ongoing: !latest.isOver },
    examples: [],
  };
}
