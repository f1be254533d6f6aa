// Severity as a rank in which greater is worse, so that "the worst of" is a plain maximum.

export const SEVERITIES = [
  'DEBUG',
  'INFO',
  'NOTICE',
  'WARNING',
  'ERROR',
  'CRITICAL',
  'ALERT',
  'EMERGENCY',
] as const;

export type SeverityName = (typeof SEVERITIES)[number];

/** 0 (DEBUG) to 7 (EMERGENCY). Syslog counts the other way: see {@link severityOfSyslog}. */
export type Severity = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export const Severity = {
  DEBUG: 0,
  INFO: 1,
  NOTICE: 2,
  WARNING: 3,
  ERROR: 4,
  CRITICAL: 5,
  ALERT: 6,
  EMERGENCY: 7,
} as const satisfies Record<SeverityName, Severity>;

export const severityName = (severity: Severity): SeverityName => SEVERITIES[severity] as SeverityName;

/** RFC 5424 section 6.2.1: 0 is Emergency, 7 is Debug. */
export const severityOfSyslog = (code: number): Severity => (7 - (code & 7)) as Severity;

/** DEBUG for none. */
export function worstOf(severities: Iterable<Severity>): Severity {
  let worst: Severity = Severity.DEBUG;
  for (const severity of severities) if (severity > worst) worst = severity;
  return worst;
}
