import { describe, expect, it } from 'vitest';
import { chainEpisodes } from '../../src/detect/episode.ts';
import { countOccurrences, findRecurrences } from '../../src/detect/recurrence.ts';
import type { Bucket, Episode } from '../../src/detect/rows.ts';
import { DETECT_SETTINGS } from '../../src/detect/settings.ts';
import { Severity } from '../../src/domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../../src/domain/time.ts';
import { at, bucketAt, HOSTS, SIGNATURE } from '../support/detection-rows.ts';

const T0 = at('2026-03-02T08:00:00Z');
const chain = (buckets: Bucket[], assetId = '1') => chainEpisodes(assetId, buckets, DETECT_SETTINGS.episode);
const recurrences = (episodes: Episode[]) => findRecurrences(SIGNATURE, episodes, HOSTS, DETECT_SETTINGS);
const episodesAt = (times: Micros[], n = 1, worst: Severity = Severity.WARNING) =>
  chain(times.map((us) => bucketAt(us, n, worst)));

describe('an episode', () => {
  it('takes in whatever comes less than 30 minutes after it', () => {
    expect(chain([bucketAt(T0), bucketAt(T0 + 30 * US_PER_MINUTE - 1)])).toHaveLength(1);
  });

  it('ends with a pause of exactly 30 minutes', () => {
    expect(chain([bucketAt(T0), bucketAt(T0 + 30 * US_PER_MINUTE)])).toHaveLength(2);
  });

  it('is cut at 24 hours, so that a persistent trouble recurs daily', () => {
    const minutely = Array.from({ length: 3 * 1_440 }, (_, i) => bucketAt(T0 + i * US_PER_MINUTE));
    const episodes = chain(minutely);
    expect(episodes.map((e) => e.startUs)).toEqual([T0, T0 + US_PER_DAY, T0 + 2 * US_PER_DAY]);
    expect(episodes.map((e) => e.events)).toEqual([1_440, 1_440, 1_440]);
  });

  it('sums its buckets and keeps the worst severity', () => {
    const [episode] = chain([
      bucketAt(T0, 3, Severity.INFO),
      bucketAt(T0 + US_PER_MINUTE, 2, Severity.ERROR),
    ]);
    expect(episode).toEqual({
      assetId: '1',
      startUs: T0,
      endUs: T0 + US_PER_MINUTE,
      events: 5,
      sourced: 5,
      worst: Severity.ERROR,
    });
  });
});

describe('RECURRENCE', () => {
  it('fires on 3 events in 2 episodes within 7 days', () => {
    const [found, ...others] = recurrences(chain([bucketAt(T0, 2), bucketAt(T0 + 5 * US_PER_HOUR, 1)]));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ type: 'RECURRENCE', episodes: 2, events: 3, distinctDays: 1 });
    expect(found!.explanation).toBe(
      '«disk <*> is <*>% full» came back: 3 events in 2 episodes on 1 day on web-1, 2026-03-02 08:00–13:00 UTC. ' +
        'Worst severity WARNING; the busiest episode had 2 events. An episode is a stretch without a pause of 30 minutes.',
    );
  });

  it('does not fire on 2 events', () => {
    expect(recurrences(episodesAt([T0, T0 + US_PER_HOUR]))).toEqual([]);
  });

  it('does not fire on 100 lines within one minute: that is one episode', () => {
    expect(recurrences(chain([bucketAt(T0, 100, Severity.CRITICAL)]))).toEqual([]);
  });

  it('does not fire on heartbeats at INFO', () => {
    const hourly = Array.from({ length: 200 }, (_, i) => T0 + i * US_PER_HOUR);
    expect(recurrences(episodesAt(hourly, 1, Severity.INFO))).toEqual([]);
    expect(recurrences(episodesAt(hourly, 1, Severity.NOTICE))).toEqual([]);
    expect(recurrences(episodesAt(hourly, 1, Severity.WARNING))).toHaveLength(1);
  });

  it('does not fire on hosts that report at the same time: that is spread', () => {
    const both = [...chain([bucketAt(T0, 50)], '1'), ...chain([bucketAt(T0 + US_PER_MINUTE, 50)], '2')];
    expect(recurrences(both)).toEqual([]);
  });

  it('counts a persistent trouble of two hosts once a day', () => {
    const days = [0, 1, 2].map((d) => T0 + d * US_PER_DAY);
    const minutely = Array.from({ length: 3 * 1_440 }, (_, i) => bucketAt(T0 + i * US_PER_MINUTE));
    const both = [...chain(minutely, '1'), ...chain(minutely, '2')].sort((a, b) => a.startUs - b.startUs);
    expect(countOccurrences(both, DETECT_SETTINGS.episode.gapUs)).toBe(days.length);
  });

  it('holds a window of exactly 7 days open at its end', () => {
    const week = 7 * US_PER_DAY;
    expect(recurrences(episodesAt([T0, T0 + week - 1], 2))).toHaveLength(1);
    const dayLong = chain([
      ...Array.from({ length: 60 * 20 }, (_, i) => bucketAt(T0 + i * US_PER_MINUTE)),
      bucketAt(T0 + week),
    ]);
    expect(dayLong).toHaveLength(2);
    expect(recurrences(dayLong)).toEqual([]);
  });

  it('is one candidate as long as its episodes are at most 7 days apart, and another beyond', () => {
    const first = [T0, T0 + US_PER_HOUR];
    const near = T0 + US_PER_HOUR + 7 * US_PER_DAY;
    const far = near + 1;
    expect(recurrences(episodesAt([...first, near, near + US_PER_HOUR], 2))).toHaveLength(1);
    const apart = recurrences(episodesAt([...first, far, far + US_PER_HOUR], 2));
    expect(apart.map((f) => [f.firstUs, f.lastUs])).toEqual([
      [T0, T0 + US_PER_HOUR],
      [far, far + US_PER_HOUR],
    ]);
  });

  it('does not depend on the order of its rows', () => {
    const episodes = [...episodesAt([T0, T0 + US_PER_DAY], 2), ...chain([bucketAt(T0, 4)], '2')];
    expect(recurrences([...episodes].reverse())).toEqual(recurrences(episodes));
  });
});
