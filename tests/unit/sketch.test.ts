import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { describeForm } from '../../src/signature/engine.ts';
import {
  BITS_PER_HASH,
  HASH_LANES,
  HASHES_PER_CODE,
  sketchOf,
  sketchWords,
  WORD_LANE,
} from '../../src/signature/sketch.ts';

const sketchOfLine = (line: string) => sketchOf(describeForm(line, 'any').canonical);

/** How many of the min-hashes are shared, in whichever lane and place. */
function sharedHashes(a: string, b: string): number {
  const digits = (code: number) =>
    Array.from(
      { length: HASHES_PER_CODE },
      (_, i) => Math.floor(code / 2 ** (BITS_PER_HASH * i)) % 2 ** BITS_PER_HASH,
    );
  const hashes = (text: string) =>
    sketchOf(text)
      .rows.filter((row) => row.lane !== WORD_LANE)
      .flatMap((row) => digits(row.code));
  const other = hashes(b);
  return hashes(a).filter((hash, i) => hash === other[i]).length / (HASH_LANES * HASHES_PER_CODE);
}

describe('the sketch of a form', () => {
  it('is the same for lines of one form, whatever their values', () => {
    expect(sketchOfLine('disk sda1 is 97 % full on volume 12')).toEqual(
      sketchOfLine('disk nvme0n1 is 4 % full on volume 3'),
    );
  });

  it('has a row for each telling word and one for each lane', () => {
    const { rows } = sketchOfLine('the disk is full, the whole disk');
    expect(rows.filter((row) => row.lane === WORD_LANE)).toHaveLength(3);
    expect(rows.filter((row) => row.lane !== WORD_LANE).map((row) => row.lane)).toEqual(
      Array.from({ length: HASH_LANES }, (_, i) => i + 1),
    );
    expect(rows.every(({ code }) => Number.isSafeInteger(code) && code >= 0)).toBe(true);
  });

  it('is empty where there are no words, and made of function words where there are no others', () => {
    expect(sketchOfLine('12 34 56').rows).toEqual([]);
    expect(sketchWords('to be or not to be')).toEqual(['to', 'be', 'or', 'not']);
  });

  it('does not depend on the order of the words in its lanes', () => {
    const lanes = (text: string) => sketchOf(text).rows.filter((row) => row.lane !== WORD_LANE);
    fc.assert(
      fc.property(
        fc.shuffledSubarray('link port carrier switch lost flap'.split(' '), { minLength: 2 }),
        (words) => {
          expect(lanes([...words].reverse().join(' '))).toEqual(lanes(words.join(' ')));
        },
      ),
    );
  });

  it('shares min-hashes in proportion to the words shared (Jaccard)', () => {
    const random = seededRandom(4);
    const word = () =>
      `w${'abcdefghijklmnop'.charAt(random.between(0, 15))}${'qrstuvwxyz'.charAt(random.between(0, 9))}`;
    let error = 0;
    const pairs = 60;
    for (let i = 0; i < pairs; i++) {
      const common = Array.from({ length: random.between(1, 9) }, word);
      const a = new Set([...common, ...Array.from({ length: 3 }, word)]);
      const b = new Set([...common, ...Array.from({ length: 3 }, word)]);
      const both = [...a].filter((w) => b.has(w)).length;
      error += sharedHashes([...a].join(' '), [...b].join(' ')) - both / (a.size + b.size - both);
    }
    expect(Math.abs(error / pairs)).toBeLessThan(0.03);
  });
});
