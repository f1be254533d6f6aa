import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aliveMinutes } from '../../src/detect/aliveness.ts';
import { findBurstRuns, measureBurst } from '../../src/detect/burst.ts';
import { isRecurring, type MinuteSpan } from '../../src/detect/habit.ts';
import { DETECT_SETTINGS } from '../../src/detect/settings.ts';
import { findBursts, type Series } from '../../src/detect/spike.ts';
import { learnBaseline, standsOut } from '../../src/detect/spike-window.ts';
import { at, bucketsFrom, HOSTS, repeat, SIGNATURE } from '../support/detection-rows.ts';

const { spike, aliveness } = DETECT_SETTINGS;
const T0 = at('2026-03-04T00:00:00Z');
const M0 = T0 / 60_000_000;

const series = (counts: number[], dead: (minute: number) => boolean = () => false): Series => ({
  fromMinute: M0,
  counts,
  alive: Uint8Array.from(counts, (_, i) => (dead(i) ? 0 : 1)),
});
const burstsOf = (counts: number[], dead?: (minute: number) => boolean) =>
  findBursts(series(counts, dead), M0, M0 + counts.length, spike).bursts.map((b) => ({
    ...b,
    startMinute: b.startMinute - M0,
    endMinute: b.endMinute - M0,
    peakMinute: b.peakMinute - M0,
  }));

describe('a spike', () => {
  const steady = learnBaseline(repeat(120, 16), spike);

  it('is not exactly 3 times the baseline', () => {
    expect(steady).toEqual({ level: 16, dispersion: 1, rate: 16, warmedUp: true });
    expect(standsOut(48, steady, spike)).toBe(false);
    expect(standsOut(49, steady, spike)).toBe(true);
  });

  it('needs a z-score of 4: exactly 4 fires, less does not', () => {
    const baseline = { level: 1, dispersion: 1, rate: 4, warmedUp: true };
    expect(standsOut(9, baseline, { ...spike, minCount: 1 })).toBe(true);
    expect(standsOut(8, baseline, { ...spike, minCount: 1 })).toBe(false);
    expect(standsOut(9, { ...baseline, dispersion: 1.01 }, { ...spike, minCount: 1 })).toBe(false);
  });

  it('needs ten events in its bucket', () => {
    const silent = learnBaseline(repeat(120, 0), { ...spike, zScore: 0 });
    expect(standsOut(9, silent, { ...spike, zScore: 0 })).toBe(false);
    expect(standsOut(10, silent, { ...spike, zScore: 0 })).toBe(true);
  });

  it('is not found before 30 alive buckets have warmed its baseline up', () => {
    expect(burstsOf([...repeat(29, 8), 90])).toEqual([]);
    expect(burstsOf([...repeat(30, 8), 90])).toMatchObject([{ startMinute: 30, peak: 90, baseline: 8 }]);
  });

  it('has a baseline of the preceding 120 alive buckets, and of nothing older', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { minLength: 0, maxLength: 60 }), (any) => {
        const older = any.slice(0, any.length - (any.length % spike.slotMinutes));
        const recent = Array.from({ length: 120 }, (_, i) => 5 + (i % 4));
        const [tail] = burstsOf([...older, ...recent, 80]).slice(-1);
        const [alone] = burstsOf([...recent, 80]).slice(-1);
        expect(tail?.baseline).toBe(alone?.baseline);
      }),
    );
  });

  it('hardly teaches the baseline: a burst enters winsorised', () => {
    const before = learnBaseline(repeat(100, 8), spike).level;
    const after = learnBaseline([...repeat(100, 8), ...repeat(5, 5_000)], spike).level;
    expect(after).toBeLessThan(3 * before);
  });
});

describe('a burst', () => {
  it('joins hot buckets until five buckets are below 1.5 times its baseline', () => {
    const pausing = (pause: number) => [...repeat(60, 8), 90, ...repeat(pause, 8), 90, ...repeat(9, 8)];
    expect(burstsOf(pausing(4)).map((b) => [b.startMinute, b.endMinute])).toEqual([[60, 66]]);
    expect(burstsOf(pausing(5)).map((b) => [b.startMinute, b.endMinute])).toEqual([
      [60, 61],
      [66, 67],
    ]);
  });

  it('closes after 60 hot buckets: then it is the new normal', () => {
    const levelAfter = (hot: number) => learnBaseline([...repeat(60, 8), ...repeat(hot, 2e7)], spike).level;
    expect(levelAfter(59)).toBeLessThan(10_000);
    expect(levelAfter(60)).toBe(2e7);
    expect(burstsOf([...repeat(300, 0), ...repeat(900, 20_000)])).toMatchObject([{ startMinute: 300 }]);
  });

  it('wears off where a higher level stays', () => {
    const found = burstsOf([...repeat(600, 8), ...repeat(600, 90)]);
    expect(found).toHaveLength(1);
    expect(found[0]!.startMinute).toBe(600);
    expect(found[0]!.endMinute).toBeLessThan(700);
  });

  it('is shown while its last bucket is still open', () => {
    const counts = [...repeat(60, 8), 40];
    const { bursts, settled } = findBursts(series(counts), M0, M0 + counts.length, spike);
    expect(bursts).toHaveLength(1);
    expect(settled).toBe(false);
  });

  it('is judged on sums of five minutes where the series is slow', () => {
    const found = burstsOf([...repeat(300, 0), 3, 3, 3, 3, 3, ...repeat(10, 0)]);
    expect(found).toEqual([
      { startMinute: 300, endMinute: 305, unitMinutes: 5, baseline: 0.5, peak: 15, peakMinute: 300 },
    ]);
    expect(burstsOf([...repeat(149, 0), 40])).toEqual([]);
  });

  it('is seen whole in sums that begin in any minute', () => {
    const straddling = [...repeat(303, 0), 3, 3, 3, 3, 3, ...repeat(10, 0)];
    expect(burstsOf(straddling)).toMatchObject([{ startMinute: 303, endMinute: 308, peak: 15 }]);
  });

  it('is not a sum of exactly 3 times the level, wherever it begins', () => {
    const quiet = repeat(60, [20, 0, 0, 0, 0]).flat();
    for (const phase of [0, 2]) {
      const sum = (last: number) => [...quiet, ...repeat(phase, 0), 15, 15, 15, 15, last];
      expect(burstsOf(sum(0))).toEqual([]);
      expect(burstsOf(sum(1))).toMatchObject([{ startMinute: 300 + phase, unitMinutes: 5, baseline: 20 }]);
    }
  });

  it('of one minute is seen in a slow series too, where no sum of five stands out', () => {
    const slow = repeat(60, [2, 3, 3, 3, 3]).flat();
    expect(burstsOf([...slow, 24, 3, 3, 3, 3])).toMatchObject([
      { startMinute: 300, unitMinutes: 1, peak: 24 },
    ]);
    expect(burstsOf([...slow, 9, 3, 3, 3, 3])).toEqual([]);
  });

  it('may be too little for a minute and enough for five: a steady series has its sums judged as well', () => {
    expect(burstsOf([...repeat(300, 4), ...repeat(5, 13)])).toMatchObject([
      { startMinute: 300, endMinute: 305, unitMinutes: 5, peak: 65 },
    ]);
    expect(burstsOf([...repeat(300, 4), ...repeat(5, 12)])).toEqual([]);
  });

  it('is judged on sums of five minutes where the series is unsteady', () => {
    const bursty = Array.from({ length: 400 }, (_, i) => (i % 5 === 0 ? 40 : 1));
    expect(learnBaseline(bursty.slice(-120), spike).dispersion).toBeGreaterThan(spike.maxDispersion);
    expect(burstsOf(bursty)).toEqual([]);
  });

  it('does not fire in the ten buckets after a silence', () => {
    const silentFrom = 60;
    const resumed = (after: number) =>
      burstsOf(
        [...repeat(silentFrom, 8), ...repeat(40, 0), ...repeat(after, 8), 90],
        (m) => m >= silentFrom && m < silentFrom + 40,
      );
    expect(resumed(9)).toEqual([]);
    expect(resumed(10)).toHaveLength(1);
  });

  it('counts a silence as unknown: it does not lower the baseline', () => {
    const counts = [...repeat(60, 8), ...repeat(50, 0), ...repeat(15, 8), 90];
    expect(burstsOf(counts, (m) => m >= 60 && m < 110)).toMatchObject([{ startMinute: 125, baseline: 8 }]);
    expect(burstsOf(counts)).toEqual([]);
  });
});

describe('the same slot, hot before', () => {
  const span = (startMinute: number, minutes = 1): MinuteSpan => ({
    startMinute,
    endMinute: startMinute + minutes,
    unitMinutes: 1,
  });
  const night = 10_000;

  it('is recurring after 3 hours, 2 days or 2 weeks, give or take two buckets', () => {
    for (const [period, times] of [
      [60, 3],
      [1_440, 2],
      [10_080, 2],
    ] as const) {
      const before = Array.from({ length: times }, (_, i) => span(night - (i + 1) * period + 2));
      expect(isRecurring(span(night), before, spike)).toBe(true);
      expect(isRecurring(span(night), before.slice(1), spike)).toBe(false);
    }
    expect(isRecurring(span(night), [span(night - 1_440 + 3), span(night - 2_880)], spike)).toBe(false);
  });

  it('is not recurring where it lasts longer than it ever did', () => {
    const before = [span(night - 1_440, 3), span(night - 2_880, 3)];
    expect(isRecurring(span(night, 5), before, spike)).toBe(true);
    expect(isRecurring(span(night, 9), before, spike)).toBe(false);
  });

  it('is a signal of its own but makes no candidate', () => {
    const [buckets] = [bucketsFrom(T0, [90, 80])];
    const burst = measureBurst(
      { startMinute: M0, endMinute: M0 + 2, unitMinutes: 1, baseline: 8, peak: 90, peakMinute: M0 },
      buckets,
    );
    const stored = { ...burst, groupId: '7' };
    const runs = (recurring: boolean) =>
      findBurstRuns(SIGNATURE, '1', [{ ...stored, recurring }], HOSTS, DETECT_SETTINGS);
    expect(runs(true)).toEqual([]);
    expect(runs(false)).toHaveLength(1);
    expect(runs(false)[0]!.explanation).toBe(
      '«disk <*> is <*>% full» came 170 times in 2 minutes on web-1, 2026-03-04 00:00–00:01 UTC; normal is 8 a minute. ' +
        'The peak was 90 events in 1 minute at 2026-03-04 00:00 UTC, worst severity ERROR.',
    );
  });
});

describe('an asset', () => {
  const alive = (active: number[], to: number) => [...aliveMinutes(active, 0, to, aliveness)].join('');

  it('is alive within ten minutes of an event, and silent beyond', () => {
    expect(alive([2], 15)).toBe('001111111111000');
  });

  it('is alive for five of its usual gaps where these are longer', () => {
    const halfHourly = Array.from({ length: 49 }, (_, i) => i * 30);
    const last = 48 * 30;
    const flags = aliveMinutes(halfHourly, 0, last + 400, aliveness);
    expect(flags[last + 149]).toBe(1);
    expect(flags[last + 150]).toBe(0);
  });

  it('has habits of the day before only', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(500), { maxLength: 30 }), (older) => {
        const from = 500 + 1_441 + 60;
        const recent = Array.from({ length: 400 }, (_, i) => 560 + i * 5);
        const before = older.sort((a, b) => a - b);
        expect(aliveMinutes([...before, ...recent], from + 600, from + 900, aliveness)).toEqual(
          aliveMinutes(recent, from + 600, from + 900, aliveness),
        );
      }),
    );
  });
});
