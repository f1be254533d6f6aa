import { describe, expect, it } from 'vitest';
import { anomalousEpisodes, type EpisodeVerdict, findAnomalies } from '../../src/detect/anomaly.ts';
import type { Episode } from '../../src/detect/rows.ts';
import { DETECT_SETTINGS } from '../../src/detect/settings.ts';
import { findSilentRuns } from '../../src/detect/silence-anomaly.ts';
import { Severity } from '../../src/domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../../src/domain/time.ts';
import { at, HOSTS, SIGNATURE } from '../support/detection-rows.ts';

const T0 = at('2026-03-02T08:00:00Z');
const LONG_AGO = T0 - 400 * US_PER_DAY;

const episode = (startUs: Micros, worst: Severity = Severity.ERROR, assetId = '1'): Episode => ({
  assetId,
  startUs,
  endUs: startUs + US_PER_MINUTE,
  events: 2,
  sourced: 2,
  worst,
});
const verdict = (risk: number, isAnomalous = true): EpisodeVerdict => ({
  scorer: 'builtin',
  label: 'HARDWARE_ISSUE',
  risk,
  isAnomalous,
});
const anomalies = (
  episodes: Episode[],
  { scored, memoryFromUs = LONG_AGO }: { scored?: EpisodeVerdict; memoryFromUs?: Micros } = {},
) =>
  findAnomalies(
    SIGNATURE,
    anomalousEpisodes(episodes, () => scored, memoryFromUs, DETECT_SETTINGS),
    HOSTS,
    DETECT_SETTINGS,
  );

describe('ANOMALY of a signature', () => {
  it('fires where a scorer takes it for a trouble, and says which', () => {
    const [found, ...others] = anomalies([episode(T0, Severity.WARNING)], { scored: verdict(0.91) });
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      type: 'ANOMALY',
      strength: { type: 'ANOMALY', modelScore: 0.91 },
      severity: Severity.WARNING,
      title: '«disk <*> is <*>% full» looks like a hardware issue on web-1',
      explanation:
        'The builtin scorer takes «disk <*> is <*>% full» at WARNING for a hardware issue, with a score of 0.91. ' +
        'Seen: 2 events in 1 episode on web-1, 2026-03-02 08:00–08:01 UTC.',
    });
  });

  it('does not fire where the verdict is no detection', () => {
    expect(anomalies([episode(T0, Severity.WARNING)], { scored: verdict(0.74, false) })).toEqual([]);
    expect(anomalies([episode(T0, Severity.WARNING)])).toEqual([]);
  });

  it('fires on an error that was never seen, once the memory is 24 hours old', () => {
    const [found] = anomalies([episode(T0)], { memoryFromUs: T0 - US_PER_DAY });
    expect(found).toMatchObject({
      strength: { type: 'ANOMALY', modelScore: null },
      title: 'New: «disk <*> is <*>% full» on web-1',
    });
    expect(found!.explanation).toContain('nothing like it in the 30 days before');
    expect(anomalies([episode(T0)], { memoryFromUs: T0 - US_PER_DAY + 1 })).toEqual([]);
  });

  it('fires again where it was not seen for exactly 30 days, not a moment before', () => {
    const first = episode(T0);
    const again = (afterUs: Micros) => anomalies([first, episode(first.endUs + afterUs)]);
    expect(again(30 * US_PER_DAY)).toHaveLength(2);
    expect(again(30 * US_PER_DAY - 1)).toHaveLength(1);
  });

  it('counts what was seen on other assets and at other severities as seen', () => {
    expect(anomalies([episode(T0 - US_PER_DAY, Severity.INFO, '2'), episode(T0)])).toEqual([]);
  });

  it('counts nothing of the same moment as seen before, in whatever order it is given', () => {
    const [elsewhere, here] = [episode(T0, Severity.INFO, '2'), episode(T0)];
    const found = anomalies([elsewhere, here]);
    expect(found).toHaveLength(1);
    expect(anomalies([here, elsewhere])).toEqual(found);
  });

  it('never fires on what is new and harmless', () => {
    for (const severity of [Severity.DEBUG, Severity.INFO, Severity.NOTICE, Severity.WARNING])
      expect(anomalies([episode(T0, severity)])).toEqual([]);
  });

  it('makes one of episodes at most 7 days apart, and keeps the worst verdict', () => {
    const week = [episode(T0), episode(T0 + 3 * US_PER_DAY, Severity.CRITICAL, '2')];
    const run = anomalousEpisodes(
      week,
      (severity) => verdict(severity === Severity.CRITICAL ? 0.97 : 0.8),
      LONG_AGO,
      DETECT_SETTINGS,
    );
    expect(findAnomalies(SIGNATURE, run, HOSTS, DETECT_SETTINGS)).toMatchObject([
      { episodes: 2, distinctDays: 2, events: 4, assetIds: ['1', '2'], strength: { modelScore: 0.97 } },
    ]);
  });
});

describe('ANOMALY of a source', () => {
  const silent = (startUs: Micros, endUs: Micros | null) => ({
    startUs,
    endUs: endUs ?? startUs,
    isOver: endUs !== null,
    text: 'web-1 fell silent: nothing since 2026-03-02 08:00 UTC; usually something comes every minute',
  });

  it('fires when it falls silent, with no event and no signature to show', () => {
    expect(findSilentRuns('1', 'web-1', [silent(T0, null)], DETECT_SETTINGS)).toMatchObject([
      {
        subject: 'silent:web-1',
        title: 'web-1 fell silent',
        events: 0,
        signatureIds: [],
        strength: { type: 'ANOMALY', modelScore: null },
        metadata: { ongoing: true },
      },
    ]);
  });

  it('is one while its silences are at most 7 days apart', () => {
    const silences = [0, 2, 40].map((d) => silent(T0 + d * US_PER_DAY, T0 + d * US_PER_DAY + US_PER_HOUR));
    const found = findSilentRuns('1', 'web-1', silences, DETECT_SETTINGS);
    expect(found.map((f) => [f.title, f.episodes])).toEqual([
      ['web-1 was silent', 2],
      ['web-1 was silent', 1],
    ]);
  });
});
