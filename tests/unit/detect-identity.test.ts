import { describe, expect, it } from 'vitest';
import { matchStored, type Stored } from '../../src/detect/identity.ts';

const stored = (id: string, firstUs: number, lastUs: number, more: Partial<Stored> = {}): Stored => ({
  id,
  firstUs,
  lastUs,
  createdUs: Number(id),
  judged: false,
  withdrawn: false,
  ...more,
});
const span = (firstUs: number, lastUs: number) => ({ firstUs, lastUs });
const outcome = (...args: Parameters<typeof matchStored<{ firstUs: number; lastUs: number }, Stored>>) => {
  const { kept, joined, groundless } = matchStored(...args);
  return {
    kept: kept.map(({ stored: s }) => s?.id ?? null),
    joined: joined.map(({ from, into }) => [from.id, into.id]),
    groundless: groundless.map((s) => s.id),
  };
};

describe('the identity of a candidate', () => {
  it('is kept as long as its times overlap', () => {
    expect(outcome([span(5, 20)], [stored('1', 10, 30)])).toEqual({
      kept: ['1'],
      joined: [],
      groundless: [],
    });
    expect(outcome([span(5, 10)], [stored('1', 10, 30)]).kept).toEqual(['1']);
    expect(outcome([span(5, 9)], [stored('1', 10, 30)])).toEqual({
      kept: [null],
      joined: [],
      groundless: ['1'],
    });
  });

  it('is the oldest one where late events bridge two: the other leads to it', () => {
    expect(outcome([span(0, 50)], [stored('2', 0, 10), stored('1', 40, 50)])).toEqual({
      kept: ['1'],
      joined: [['2', '1']],
      groundless: [],
    });
  });

  it('is the oldest reviewed one where there is one', () => {
    const bridged = [
      stored('1', 0, 5),
      stored('2', 10, 15, { judged: true }),
      stored('3', 20, 25, { judged: true }),
    ];
    expect(outcome([span(0, 50)], bridged)).toEqual({
      kept: ['2'],
      joined: [
        ['3', '2'],
        ['1', '2'],
      ],
      groundless: [],
    });
  });

  it('goes to the earlier part where one comes apart', () => {
    expect(outcome([span(0, 10), span(40, 50)], [stored('1', 0, 50)])).toEqual({
      kept: ['1', null],
      joined: [],
      groundless: [],
    });
  });

  it('ends where its ground is gone, unless a person has judged it', () => {
    expect(outcome([], [stored('1', 0, 5), stored('2', 10, 15, { judged: true })]).groundless).toEqual(['1']);
  });

  it('comes back to what was withdrawn before a new one is made, but after all others', () => {
    const withdrawn = stored('1', 0, 5, { withdrawn: true });
    expect(outcome([span(0, 9)], [withdrawn]).kept).toEqual(['1']);
    expect(outcome([span(0, 9)], [withdrawn, stored('2', 6, 9)])).toEqual({
      kept: ['2'],
      joined: [],
      groundless: [],
    });
  });
});
