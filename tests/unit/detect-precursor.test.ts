import { describe, expect, it } from 'vitest';
import { binomialTail } from '../../src/detect/binomial.ts';
import {
  type Failure,
  findPrecursor,
  type Hit,
  type PairEvidence,
  weighPair,
} from '../../src/detect/precursor.ts';
import type { Episode } from '../../src/detect/rows.ts';
import { DETECT_SETTINGS } from '../../src/detect/settings.ts';
import { Severity } from '../../src/domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../../src/domain/time.ts';
import { at, HOSTS, SIGNATURE } from '../support/detection-rows.ts';

const T0 = at('2026-03-02T08:00:00Z');
const SIGN = { ...SIGNATURE, signatureId: '20', key: 'v1:00000000000000bb', pattern: 'fan <*> is slow' };

const episode = (startUs: Micros, worst: Severity): Episode => ({
  assetId: '1',
  startUs,
  endUs: startUs + US_PER_MINUTE,
  events: 2,
  sourced: 2,
  worst,
});
const failureAt = (startUs: Micros): Failure => ({ ...episode(startUs, Severity.CRITICAL), unit: '1' });

/** `hits` failures a day apart, each led by 14 minutes, and `misses` signs that led to nothing. */
function evidenceOf(hits: number, misses: number, more: Partial<PairEvidence> = {}): PairEvidence {
  const failures = Array.from({ length: hits }, (_, i) => failureAt(T0 + i * US_PER_DAY));
  const led: Hit[] = failures.map((failure) => ({
    failure,
    sign: episode(failure.startUs - 14 * US_PER_MINUTE, Severity.WARNING),
  }));
  return {
    failure: SIGNATURE,
    sign: SIGN,
    failures,
    hits: led,
    failuresHit: hits,
    trials: [{ unit: '1', n: hits + misses }],
    fromUs: T0 - 14 * US_PER_MINUTE,
    toUs: failures.at(-1)!.startUs,
    runFromUs: T0,
    pairsTested: 10,
    ...more,
  };
}
const precursor = (evidence: PairEvidence) => findPrecursor(evidence, HOSTS, DETECT_SETTINGS);

describe('PRECURSOR', () => {
  it('fires on signs that failures follow, and keeps its support', () => {
    expect(precursor(evidenceOf(7, 2))).toMatchObject({
      type: 'PRECURSOR',
      subject: 'sig:v1:00000000000000aa@v1:00000000000000bb',
      severity: Severity.CRITICAL,
      episodes: 7,
      signatureIds: ['10', '20'],
      strength: { type: 'PRECURSOR', trials: 9 },
      title: '«fan <*> is slow» comes before «disk <*> is <*>% full»',
      summary: '7 of 9, median lead 14 min, base rate 4.7 %',
    });
  });

  it('needs three distinct failures', () => {
    expect(precursor(evidenceOf(3, 0))).not.toBeNull();
    expect(precursor(evidenceOf(2, 0))).toBeNull();
    expect(precursor(evidenceOf(6, 0, { failuresHit: 2 }))).toBeNull();
  });

  it('needs the failure to follow half of the signs: exactly half is enough', () => {
    expect(precursor(evidenceOf(5, 5))).not.toBeNull();
    expect(precursor(evidenceOf(5, 6))).toBeNull();
  });

  it('needs twice the base rate: before a failure that is always there, nothing is a sign', () => {
    const failures = Array.from({ length: 48 }, (_, i) => failureAt(T0 + i * US_PER_HOUR));
    const hits = failures.map((failure) => ({
      failure,
      sign: episode(failure.startUs - 10 * US_PER_MINUTE, Severity.INFO),
    }));
    const always = evidenceOf(48, 0, { failures, hits, toUs: failures.at(-1)!.startUs });
    expect(weighPair(always, DETECT_SETTINGS).lift).toBeLessThan(2);
    expect(precursor(always)).toBeNull();
  });

  it('is no wisdom where chance explains it, given how many pairs were tested', () => {
    const { luck } = weighPair(evidenceOf(3, 2, { pairsTested: 1 }), DETECT_SETTINGS);
    const most = Math.floor(0.05 / luck);
    expect(precursor(evidenceOf(3, 2, { pairsTested: most }))).not.toBeNull();
    expect(precursor(evidenceOf(3, 2, { pairsTested: most + 1 }))).toBeNull();
  });

  it('weighs the base rate by where the sign is seen', () => {
    const elsewhere = evidenceOf(5, 0, {
      trials: [
        { unit: '1', n: 5 },
        { unit: '2', n: 5 },
      ],
    });
    const here = evidenceOf(5, 5);
    expect(weighPair(elsewhere, DETECT_SETTINGS).baseRate).toBeCloseTo(
      weighPair(here, DETECT_SETTINGS).baseRate / 2,
      12,
    );
  });
});

describe('the binomial tail', () => {
  it('is that of the tables', () => {
    expect(binomialTail(3, 3, 0.5)).toBeCloseTo(0.125, 12);
    expect(binomialTail(1, 10, 0.1)).toBeCloseTo(1 - 0.9 ** 10, 12);
    expect(binomialTail(7, 9, 0.03)).toBeCloseTo(7.462e-10, 12);
    expect(binomialTail(0, 9, 0.03)).toBe(1);
    expect(binomialTail(4, 3, 0.5)).toBe(0);
    expect(binomialTail(600, 1_000, 0.5)).toBeGreaterThan(0);
  });
});
