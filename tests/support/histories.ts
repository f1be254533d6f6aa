// Small random histories of a few hosts that hold everything detection looks for, at its edges.
import fc from 'fast-check';
import { Severity } from '../../src/domain/severity.ts';
import { US_PER_MINUTE, US_PER_SECOND } from '../../src/domain/time.ts';
import type { WorldEvent } from './detection.ts';
import { at } from './detection-rows.ts';

const T0 = at('2026-03-02T00:00:00Z');
const DAY = 1_440;

const host = fc.constantFrom('web-1', 'web-2', null);
const minuteIn = (days: number) => fc.nat(days * DAY);

/** Keeps a host alive, with pauses that may or may not be silences. */
const heartbeat = fc
  .record({
    host,
    from: minuteIn(2),
    every: fc.constantFrom(1, 3, 9, 14, 45),
    beats: fc.integer({ min: 5, max: 160 }),
  })
  .map(({ host: on, from, every, beats }) =>
    Array.from({ length: beats }, (_, i) =>
      event(from + i * every, 0, on, 'beat', Severity.INFO, `beat ${i}`),
    ),
  );

const burst = fc
  .record({
    host,
    from: minuteIn(3),
    minutes: fc.integer({ min: 1, max: 9 }),
    perMinute: fc.integer({ min: 2, max: 30 }),
    nights: fc.constantFrom(1, 1, 2, 3, 4),
    severity: fc.constantFrom(Severity.INFO, Severity.ERROR),
  })
  .map(({ host: on, from, minutes, perMinute, nights, severity }) =>
    Array.from({ length: nights * minutes * perMinute }, (_, i) => {
      const night = Math.floor(i / (minutes * perMinute));
      const minute = Math.floor((i % (minutes * perMinute)) / perMinute);
      return event(from + night * DAY + minute, i % 60, on, 'flood', severity, `flood ${i}`);
    }),
  );

const warnings = fc
  .array(
    fc.record({ host, at: minuteIn(25), severity: fc.constantFrom(Severity.NOTICE, Severity.WARNING) }),
    {
      maxLength: 12,
    },
  )
  .map((all) => all.map((w) => event(w.at, 0, w.host, 'disk', w.severity, 'disk 9 is full')));

const flaps = fc
  .array(
    fc.record({
      host,
      at: minuteIn(20),
      problems: fc.integer({ min: 1, max: 3 }),
      afterSeconds: fc.nat(1_000),
    }),
    { maxLength: 8 },
  )
  .map((all) =>
    all.flatMap(({ host: on, at: minute, problems, afterSeconds }) => [
      ...Array.from({ length: problems }, (_, i) =>
        event(minute, i * 5, on, 'down', Severity.ERROR, 'link eth0 is down', 'PROBLEM'),
      ),
      event(minute, 10 + afterSeconds, on, 'up', Severity.INFO, 'link eth0 is up', 'RECOVERY'),
    ]),
  );

/** One message on many hosts: at once, near the edge of a window, or often enough to be usual. */
const outbreaks = fc
  .array(
    fc.record({
      hosts: fc.uniqueArray(fc.constantFrom('web-1', 'web-2', 'db-1', 'db-2', 'db-3'), { minLength: 1 }),
      at: minuteIn(10),
      apart: fc.integer({ min: 0, max: 8 }),
      every: fc.constantFrom(7, 20, 60),
      times: fc.constantFrom(1, 1, 2, 40),
    }),
    { maxLength: 3 },
  )
  .map((all) =>
    all.flatMap(({ hosts, at: minute, apart, every, times }) =>
      Array.from({ length: times }, (_, t) =>
        hosts.map((on, i) =>
          event(minute + t * every + i * apart, i, on, 'short', Severity.WARNING, 'memory is short'),
        ),
      ).flat(),
    ),
  );

/** Failures that something led, more or less; several within a look-back, runs apart. */
const leads = fc
  .array(
    fc.record({
      host,
      day: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 16, 17, 18, 45),
      minute: fc.nat(600),
      lead: fc.constantFrom(0, 1, 14, 14, 59, 60, 61),
      parts: fc.constantFrom('both', 'both', 'both', 'sign', 'failure'),
    }),
    { maxLength: 14 },
  )
  .map((all) =>
    all.flatMap(({ host: on, day, minute, lead, parts }) => [
      ...(parts === 'failure'
        ? []
        : [event(day * DAY + minute, 0, on, 'retry', Severity.NOTICE, 'retrying')]),
      ...(parts === 'sign'
        ? []
        : [event(day * DAY + minute + lead, 0, on, 'halted', Severity.CRITICAL, 'controller halted')]),
    ]),
  );

/** Errors so rare that they may be new, and words that alarm. */
const rarities = fc
  .array(
    fc.record({
      host,
      at: minuteIn(70),
      signature: fc.constantFrom('odd', 'parity'),
      severity: fc.constantFrom(Severity.INFO, Severity.WARNING, Severity.ERROR, Severity.CRITICAL),
    }),
    { maxLength: 8 },
  )
  .map((all) =>
    all.map((r) =>
      event(
        r.at,
        0,
        r.host,
        r.signature,
        r.severity,
        r.signature === 'odd' ? 'splines reticulated' : 'memory parity error',
      ),
    ),
  );

function event(
  minute: number,
  second: number,
  on: string | null,
  signature: string,
  severity: Severity,
  message: string,
  role?: 'PROBLEM' | 'RECOVERY',
): WorldEvent {
  const us = T0 + minute * US_PER_MINUTE + second * US_PER_SECOND;
  const pair = role === undefined ? {} : { pair: { key: 'p1:link', role } };
  return { us, signature: `v1:${signature}`, host: on, severity, message, ...pair };
}

export const anyHistory: fc.Arbitrary<WorldEvent[]> = fc
  .tuple(
    fc.array(heartbeat, { maxLength: 4 }),
    fc.array(burst, { maxLength: 3 }),
    warnings,
    flaps,
    rarities,
    outbreaks,
    leads,
  )
  .map(([beats, bursts, ...sparse]) => [...beats.flat(), ...bursts.flat(), ...sparse.flat()])
  .filter((events) => events.length > 0);

/** What detection tells apart, each at severities that matter to it. */
const KINDS = [
  ['beat', 'alive', [Severity.INFO]],
  ['disk', 'disk 9 is full', [Severity.NOTICE, Severity.WARNING]],
  ['short', 'memory is short', [Severity.WARNING]],
  ['odd', 'splines reticulated', [Severity.INFO, Severity.ERROR, Severity.CRITICAL]],
  ['parity', 'memory parity error', [Severity.INFO, Severity.WARNING, Severity.ERROR]],
  ['retry', 'retrying', [Severity.NOTICE]],
  ['halted', 'controller halted', [Severity.CRITICAL]],
  ['down', 'link eth0 is down', [Severity.ERROR], 'PROBLEM'],
  ['up', 'link eth0 is up', [Severity.INFO], 'RECOVERY'],
] as const;

/** Few events, most of them near an edge of something: many at one moment, or a window's length apart. */
export const fewEvents: fc.Arbitrary<WorldEvent[]> = fc.array(
  fc
    .record({
      kind: fc.constantFrom(...KINDS),
      host: fc.constantFrom('web-1', 'web-1', 'web-2', 'db-1', null),
      day: fc.constantFrom(0, 0, 0, 1, 2, 7, 31),
      minute: fc.constantFrom(0, 0, 1, 5, 9, 10, 14, 15, 29, 30, 31, 60),
      second: fc.constantFrom(0, 0, 1, 59),
      severity: fc.nat(2),
    })
    .map(({ kind: [signature, message, severities, role], host: on, day, minute, second, severity }) =>
      event(
        day * DAY + minute,
        second,
        on,
        signature,
        severities[severity % severities.length]!,
        message,
        role,
      ),
    ),
  { minLength: 2, maxLength: 16 },
);

/** Parts of the whole, in order. */
export function batchesOf<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const batches: T[][] = [];
  for (let from = 0, i = 0; from < items.length; i++) {
    const size = sizes[i % sizes.length]!;
    batches.push(items.slice(from, from + size));
    from += size;
  }
  return batches;
}

/** Fisher and Yates, by a seed. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items];
  let state = seed >>> 0;
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
