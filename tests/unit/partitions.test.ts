import { describe, expect, it } from 'vitest';
import { type DayRange, partitionFor } from '../../src/store/partitions.ts';

const day = (iso: string) => Date.parse(`${iso}T00:00:00Z`) / 86_400_000;
const range = (from: string, to: string): DayRange => ({ from: day(from), to: day(to) });
const TODAY = day('2026-11-23');

describe('the partition of a day', () => {
  it.each([
    ['today is daily', '2026-11-23', '2026-11-23', '2026-11-24'],
    ['tomorrow is daily', '2026-11-24', '2026-11-24', '2026-11-25'],
    ['90 days ago is daily', '2026-08-25', '2026-08-25', '2026-08-26'],
    ['the month before that is monthly', '2026-07-31', '2026-07-01', '2026-08-01'],
    ['two years ago is monthly', '2024-11-30', '2024-11-01', '2024-12-01'],
    ['beyond two years is yearly', '2006-05-04', '2006-01-01', '2007-01-01'],
  ])('%s', (_, at, from, to) => {
    expect(partitionFor(day(at), TODAY, [])).toEqual(range(from, to));
  });

  it('a month that reaches into the daily days is cut into days', () => {
    expect(partitionFor(day('2026-08-03'), TODAY, [])).toEqual(range('2026-08-03', '2026-08-04'));
  });

  it('is null where one exists', () => {
    expect(partitionFor(day('2026-07-15'), TODAY, [range('2026-07-01', '2026-08-01')])).toBeNull();
  });

  it('is cut finer where a coarse one would overlap', () => {
    expect(partitionFor(day('2026-07-15'), TODAY, [range('2026-07-20', '2026-07-21')])).toEqual(
      range('2026-07-15', '2026-07-16'),
    );
    expect(partitionFor(day('2023-02-15'), TODAY, [range('2023-07-01', '2023-08-01')])).toEqual(
      range('2023-02-01', '2023-03-01'),
    );
  });

  it('never overlaps another, whatever the order in which days come and time passes', () => {
    const made: DayRange[] = [];
    let state = 7;
    for (let i = 0; i < 600; i++) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      const today = TODAY + Math.floor(i / 3);
      const at = today - (state % 1_500);
      const found = partitionFor(at, today, made);
      if (found === null) continue;
      expect(found.from <= at && at < found.to).toBe(true);
      for (const other of made) expect(found.from < other.to && other.from < found.to).toBe(false);
      made.push(found);
    }
    expect(made.length).toBeGreaterThan(50);
  });
});
