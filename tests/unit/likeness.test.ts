import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, SIMILAR_FROM, Sought, tokensOf } from '../../src/memory/seen-before/likeness.ts';

const alike = (a: string, b: string) => compare(tokensOf(a), tokensOf(b)).similarity;

describe('likeness of templates', () => {
  it.each([
    ['Failed password for <*> from <*> port <*> ssh2', 'Failed publickey for <*> from <*> port <*> ssh2'],
    ['disk <*> is <*> full on volume data', 'disk <*> is <*> full on volume backup'],
    ['worker <*> lost its connection to the queue broker', 'worker <*> has lost connection to the broker'],
    ['raid array degraded', 'mdadm: raid array <*> is degraded, <*> of <*> devices active'],
  ])('calls %j similar to %j', (a, b) => {
    expect(alike(a, b)).toBeGreaterThanOrEqual(SIMILAR_FROM);
    expect(alike(a, b)).toBeLessThan(1);
  });

  it.each([
    ['Failed password for <*> from <*> port <*> ssh2', 'Connection closed by <*> port <*>'],
    ['the quick brown fox jumps over the lazy dog', 'the service on the host is over the limit of the day'],
    ['session opened for user <*>', 'certificate of <*> expires in <*> days'],
    ['<*> <*> <*>', 'kernel: <*> <*>'],
  ])('does not call %j similar to %j', (a, b) => {
    expect(alike(a, b)).toBeLessThan(SIMILAR_FROM);
  });

  it('minds the order of words', () => {
    const straight = alike('master promoted replica demoted now', 'master promoted replica demoted again');
    const crossed = alike('master promoted replica demoted now', 'again replica promoted master demoted');
    expect(straight).toBeGreaterThan(crossed);
  });

  it('names the words that each side has alone', () => {
    expect(
      compare(tokensOf('link on port <*> went down hard'), tokensOf('link on port <*> came up')),
    ).toMatchObject({ onlyInFirst: ['went', 'down', 'hard'], onlyInSecond: ['came', 'up'], sharedWords: 3 });
  });

  it.each([
    ['NIC link is up now', 'NIC link is down now', ['up', 'down']],
    ['job import failed', 'job import succeeded', ['failed', 'succeeded']],
    ['the node is not responding', 'the node is responding', ['not', '']],
  ])('sees that %j and %j mean opposite things', (a, b, opposites) => {
    expect(compare(tokensOf(a), tokensOf(b)).opposites).toEqual(opposites);
  });

  it('does not take different words, or the same state, for opposites', () => {
    expect(compare(tokensOf('disk data failed'), tokensOf('disk backup failed')).opposites).toBeNull();
    expect(compare(tokensOf('disk data failed'), tokensOf('disk data stopped')).opposites).toBeNull();
  });

  it('finds a few words, or a single one, in a longer template', () => {
    const template = 'disk <*> is <*> full on volume data, writes are refused';
    expect(alike('disk full', template)).toBeGreaterThanOrEqual(SIMILAR_FROM);
    expect(alike('full', template)).toBeGreaterThanOrEqual(SIMILAR_FROM);
    expect(alike('<*> full', template)).toBeLessThan(SIMILAR_FROM);
    expect(alike('disk empty', template)).toBeLessThan(SIMILAR_FROM);
  });

  it('is between 0 and 1, and 1 for itself', () => {
    const pattern = fc
      .array(fc.constantFrom('<*>', 'disk', 'full', 'the', 'on', 'link', 'down', 'a7', 'port'), {
        maxLength: 14,
      })
      .map((tokens) => tokens.join(' '));
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const forth = alike(a, b);
        expect(forth).toBeGreaterThanOrEqual(0);
        expect(forth).toBeLessThanOrEqual(1);
        const sought = new Sought(tokensOf(a));
        const overlap = sought.against(tokensOf(b));
        expect(overlap.most).toBeGreaterThanOrEqual(forth - 1e-12);
        const { onlyInFirst, onlyInSecond } = compare(tokensOf(a), tokensOf(b));
        expect(overlap.differing).toBe(Math.max(onlyInFirst.length, onlyInSecond.length));
        expect(sought.against(tokensOf(b))).toEqual(overlap);
        if (a !== '') expect(alike(a, a)).toBeCloseTo(1, 12);
      }),
    );
  });
});
