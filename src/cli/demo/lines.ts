// How the sample's machines write syslog: the file format of RFC 3164 without a priority, and RFC 5424.
import { type Severity, severityOfSyslog } from '../../domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_MS, US_PER_SECOND } from '../../domain/time.ts';

export interface LogLine {
  readonly atUs: Micros;
  readonly text: string;
}

/** One plot of the sample: its lines, all before the anchor, in any order. */
export type Story = (anchorUs: Micros) => LogLine[];

export const SAMPLE_DAYS = 4;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAEMON = 3;
const LOCAL0 = 16;

/** `clock` (hh:mm:ss, UTC) on day 0 to 3 of the four that end at the anchor. */
export function timeOn(anchorUs: Micros, day: number, clock: string): Micros {
  const [hours, minutes, seconds] = clock.split(':').map(Number) as [number, number, number];
  const secondOfDay = hours * 3600 + minutes * 60 + seconds;
  return anchorUs - (SAMPLE_DAYS - day) * US_PER_DAY + secondOfDay * US_PER_SECOND;
}

/** `Nov 19 03:12:44 bastion sshd[2114]: …`, as rsyslog writes it to a file: no year, no severity. */
export function fileLine(atUs: Micros, host: string, tag: string, message: string): LogLine {
  const date = new Date(atUs / US_PER_MS);
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const clock = date.toISOString().slice(11, 19);
  return { atUs, text: `${MONTHS[date.getUTCMonth()]} ${day} ${clock} ${host} ${tag}: ${message}` };
}

/** A service's own RFC 5424 line under facility local0. */
export const serviceLine = (
  atUs: Micros,
  host: string,
  program: string,
  severity: Severity,
  message: string,
): LogLine => rfc5424(atUs, host, program, LOCAL0, severity, message);

/** A system daemon's RFC 5424 line. */
export const daemonLine = (
  atUs: Micros,
  host: string,
  program: string,
  severity: Severity,
  message: string,
): LogLine => rfc5424(atUs, host, program, DAEMON, severity, message);

function rfc5424(
  atUs: Micros,
  host: string,
  program: string,
  facility: number,
  severity: Severity,
  message: string,
): LogLine {
  const priority = facility * 8 + severityOfSyslog(severity);
  const time = new Date(atUs / US_PER_MS).toISOString();
  const [app, pid] = program.split('#') as [string, string?];
  return { atUs, text: `<${priority}>1 ${time} ${host} ${app} ${pid ?? '-'} - - ${message}` };
}
