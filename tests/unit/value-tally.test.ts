import { describe, expect, it } from 'vitest';
import { ValueTally } from '../../src/signature/value-tally.ts';

const tallyOf = (values: readonly (string | number)[]): ValueTally => {
  const tally = new ValueTally();
  for (const value of values) tally.add('number', String(value));
  return tally;
};
const numbers = (count: number, modulo: number) => Array.from({ length: count }, (_, n) => n % modulo);

describe('the number of different values', () => {
  it('is exact where all of them were added', () => {
    expect(tallyOf(numbers(1_000, 1_000)).distinct(1)).toBe(1_000);
    expect(tallyOf(numbers(1_000, 7)).distinct(1)).toBe(7);
  });

  it('of a sample is what was seen when every value was seen often', () => {
    expect(tallyOf(numbers(1_000, 7)).distinct(0.01)).toBe(7);
  });

  it('of a sample of values that never repeat is as many as there are in all', () => {
    expect(tallyOf(numbers(1_000, 1_000)).distinct(0.01)).toBe(100_000);
  });

  it('of a sample that repeats a little is estimated by what was seen once and twice', () => {
    expect(tallyOf(['a', 'b', 'c', 'd', 'e', 'e']).distinct(0.01)).toBe(5 + (4 * 3) / (2 * 2));
  });
});

it('the most frequent come first, equals by their text', () => {
  expect(tallyOf(['b', 'a', 'c', 'c']).top(2)).toEqual([
    { value: 'c', count: 2 },
    { value: 'a', count: 1 },
  ]);
});
