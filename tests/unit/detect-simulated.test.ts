// A small sample of what `npm run bench:detect` measures on twenty seeds.
import { describe, expect, it } from 'vitest';
import { ours, threeTimesMean } from '../support/episode-detectors.ts';
import { DAYS } from '../support/simulated-series.ts';
import { BURSTS, falseEpisodes, foundBursts, QUIET, STEPS } from '../support/spike-scenarios.ts';

const SEEDS = [21, 22];

describe('on two weeks of simulated minutes', () => {
  it.each(QUIET)('$name: at most $bound false episodes a day, fewer than a naive rule', ({ make, bound }) => {
    for (const seed of SEEDS) {
      const series = make(seed);
      const found = falseEpisodes(series, ours).length;
      expect(found / DAYS).toBeLessThanOrEqual(bound);
      expect(found).toBeLessThan(falseEpisodes(series, threeTimesMean).length);
    }
  });

  it.each(BURSTS.filter((b) => b.mustFindAll))(
    'bursts of ten times the mean, $name: all found',
    ({ make }) => {
      for (const seed of SEEDS) {
        const series = make(seed);
        expect(foundBursts(series, ours)).toBe(series.bursts.length);
      }
    },
  );

  it.each(STEPS.filter((s) => s.mustBeOne))('a permanent step of $name is one episode', ({ make }) => {
    for (const seed of SEEDS) expect(ours(make(seed))).toHaveLength(1);
  });
});
