// The severity that a source states itself: its words and its numbers, each on its own scale.

import { Severity, severityOfSyslog } from '../domain/severity.ts';

const { DEBUG, INFO, NOTICE, WARNING, ERROR, CRITICAL, ALERT, EMERGENCY } = Severity;

/** Lower case. Vendors and libraries mixed on purpose: no two of them disagree about a word listed here. */
const LEVEL_WORDS = new Map<string, Severity>([
  ['trace', DEBUG],
  ['finest', DEBUG],
  ['finer', DEBUG],
  ['fine', DEBUG],
  ['verbose', DEBUG],
  ['debug', DEBUG],
  ['dbg', DEBUG],
  ['debug1', DEBUG],
  ['debug2', DEBUG],
  ['debug3', DEBUG],
  ['debug4', DEBUG],
  ['debug5', DEBUG],
  ['config', INFO],
  ['info', INFO],
  ['inf', INFO],
  ['information', INFO],
  ['informational', INFO],
  ['log', INFO],
  ['notice', NOTICE],
  ['warn', WARNING],
  ['wrn', WARNING],
  ['warning', WARNING],
  ['error', ERROR],
  ['err', ERROR],
  ['severe', ERROR],
  ['crit', CRITICAL],
  ['critical', CRITICAL],
  ['fatal', CRITICAL],
  ['ftl', CRITICAL],
  ['panic', CRITICAL],
  ['dpanic', CRITICAL],
  ['alert', ALERT],
  ['emerg', EMERGENCY],
  ['emergency', EMERGENCY],
]);

const LONGEST_WORD = 13;

/** The severity of a level word in any case (`WARN`, `Informational`); null when it is none. */
export function severityOfWord(word: string): Severity | null {
  if (word.length < 3 || word.length > LONGEST_WORD) return null;
  return LEVEL_WORDS.get(word.toLowerCase()) ?? null;
}

/** Letters as klog, logcat and MongoDB print them. */
export function severityOfLetter(letter: string): Severity | null {
  switch (letter) {
    case 'V':
    case 'T':
    case 'D':
      return DEBUG;
    case 'I':
      return INFO;
    case 'N':
      return NOTICE;
    case 'W':
      return WARNING;
    case 'E':
      return ERROR;
    case 'F':
    case 'C':
      return CRITICAL;
    default:
      return null;
  }
}

/** Syslog's 0 to 7, or the scale of pino and bunyan: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
export function severityOfNumber(level: number): Severity | null {
  if (!Number.isFinite(level) || level < 0) return null;
  if (level <= 7) return Number.isInteger(level) ? severityOfSyslog(level) : null;
  if (level < 10 || level > 100) return null;
  if (level < 30) return DEBUG;
  if (level < 40) return INFO;
  if (level < 50) return WARNING;
  return level < 60 ? ERROR : CRITICAL;
}

/** Python's `levelno`: 10 debug, 20 info, 30 warning, 40 error, 50 critical. */
export function severityOfPythonNumber(level: number): Severity | null {
  if (!Number.isFinite(level) || level <= 0) return null;
  if (level < 20) return DEBUG;
  if (level < 30) return INFO;
  if (level < 40) return WARNING;
  return level < 50 ? ERROR : CRITICAL;
}

/** OpenTelemetry's SeverityNumber: 1-4 trace, 5-8 debug, 9-12 info, 13-16 warn, 17-20 error, 21-24 fatal. */
export function severityOfOpenTelemetry(level: number): Severity | null {
  if (!Number.isInteger(level) || level < 1 || level > 24) return null;
  if (level <= 8) return DEBUG;
  if (level <= 12) return level === 12 ? NOTICE : INFO;
  if (level <= 16) return WARNING;
  return level <= 20 ? ERROR : CRITICAL;
}
