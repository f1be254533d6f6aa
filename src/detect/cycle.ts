// Matches a problem with the recovery that ended it: same asset, same pair, same correlation key.
import type { Severity } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';
import type { SelfHealSettings } from './settings.ts';

/** One event that tells a state. */
export interface StateReport {
  readonly role: 'PROBLEM' | 'RECOVERY';
  readonly atUs: Micros;
  readonly eventId: string;
  readonly signatureId: string;
  readonly severity: Severity;
  /** Whose state it is, e.g. an interface; '' where the message names nothing. */
  readonly correlation: string;
  /** When the source itself says that the problem ended. */
  readonly clearedUs: Micros | null;
}

/** From the first report of a problem to its first recovery. */
export interface Cycle {
  readonly correlation: string;
  readonly startUs: Micros;
  readonly endUs: Micros;
  readonly problemReports: number;
  readonly problemEventId: string;
  readonly problemSignatureId: string;
  readonly severity: Severity;
}

/** Whether the asset was alive all the time between two moments. */
export type AliveBetween = (fromUs: Micros, toUs: Micros) => boolean;

/**
 * The cycles that ended in [fromUs, toUs). A recovery looks back to the one before it, and no further than
 * `outageLookBackUs`: `reports` (in any order) must reach that far before `fromUs`.
 */
export function matchCycles(
  reports: readonly StateReport[],
  fromUs: Micros,
  toUs: Micros,
  aliveBetween: AliveBetween,
  settings: SelfHealSettings,
): Cycle[] {
  const cycles: Cycle[] = [];
  for (const history of byCorrelation(withClearances(reports))) {
    history.sort(inTime);
    for (let i = 0; i < history.length; i++) {
      const recovery = history[i]!;
      if (recovery.role !== 'RECOVERY' || recovery.atUs < fromUs || recovery.atUs >= toUs) continue;
      const cycle = cycleEndingAt(history, i, settings);
      if (cycle !== null && aliveBetween(cycle.startUs, cycle.endUs)) cycles.push(cycle);
    }
  }
  return cycles.sort((a, b) => a.startUs - b.startUs || (a.correlation < b.correlation ? -1 : 1));
}

// An alert that was cleared before it began tells nothing.
const withClearances = (reports: readonly StateReport[]): StateReport[] =>
  reports.flatMap((report) =>
    report.role === 'PROBLEM' && report.clearedUs !== null && report.clearedUs >= report.atUs
      ? [report, { ...report, role: 'RECOVERY' as const, atUs: report.clearedUs, clearedUs: null }]
      : [report],
  );

function byCorrelation(reports: readonly StateReport[]): Iterable<StateReport[]> {
  const histories = new Map<string, StateReport[]>();
  for (const report of reports) {
    const history = histories.get(report.correlation);
    if (history === undefined) histories.set(report.correlation, [report]);
    else history.push(report);
  }
  return histories.values();
}

// Logs with whole seconds often stamp a problem and its recovery alike.
const inTime = (a: StateReport, b: StateReport): number =>
  a.atUs - b.atUs ||
  (a.role === b.role ? 0 : a.role === 'PROBLEM' ? -1 : 1) ||
  (a.eventId < b.eventId ? -1 : 1);

function cycleEndingAt(
  history: readonly StateReport[],
  index: number,
  settings: SelfHealSettings,
): Cycle | null {
  const recovery = history[index]!;
  let first: StateReport | null = null;
  let problemReports = 0;
  let severity: Severity = 0;
  for (let i = index - 1; i >= 0; i--) {
    const report = history[i]!;
    if (report.role === 'RECOVERY' || recovery.atUs - report.atUs >= settings.outageLookBackUs) break;
    first = report;
    problemReports++;
    if (report.severity > severity) severity = report.severity;
  }
  if (first === null || recovery.atUs - first.atUs >= settings.healWithinUs) return null;
  return {
    correlation: recovery.correlation,
    startUs: first.atUs,
    endUs: recovery.atUs,
    problemReports,
    problemEventId: first.eventId,
    problemSignatureId: first.signatureId,
    severity,
  };
}
