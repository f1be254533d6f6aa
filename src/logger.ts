// The process's log: JSON lines for machines, one short line per message for a terminal. It goes to standard error, so
// that what a command prints stays clean.
import { type Logger, pino } from 'pino';

export interface LogStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const LABELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
/** What pino adds to every message and a person at a terminal knows. */
const KNOWN = new Set(['level', 'time', 'msg', 'err', 'pid', 'hostname']);

export function createLogger(level: string, stream: LogStream = process.stderr): Logger {
  const options = { level, base: null };
  if (stream.isTTY !== true) return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  return pino(options, { write: (line: string) => void stream.write(`${prettyLine(JSON.parse(line))}\n`) });
}

function prettyLine(entry: Readonly<Record<string, unknown>>): string {
  const time = new Date(entry.time as number).toTimeString().slice(0, 8);
  const label = (LABELS[entry.level as number] ?? '').padEnd(5);
  const details = Object.entries(entry)
    .filter(([key]) => !KNOWN.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const { err } = entry as { err?: { message?: string; stack?: string } };
  return [time, label, entry.msg, ...details, ...(err ? [`\n  ${err.stack ?? err.message}`] : [])].join(' ');
}
