import { describe, expect, it } from 'vitest';
import { DETECT_SETTINGS } from '../../src/detect/settings.ts';
import { findSilences, recoveryText, silenceText } from '../../src/detect/silence.ts';
import { minuteOf } from '../../src/domain/time.ts';
import { at } from '../support/detection-rows.ts';

const T0 = minuteOf(at('2026-03-04T00:00:00Z'));

/** `beats` minutes, one every `every`, from `from` on. */
const beating = (beats: number, every = 1, from = T0): number[] =>
  Array.from({ length: beats }, (_, i) => from + i * every);

const judge = (active: readonly number[], now: number) =>
  findSilences(active, active[0]!, active.at(-1)!, now, DETECT_SETTINGS);

describe('SILENCE', () => {
  it('is noticed in the minute in which the quiet outlasts the habit, and not before', () => {
    const active = beating(60);
    const last = T0 + 59;
    expect(judge(active, last + 9)).toEqual({ silences: [], dueMinute: last + 10 });
    const { silences, dueMinute } = judge(active, last + 10);
    expect(silences).toMatchObject([{ startMinute: last + 1, endMinute: null, noticedMinute: last + 10 }]);
    expect(dueMinute).toBeNull();
  });

  it('waits five times the usual gap of a slower asset', () => {
    const active = beating(30, 20);
    const last = active.at(-1)!;
    expect(judge(active, last + 99).silences).toEqual([]);
    expect(judge(active, last + 100).silences).toHaveLength(1);
  });

  it('ends with the next event: then it has an end and nothing is due until the next quiet', () => {
    const active = [...beating(60), ...beating(30, 1, T0 + 180)];
    const { silences, dueMinute } = judge(active, T0 + 209);
    expect(silences).toMatchObject([{ startMinute: T0 + 60, endMinute: T0 + 180 }]);
    expect(dueMinute).toBe(T0 + 219);
  });

  it('needs a habit: ten gaps in the day before', () => {
    const now = T0 + 600;
    expect(judge(beating(10, 2), now)).toEqual({ silences: [], dueMinute: null });
    expect(judge(beating(11, 2), now).silences).toHaveLength(1);
  });

  it('does not take a pause within the habit for one', () => {
    const active = [...beating(60), ...beating(10, 1, T0 + 68)];
    expect(judge(active, T0 + 78).silences).toEqual([]);
  });

  it('judges only what follows the minutes asked for', () => {
    const active = [...beating(60), ...beating(60, 1, T0 + 120), ...beating(60, 1, T0 + 300)];
    const { silences } = findSilences(active, T0 + 120, T0 + 200, T0 + 400, DETECT_SETTINGS);
    expect(silences.map((s) => s.startMinute - T0)).toEqual([180]);
  });

  it('says since when, how long, and what is usual', () => {
    const open = judge(beating(60), T0 + 100).silences[0]!;
    expect(silenceText('web-1', open)).toBe(
      'web-1 fell silent: nothing since 2026-03-04 01:00 UTC; usually something comes every minute',
    );
    const closed = judge([...beating(30, 3), T0 + 300], T0 + 300).silences[0]!;
    expect(silenceText('web-1', closed)).toBe(
      'web-1 was silent for 4 hours, 2026-03-04 01:28–05:00 UTC; usually something comes at least every 3 minutes',
    );
    expect(recoveryText('web-1', T0 + 88, T0 + 300)).toBe(
      'web-1 is heard of again after 4 hours of silence, 2026-03-04 05:00 UTC',
    );
  });
});
