import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Severity } from '../../src/domain/severity.ts';
import type { StrengthFacts } from '../../src/domain/strength.ts';
import { US_PER_DAY, US_PER_HOUR } from '../../src/domain/time.ts';
import { DECISION_BANDS, REVIEW_DECISIONS } from '../../src/domain/words.ts';
import { bandRank } from '../../src/score/band.ts';
import { weighFeedback } from '../../src/score/feedback.ts';
import type { ScoreInputs } from '../../src/score/inputs.ts';
import { nextBand } from '../../src/score/next-band.ts';
import { receiptOf, recompute } from '../../src/score/receipt.ts';
import { MILLION, scoreCandidate } from '../../src/score/score.ts';
import { SCORE_SETTINGS } from '../../src/score/settings.ts';
import { suppressionOf } from '../../src/score/suppression.ts';

const ratio = fc.double({ min: 0, max: 1, noNaN: true });
const strength: fc.Arbitrary<StrengthFacts> = fc.oneof(
  fc.record({ type: fc.constant('RECURRENCE' as const), distinctDays: fc.nat(40) }),
  fc.record({ type: fc.constant('SELF_HEAL' as const), cycles: fc.nat(40) }),
  fc.record({
    type: fc.constant('BURST' as const),
    peak: fc.nat(100_000),
    baseline: fc.double({ min: 0.5, max: 5_000, noNaN: true }),
  }),
  fc.record({ type: fc.constant('SPREAD' as const), assets: fc.nat(40) }),
  fc.record({
    type: fc.constant('PRECURSOR' as const),
    confidence: ratio,
    lift: fc.double({ min: 0, max: 50, noNaN: true }),
    trials: fc.nat(50),
  }),
  fc.record({ type: fc.constant('ANOMALY' as const), modelScore: fc.option(ratio) }),
);
const severity = fc.constantFrom(...Object.values(Severity));
const review = fc.record({
  decision: fc.constantFrom(...REVIEW_DECISIONS),
  ageUs: fc.nat(400).map((days) => days * US_PER_DAY),
});
const anyInputs: fc.Arbitrary<ScoreInputs> = fc.record({
  strength,
  severity,
  episodes: fc.nat(100),
  distinctDays: fc.nat(30),
  assets: fc.nat(30),
  signatureAgeUs: fc.nat(60 * 24).map((hours) => hours * US_PER_HOUR),
  events: fc.integer({ min: 10, max: 100 }),
  sourced: fc.nat(10),
  reviews: fc.array(review, { maxLength: 6 }),
  ownDecisions: fc.array(fc.constantFrom(...REVIEW_DECISIONS), { maxLength: 2 }),
});

const score = (inputs: ScoreInputs) => scoreCandidate(inputs, SCORE_SETTINGS);
const PLAIN: ScoreInputs = {
  strength: { type: 'RECURRENCE', distinctDays: 3 },
  severity: Severity.ERROR,
  episodes: 3,
  distinctDays: 3,
  assets: 1,
  signatureAgeUs: 3 * US_PER_DAY,
  events: 9,
  sourced: 9,
  reviews: [],
  ownDecisions: [],
};
const input = (inputs: Partial<ScoreInputs>, name: string) =>
  score({ ...PLAIN, ...inputs }).breakdown.find((c) => c.name === name)!.input;

describe('a score', () => {
  it('is the exact sum of its components, in whole millionths between 0 and 1', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const { score: total, breakdown, confidence } = score(inputs);
        expect(breakdown.reduce((sum, c) => sum + c.contribution, 0)).toBe(total);
        expect(breakdown.every((c) => Number.isInteger(c.contribution) && c.reason.length > 0)).toBe(true);
        expect(total >= 0 && total <= MILLION && confidence >= 0 && confidence <= MILLION).toBe(true);
      }),
    );
  });

  it('says so where it was clamped', () => {
    const wonderful = score({
      ...PLAIN,
      strength: { type: 'SPREAD', assets: 10 },
      severity: Severity.EMERGENCY,
      episodes: 15,
      assets: 10,
      signatureAgeUs: 0,
      reviews: Array.from({ length: 20 }, () => ({ decision: 'PROMOTE' as const, ageUs: 0 })),
    });
    expect(wonderful.score).toBe(MILLION);
    expect(wonderful.breakdown.at(-1)).toMatchObject({ name: 'clamp', contribution: -281_250 });
    expect(score(PLAIN).breakdown.some((c) => c.name === 'clamp')).toBe(false);
  });

  it('never falls with more days, episodes, assets, or a worse severity', () => {
    fc.assert(
      fc.property(anyInputs, fc.nat(10), fc.nat(10), fc.nat(7), (inputs, episodes, assets, worse) => {
        const more: ScoreInputs = {
          ...inputs,
          episodes: inputs.episodes + episodes,
          assets: inputs.assets + assets,
          severity: Math.min(7, inputs.severity + worse) as Severity,
        };
        expect(score(more).score).toBeGreaterThanOrEqual(score(inputs).score);
        expect(bandRank(score(more).band)).toBeGreaterThanOrEqual(bandRank(score(inputs).band));
      }),
    );
  });

  it('weighs type 0.30, impact 0.25, recurrence 0.20, spread 0.15 and novelty 0.10', () => {
    const { breakdown, score: total } = score({ ...PLAIN, signatureAgeUs: 0 });
    expect(breakdown.map(({ name, weight, contribution }) => [name, weight, contribution])).toEqual([
      ['strength', 0.3, 128_571],
      ['impact', 0.25, 175_000],
      ['recurrence', 0.2, 100_000],
      ['spread', 0.15, 0],
      ['novelty', 0.1, 100_000],
      ['feedback', 0.6, 0],
    ]);
    expect(total).toBe(503_571);
  });

  it('takes novelty from the age of the signature: 1 below 24 hours, 0 from 30 days on', () => {
    expect(input({ signatureAgeUs: US_PER_DAY - 1 }, 'novelty')).toBe(1);
    expect(input({ signatureAgeUs: US_PER_DAY }, 'novelty')).toBe(1);
    expect(input({ signatureAgeUs: 15.5 * US_PER_DAY }, 'novelty')).toBe(0.5);
    expect(input({ signatureAgeUs: 30 * US_PER_DAY }, 'novelty')).toBe(0);
  });

  it('knows the strength of each type', () => {
    const of = (facts: StrengthFacts) => input({ strength: facts }, 'strength');
    expect(of({ type: 'RECURRENCE', distinctDays: 7 })).toBe(1);
    expect(of({ type: 'SELF_HEAL', cycles: 2 })).toBe(0.4);
    expect(of({ type: 'BURST', peak: 25, baseline: 5 })).toBe(0.3);
    expect(of({ type: 'BURST', peak: 1e6, baseline: 0.5 })).toBe(1);
    expect(of({ type: 'SPREAD', assets: 5 })).toBe(0.5);
    expect(of({ type: 'PRECURSOR', confidence: 0.8, lift: 2.5, trials: 9 })).toBe(0.4);
    expect(of({ type: 'ANOMALY', modelScore: null })).toBe(0.7);
  });
});

describe('confidence', () => {
  it('is n / (n + 5), times what the source told itself, but not below half of it', () => {
    expect(score({ ...PLAIN, episodes: 5 }).confidence).toBe(500_000);
    expect(score({ ...PLAIN, episodes: 5, events: 10, sourced: 8 }).confidence).toBe(400_000);
    expect(score({ ...PLAIN, episodes: 5, sourced: 0 }).confidence).toBe(250_000);
    expect(score({ ...PLAIN, strength: { type: 'SPREAD', assets: 15 } }).confidence).toBe(750_000);
  });
});

describe('a receipt', () => {
  it('gives the same numbers again, also after its way through JSON', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const receipt = JSON.parse(JSON.stringify(receiptOf(inputs, SCORE_SETTINGS)));
        expect(recompute(receipt)).toEqual(score(inputs));
      }),
    );
  });

  it('of an unknown algorithm is refused', () => {
    expect(() => recompute({ ...receiptOf(PLAIN, SCORE_SETTINGS), algorithm: 'score:v0' })).toThrow(
      /made by "score:v0"/,
    );
  });
});

describe('feedback', () => {
  const lean = (...reviews: ScoreInputs['reviews']) => weighFeedback(reviews, SCORE_SETTINGS).lean;

  it('is exactly 0 while nothing was reviewed, and for IGNORE', () => {
    expect(lean()).toBe(0);
    expect(lean({ decision: 'IGNORE', ageUs: 0 })).toBe(0);
  });

  it('follows p = (2 + u) / (4 + u + n)', () => {
    expect(lean({ decision: 'USEFUL', ageUs: 0 })).toBeCloseTo(3 / 5 - 0.5, 12);
    expect(lean({ decision: 'FALSE_POSITIVE', ageUs: 0 })).toBeCloseTo(2 / 6 - 0.5, 12);
    expect(input({ reviews: [{ decision: 'NOISE', ageUs: 0 }] }, 'feedback')).toBeCloseTo(2 / 5 - 0.5, 12);
  });

  it('loses half its weight in 90 days', () => {
    expect(lean({ decision: 'URGENT', ageUs: 90 * US_PER_DAY })).toBeCloseTo(
      lean({ decision: 'USEFUL', ageUs: 0 }),
      12,
    );
  });

  it('raises and lowers the score by at most 0.3', () => {
    fc.assert(
      fc.property(fc.array(review, { maxLength: 50 }), (reviews) => {
        const { contribution } = score({ ...PLAIN, reviews }).breakdown.find((c) => c.name === 'feedback')!;
        expect(Math.abs(contribution)).toBeLessThan(300_000);
      }),
    );
  });
});

describe('a band', () => {
  const bandAt = (millionths: number) =>
    SCORE_SETTINGS.bandFloors.findLast(({ from }) => millionths >= from)!.band;

  it('begins exactly at 0.20, 0.40 and 0.60', () => {
    expect([199_999, 200_000, 399_999, 400_000, 599_999, 600_000].map(bandAt)).toEqual([
      'IGNORE',
      'WATCH',
      'WATCH',
      'REVIEW',
      'REVIEW',
      'URGENT_HUMAN_REVIEW',
    ]);
  });

  it('is raised by INVESTIGATE and URGENT, while the score stays what it is', () => {
    const quiet: ScoreInputs = {
      ...PLAIN,
      strength: { type: 'RECURRENCE', distinctDays: 1 },
      severity: Severity.INFO,
      episodes: 1,
      signatureAgeUs: 40 * US_PER_DAY,
    };
    expect(score(quiet).band).toBe('IGNORE');
    expect(score({ ...quiet, ownDecisions: ['INVESTIGATE'] })).toMatchObject({
      band: 'REVIEW',
      score: score(quiet).score,
    });
    expect(score({ ...quiet, ownDecisions: ['URGENT', 'INVESTIGATE'] }).band).toBe('URGENT_HUMAN_REVIEW');
  });

  it('recommends promotion for 0.60 on 3 episodes, 2 days and confidence 0.6', () => {
    const strong: ScoreInputs = {
      ...PLAIN,
      strength: { type: 'SELF_HEAL', cycles: 8 },
      episodes: 8,
      distinctDays: 2,
      signatureAgeUs: 0,
    };
    expect(score(strong).band).toBe('PROMOTE_TO_INCIDENT_MEMORY');
    expect(score({ ...strong, distinctDays: 1 }).band).toBe('URGENT_HUMAN_REVIEW');
    expect(score({ ...strong, episodes: 7 }).band).toBe('URGENT_HUMAN_REVIEW');
  });

  it('tells what would have to change to reach the next one, and it does', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const next = nextBand(inputs, SCORE_SETTINGS);
        const now = score(inputs).band;
        expect(next === null).toBe(now === DECISION_BANDS.at(-1));
        if (next === null) return;
        expect(next.description).not.toBe('');
        for (const { dimension, more } of next.ways.filter((way) => way.dimension === 'severity')) {
          expect(dimension).toBe('severity');
          const changed = { ...inputs, severity: (inputs.severity + more) as Severity };
          expect(bandRank(score(changed).band)).toBeGreaterThanOrEqual(bandRank(next.band));
        }
      }),
    );
  });

  it('says "2 more hosts or 4 more episodes" in such words', () => {
    const near: ScoreInputs = { ...PLAIN, signatureAgeUs: 5 * US_PER_DAY, assets: 4 };
    expect(nextBand(near, SCORE_SETTINGS)).toEqual({
      band: 'URGENT_HUMAN_REVIEW',
      missingScore: 600_000 - score(near).score,
      ways: expect.arrayContaining([{ dimension: 'severity', more: 1 }]),
      description: expect.stringMatching(
        /^\d+ more hosts? or \d+ more episodes? or \d+ more days? or 1 more severity level$/,
      ),
    });
  });
});

describe('suppression', () => {
  const rule = { fromUs: 100, untilUs: 200, reason: 'noise', maxSeverity: Severity.ERROR, maxPeak: 40 };
  const subject = { lastUs: 100, severity: Severity.ERROR, peak: 40 };

  it('holds for last events from its start until before its end', () => {
    const heldAt = (lastUs: number) => suppressionOf({ ...subject, lastUs }, [rule]) !== null;
    expect([99, 100, 199, 200].map(heldAt)).toEqual([false, true, true, false]);
  });

  it('is broken out of by a worse severity or a higher peak, not by the same', () => {
    expect(suppressionOf(subject, [rule])).toBe(rule);
    expect(suppressionOf({ ...subject, severity: Severity.CRITICAL }, [rule])).toBeNull();
    expect(suppressionOf({ ...subject, peak: 41 }, [rule])).toBeNull();
    expect(suppressionOf({ ...subject, peak: 41 }, [{ ...rule, maxPeak: null }])).not.toBeNull();
  });

  it('is told by the rule that ends last', () => {
    const longer = { ...rule, untilUs: 300 };
    expect(suppressionOf(subject, [longer, rule])).toBe(longer);
  });
});
