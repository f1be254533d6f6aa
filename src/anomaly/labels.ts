// The words in which scorers give their verdicts, and what each means here.
import { Severity } from '../domain/severity.ts';

/** What the built-in scorer answers, and the models that this was made for. */
export const ANOMALY_LABELS = [
  'NORMAL',
  'SECURITY_ANOMALY',
  'SYSTEM_FAILURE',
  'PERFORMANCE_ISSUE',
  'NETWORK_ANOMALY',
  'CONFIG_ERROR',
  'HARDWARE_ISSUE',
] as const;

export type AnomalyLabel = (typeof ANOMALY_LABELS)[number];

const SEVERITY_OF_LABEL: ReadonlyMap<string, Severity> = new Map([
  ['NORMAL', Severity.INFO],
  ['SECURITY_ANOMALY', Severity.ERROR],
  ['SYSTEM_FAILURE', Severity.CRITICAL],
  ['PERFORMANCE_ISSUE', Severity.WARNING],
  ['NETWORK_ANOMALY', Severity.WARNING],
  ['CONFIG_ERROR', Severity.ERROR],
  ['HARDWARE_ISSUE', Severity.CRITICAL],
  ['CRITICAL', Severity.CRITICAL],
  ['ERROR', Severity.ERROR],
  ['WARNING', Severity.WARNING],
  ['WARN', Severity.WARNING],
  ['INFO', Severity.INFO],
  ['DEBUG', Severity.DEBUG],
]);

/** A known label in capitals, any other as it is: one word for one thing, however a model writes it. */
export function canonicalLabel(label: string): string {
  const known = label.trim().toUpperCase();
  return SEVERITY_OF_LABEL.has(known) ? known : label;
}

const NEVER_SIGNALLED = new Set(['WARNING', 'WARN']);

/** How bad a label is, without regard to case; WARNING for one that is unknown. */
export const severityOfLabel = (label: string): Severity =>
  SEVERITY_OF_LABEL.get(label.toUpperCase()) ?? Severity.WARNING;

/** Labels that make a detection at a high score: the six anomalous ones, CRITICAL and ERROR. */
export function isAnomalous(label: string): boolean {
  const known = SEVERITY_OF_LABEL.get(label.toUpperCase());
  return known !== undefined && known >= Severity.WARNING && !NEVER_SIGNALLED.has(label.toUpperCase());
}

/** All of these, in capitals. */
export const ANOMALOUS_LABELS: readonly string[] = [...SEVERITY_OF_LABEL.keys()].filter(isAnomalous);

/** How anomalous, 0 to 1: the score of a bad label, what is left of the score of a harmless one. */
export const riskOf = ({ label, score }: { readonly label: string; readonly score: number }): number =>
  severityOfLabel(label) >= Severity.WARNING ? score : 1 - score;
