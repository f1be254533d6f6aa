import { describe, expect, it } from 'vitest';
import { clusterBefore, type Stirring } from '../../src/detect/precursor-cluster.ts';
import { DETECT_SETTINGS } from '../../src/detect/settings.ts';
import { Severity } from '../../src/domain/severity.ts';
import { US_PER_MINUTE } from '../../src/domain/time.ts';
import { at } from '../support/detection-rows.ts';

const T0 = at('2026-03-02T08:00:00Z');

/** An episode that began `minutes` before the failure. */
const stirring = (
  minutes: number,
  signatureId: string,
  worst: Severity = Severity.WARNING,
  isLearned = false,
): Stirring => ({
  signatureId,
  isLearned,
  worst,
  assetId: '1',
  startUs: T0 - minutes * US_PER_MINUTE,
  endUs: T0,
  events: 1,
  sourced: 1,
});
const cluster = (...around: Stirring[]) =>
  clusterBefore(T0, around, Severity.ERROR, DETECT_SETTINGS.precursor);

describe('PRECURSOR_CLUSTER', () => {
  it('is two milder signatures within 30 minutes before a failure', () => {
    expect(cluster(stirring(30, 'a'), stirring(2, 'b'))).toMatchObject({
      startUs: T0 - 30 * US_PER_MINUTE,
      endUs: T0,
      signatureIds: ['a', 'b'],
      learned: 0,
    });
  });

  it('is none of one signature, of errors, of what began earlier, or with the failure', () => {
    expect(cluster(stirring(20, 'a'), stirring(2, 'a'))).toBeNull();
    expect(cluster(stirring(20, 'a'), stirring(2, 'b', Severity.ERROR))).toBeNull();
    expect(cluster(stirring(31, 'a'), stirring(2, 'b'))).toBeNull();
    expect(cluster(stirring(0, 'a'), stirring(2, 'b'))).toBeNull();
  });

  it('is one learned precursor, as early as a lead may be and however bad', () => {
    expect(cluster(stirring(60, 'a', Severity.ERROR, true))).toMatchObject({
      signatureIds: ['a'],
      learned: 1,
    });
    expect(cluster(stirring(61, 'a', Severity.ERROR, true))).toBeNull();
  });
});
