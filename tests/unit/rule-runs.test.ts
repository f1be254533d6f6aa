import { describe, expect, it } from 'vitest';
import { findRuleRuns, type MatchBucket, ruleText } from '../../src/detect/rules/rule-runs.ts';
import { Severity } from '../../src/domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_MINUTE, US_PER_SECOND } from '../../src/domain/time.ts';
import { at, bucketAt } from '../support/detection-rows.ts';

const T0 = at('2026-03-04T02:00:00Z');
const DAY = at('2026-03-04T00:00:00Z');
const RULE = { name: 'logins', count: 5, windowMinutes: 10 };

const minutes = (...counts: number[]): MatchBucket[] =>
  counts.flatMap((n, i) => (n === 0 ? [] : [bucketAt(T0 + i * US_PER_MINUTE, n)]));
const runs = (buckets: readonly MatchBucket[], rule = RULE, fromUs: Micros = DAY) =>
  findRuleRuns(buckets, rule, fromUs, fromUs + US_PER_DAY);

describe('RULE_MATCH', () => {
  it('fires at the count within the window, not one below it', () => {
    expect(runs(minutes(4))).toEqual([]);
    expect(runs(minutes(5))).toEqual([{ startUs: T0, endUs: T0, n: 5, worst: Severity.WARNING }]);
    expect(runs(minutes(1, 0, 1, 0, 1, 0, 1, 0, 1))).toHaveLength(1);
  });

  it('does not count what lies a whole window apart', () => {
    expect(runs(minutes(4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))).toEqual([]);
    const lastSecond = [bucketAt(T0, 4), bucketAt(T0 + 10 * US_PER_MINUTE - US_PER_SECOND, 1)];
    expect(runs(lastSecond)).toMatchObject([{ n: 5 }]);
  });

  it('leaves out what came alone before and after', () => {
    const buckets = [
      bucketAt(T0 - 60 * US_PER_MINUTE, 1),
      ...minutes(5, 3),
      bucketAt(T0 + 60 * US_PER_MINUTE, 4),
    ];
    expect(runs(buckets)).toEqual([
      { startUs: T0, endUs: T0 + US_PER_MINUTE, n: 8, worst: Severity.WARNING },
    ]);
  });

  it('goes on while there is less than a window between, and ends with a pause', () => {
    const burst = (minute: number) => bucketAt(T0 + minute * US_PER_MINUTE, 5);
    expect(runs([burst(0), burst(9), burst(18)])).toHaveLength(1);
    expect(runs([burst(0), burst(10)])).toHaveLength(2);
  });

  it('tells every match of a rule that asks for one', () => {
    expect(runs(minutes(1), { ...RULE, count: 1 })).toHaveLength(1);
  });

  it('is cut at midnight, though its window is not', () => {
    const before = bucketAt(DAY - US_PER_MINUTE, 3, Severity.ERROR);
    const after = bucketAt(DAY + US_PER_MINUTE, 2);
    expect(runs([before, after])).toMatchObject([{ startUs: after.firstUs, n: 2 }]);
    expect(runs([before, after], RULE, DAY - US_PER_DAY)).toMatchObject([{ n: 3, worst: Severity.ERROR }]);
  });

  it('says how often, where, when, and how many are too many', () => {
    expect(ruleText(RULE, runs(minutes(200, 12))[0]!, 'from 203.0.113.9')).toBe(
      'logins: 212 times from 203.0.113.9, 2026-03-04 02:00–02:01 UTC (5 in 10 minutes are too many)',
    );
    expect(ruleText({ ...RULE, count: 1 }, runs(minutes(5))[0]!, '')).toBe(
      'logins: 5 times, 2026-03-04 02:00 UTC',
    );
  });
});
