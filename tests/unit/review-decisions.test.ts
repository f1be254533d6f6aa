import { describe, expect, it } from 'vitest';
import type { ReviewDecision } from '../../src/domain/words.ts';
import { moveConfidence } from '../../src/review/confidence.ts';
import { type Decided, inForce, stateAfter } from '../../src/review/decisions.ts';

let at = 0;
const decided = (reviewer: string, decision: ReviewDecision): Decided => {
  at++;
  return { reviewId: String(at), reviewer, decision, reviewedAt: new Date(at).toISOString() };
};

/** The state after the decisions, taken one by one. */
function stateOf(
  decisions: readonly (readonly [string, ReviewDecision])[],
  initial: 'OPEN' | 'SUPPRESSED' = 'OPEN',
) {
  let state: ReturnType<typeof stateAfter> = initial;
  const taken: Decided[] = [];
  for (const [reviewer, decision] of decisions) {
    const before = inForce(taken);
    taken.push(decided(reviewer, decision));
    state = stateAfter(state, before, inForce(taken));
  }
  return state;
}

describe('which decisions count', () => {
  it('is the latest of each reviewer, in the order in which they were taken', () => {
    const all = [
      decided('ada', 'NOISE'),
      decided('bob', 'USEFUL'),
      decided('ada', 'URGENT'),
      decided('bob', 'USEFUL'),
    ];
    expect(inForce(all).map((d) => [d.reviewer, d.decision])).toEqual([
      ['ada', 'URGENT'],
      ['bob', 'USEFUL'],
    ]);
    expect(inForce(all).map((d) => d.reviewId)).toEqual([all[2]!.reviewId, all[3]!.reviewId]);
  });
});

describe('the state of a candidate after decisions', () => {
  it.each([
    ['NOISE', 'SUPPRESSED'],
    ['FALSE_POSITIVE', 'DISMISSED'],
    ['IGNORE', 'DISMISSED'],
    ['INVESTIGATE', 'OPEN'],
    ['URGENT', 'OPEN'],
    ['USEFUL', 'OPEN'],
  ] as const)('%s makes it %s', (decision, state) => {
    expect(stateOf([['ada', decision]])).toBe(state);
  });

  it('opens again when the only one who closed it says otherwise', () => {
    expect(
      stateOf([
        ['ada', 'FALSE_POSITIVE'],
        ['ada', 'USEFUL'],
      ]),
    ).toBe('OPEN');
  });

  it('stays closed when somebody else finds it useful, and opens when somebody wants it investigated', () => {
    const closed = [
      ['ada', 'IGNORE'],
      ['bob', 'USEFUL'],
    ] as const;
    expect(stateOf(closed)).toBe('DISMISSED');
    expect(stateOf([...closed, ['eve', 'INVESTIGATE']])).toBe('OPEN');
  });

  it('does not open what a suppression hides because somebody finds it useful', () => {
    expect(stateOf([['ada', 'USEFUL']], 'SUPPRESSED')).toBe('SUPPRESSED');
    expect(stateOf([['ada', 'URGENT']], 'SUPPRESSED')).toBe('OPEN');
  });

  it('never takes a promotion back', () => {
    expect(stateAfter('PROMOTED', [], [decided('ada', 'NOISE')])).toBe('PROMOTED');
  });
});

describe('confidence under review', () => {
  it('rises with what speaks for it and falls with what speaks against it', () => {
    expect(moveConfidence(500_000, null, 'USEFUL')).toBe(622_459);
    expect(moveConfidence(500_000, null, 'PROMOTE')).toBeGreaterThan(moveConfidence(500_000, null, 'URGENT'));
    expect(moveConfidence(500_000, null, 'NOISE')).toBe(1_000_000 - 622_459);
    expect(moveConfidence(500_000, null, 'IGNORE')).toBe(500_000);
  });

  it("takes back exactly what the same reviewer's earlier decision gave", () => {
    const once = moveConfidence(700_000, null, 'FALSE_POSITIVE');
    expect(once).toBeLessThan(700_000);
    expect(moveConfidence(once, 'FALSE_POSITIVE', 'USEFUL')).toBeCloseTo(
      moveConfidence(700_000, null, 'USEFUL'),
      -1,
    );
  });

  it('never reaches certainty, whichever way', () => {
    let high = 500_000;
    let low = 500_000;
    for (let i = 0; i < 50; i++) {
      high = moveConfidence(high, null, 'PROMOTE');
      low = moveConfidence(low, null, 'FALSE_POSITIVE');
    }
    expect(high).toBe(990_000);
    expect(low).toBe(10_000);
  });
});
