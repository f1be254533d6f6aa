import { describe, expect, it } from 'vitest';
import { DETECT_SETTINGS } from '../../src/detect/settings.ts';
import { type AssetBucket, findSpreadRuns, findSpreads } from '../../src/detect/spread.ts';
import { Severity } from '../../src/domain/severity.ts';
import { minuteOf, US_PER_DAY, US_PER_MINUTE } from '../../src/domain/time.ts';
import { at, bucketAt, HOSTS, SIGNATURE } from '../support/detection-rows.ts';

const T0 = at('2026-03-02T08:00:00Z');
const M0 = minuteOf(T0);

/** One event each: `[minutes after T0, asset]`. */
const seen = (...events: [number, string][]): AssetBucket[] =>
  events
    .map(([minute, assetId]) => ({ assetId, ...bucketAt(T0 + minute * US_PER_MINUTE, 1, Severity.ERROR) }))
    .sort((a, b) => a.minute - b.minute);
const spreads = (buckets: AssetBucket[], usual = 0) =>
  findSpreads(buckets, M0, () => usual, DETECT_SETTINGS.spread);

describe('SPREAD', () => {
  it('fires on three assets within 15 minutes', () => {
    expect(spreads(seen([0, '1'], [7, '2'], [14, '3']))).toMatchObject([
      { startMinute: M0, startUs: T0, endUs: T0 + 14 * US_PER_MINUTE, events: 3 },
    ]);
  });

  it('does not fire when the third comes after exactly 15 minutes', () => {
    expect(spreads(seen([0, '1'], [7, '2'], [15, '3']))).toEqual([]);
  });

  it('does not fire on two assets, nor on one chatty host, nor on events of no asset', () => {
    expect(spreads(seen([0, '1'], [1, '2'], [2, '1'], [3, '2']))).toEqual([]);
    expect(spreads(seen(...Array.from({ length: 15 }, (_, i): [number, string] => [i, '1'])))).toEqual([]);
    expect(spreads(seen([0, '1'], [1, '2'], [2, '0']))).toEqual([]);
  });

  it('fires on more assets than are usual, not on as many', () => {
    const three = seen([0, '1'], [1, '2'], [2, '3']);
    expect(spreads(three, 2)).toHaveLength(1);
    expect(spreads(three, 3)).toEqual([]);
  });

  it('finds the window wherever it begins, and begins none within another', () => {
    const found = spreads(seen([0, '1'], [10, '2'], [16, '3'], [20, '1'], [26, '2'], [28, '3'], [31, '1']));
    expect(found.map((w) => w.startMinute - M0)).toEqual([10, 26]);
  });

  it('says how far it went, and what is usual', () => {
    const [window] = spreads(seen([0, '1'], [1, '2'], [2, '3']), 1);
    const [found] = findSpreadRuns(SIGNATURE, [{ ...window!, groupId: '7' }], HOSTS, DETECT_SETTINGS);
    expect(found).toMatchObject({
      type: 'SPREAD',
      strength: { type: 'SPREAD', assets: 3 },
      groupIds: ['7'],
      title: '«disk <*> is <*>% full» spread to 3 hosts',
      explanation:
        '«disk <*> is <*>% full» came on db-1, web-1 and web-2: 3 hosts within 15 minutes, ' +
        '2026-03-02 08:00–08:02 UTC; usual is on at most 1. Worst severity ERROR.',
    });
  });

  it('is one while its windows are at most 7 days apart', () => {
    const window = spreads(seen([0, '1'], [1, '2'], [2, '3']))[0]!;
    const later = (days: number) => ({
      ...window,
      groupId: String(days),
      startUs: window.startUs + days * US_PER_DAY,
      endUs: window.endUs + days * US_PER_DAY,
    });
    const found = findSpreadRuns(SIGNATURE, [later(0), later(6), later(20)], HOSTS, DETECT_SETTINGS);
    expect(found.map((f) => f.episodes)).toEqual([2, 1]);
  });
});
