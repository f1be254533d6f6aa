// Rows for the detection rules, written by hand.
import type { Bucket, SignatureFacts } from '../../src/detect/rows.ts';
import { Severity } from '../../src/domain/severity.ts';
import { type Micros, minuteOf, parseMicros, US_PER_MINUTE } from '../../src/domain/time.ts';

export const at = (text: string): Micros => parseMicros(text)!;

export const HOSTS: ReadonlyMap<string, string> = new Map([
  ['1', 'web-1'],
  ['2', 'web-2'],
  ['3', 'db-1'],
]);

export const SIGNATURE: SignatureFacts = {
  signatureId: '10',
  key: 'v1:00000000000000aa',
  pattern: 'disk <*> is <*>% full',
  firstSeenUs: at('2026-03-01T00:00:00Z'),
};

/** The bucket of `n` events at one moment. */
export const bucketAt = (us: Micros, n = 1, worst: Severity = Severity.WARNING): Bucket => ({
  minute: minuteOf(us),
  n,
  sourced: n,
  worst,
  firstUs: us,
  lastUs: us,
});

/** One bucket per minute from `us` on; zeros make none. */
export const bucketsFrom = (
  us: Micros,
  counts: readonly number[],
  worst: Severity = Severity.ERROR,
): Bucket[] => counts.flatMap((n, i) => (n === 0 ? [] : [bucketAt(us + i * US_PER_MINUTE, n, worst)]));

export const repeat = <T>(times: number, value: T): T[] => Array.from({ length: times }, () => value);
