// Whether what people called noise stays silent.
import type { Severity } from '../domain/severity.ts';
import { severityName } from '../domain/severity.ts';
import { formatMicros, type Micros } from '../domain/time.ts';

/** Holds for last events in [fromUs, untilUs). */
export interface SuppressionRule {
  readonly fromUs: Micros;
  readonly untilUs: Micros;
  readonly reason: string;
  readonly maxSeverity: Severity;
  /** Null: no rate breaks out. */
  readonly maxPeak: number | null;
}

export interface Suppressible {
  readonly lastUs: Micros;
  readonly severity: Severity;
  /** Events in its busiest minute; null where the type has no such figure. */
  readonly peak: number | null;
}

/** A severity above the limit, or a peak beyond it; exactly at the limit does not. */
export const breaksOut = (subject: Suppressible, rule: SuppressionRule): boolean =>
  subject.severity > rule.maxSeverity ||
  (rule.maxPeak !== null && subject.peak !== null && subject.peak > rule.maxPeak);

/** The rule that silences the subject (of several the one that ends last), or null. */
export function suppressionOf(
  subject: Suppressible,
  rules: readonly SuppressionRule[],
): SuppressionRule | null {
  return rules
    .filter(
      (rule) => rule.fromUs <= subject.lastUs && subject.lastUs < rule.untilUs && !breaksOut(subject, rule),
    )
    .reduce<SuppressionRule | null>(
      (longest, rule) => (longest === null || rule.untilUs > longest.untilUs ? rule : longest),
      null,
    );
}

/** `until 2026-03-11T…Z, unless it turns worse than ERROR or passes 40 events a minute` */
export const suppressionTerms = (rule: SuppressionRule): string =>
  `until ${formatMicros(rule.untilUs)}, unless it turns worse than ${severityName(rule.maxSeverity)}${rule.maxPeak === null ? '' : ` or passes ${rule.maxPeak} events a minute`}`;
