// Event time is a count of microseconds since 1970 in UTC: exact in a JavaScript number until the year 2255.

/** Microseconds since 1970-01-01T00:00:00Z. */
export type Micros = number;

export const US_PER_MS = 1_000;
export const US_PER_SECOND = 1_000_000;
export const US_PER_MINUTE = 60 * US_PER_SECOND;
export const US_PER_HOUR = 60 * US_PER_MINUTE;
export const US_PER_DAY = 24 * US_PER_HOUR;

/** The only source of "now"; tests and replays inject their own. */
export interface Clock {
  nowUs(): Micros;
}

export const systemClock: Clock = { nowUs: () => Date.now() * US_PER_MS };

/** The index of the minute that holds `us`. */
export const minuteOf = (us: Micros): number => Math.floor(us / US_PER_MINUTE);

/** Minutes as they were written lately: times that are written together share few. */
const written = new Map<number, string>();
const MOST_WRITTEN = 4_096;

/** `2026-03-01T02:30:` */
function textOfMinute(minute: number): string {
  let text = written.get(minute);
  if (text === undefined) {
    const iso = new Date((minute * US_PER_MINUTE) / US_PER_MS).toISOString();
    text = iso.slice(0, -'00.000Z'.length);
    if (written.size >= MOST_WRITTEN) written.clear();
    written.set(minute, text);
  }
  return text;
}

/** RFC 3339 in UTC with microseconds, e.g. `2026-03-01T02:30:00.000125Z`; whole milliseconds keep three digits. */
export function formatMicros(us: Micros): string {
  const minute = minuteOf(us);
  const rest = us - minute * US_PER_MINUTE;
  const second = Math.floor(rest / US_PER_SECOND);
  const micros = Math.floor(rest - second * US_PER_SECOND);
  const digits =
    micros % US_PER_MS === 0 ? String(micros / US_PER_MS).padStart(3, '0') : String(micros).padStart(6, '0');
  return `${textOfMinute(minute)}${second < 10 ? '0' : ''}${second}.${digits}Z`;
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s*([Zz]|[+-]\d\d(?::?\d\d)?)$/;

/** Reads RFC 3339 (a space for the T, and PostgreSQL's short offset, allowed); null when it is no such time. */
export function parseMicros(text: string): Micros | null {
  const m = RFC3339.exec(text);
  if (!m) return null;
  const offset = m[4]!.toUpperCase();
  const zone =
    offset === 'Z'
      ? 'Z'
      : offset.length === 3
        ? `${offset}:00`
        : offset.length === 5
          ? `${offset.slice(0, 3)}:${offset.slice(3)}`
          : offset;
  const ms = Date.parse(`${m[1]}T${m[2]}${zone}`);
  if (Number.isNaN(ms)) return null;
  const fraction = m[3] ? Math.floor(Number(m[3].padEnd(9, '0')) / 1_000) : 0;
  return ms * US_PER_MS + fraction;
}
