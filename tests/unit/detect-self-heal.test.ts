import { describe, expect, it } from 'vitest';
import { matchCycles, type StateReport } from '../../src/detect/cycle.ts';
import { findSelfHeals } from '../../src/detect/self-heal.ts';
import { DETECT_SETTINGS } from '../../src/detect/settings.ts';
import { Severity } from '../../src/domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_MINUTE, US_PER_SECOND } from '../../src/domain/time.ts';
import { at, HOSTS, SIGNATURE } from '../support/detection-rows.ts';

const T0 = at('2026-03-02T08:00:00Z');
const ALWAYS = () => true;
const { selfHeal } = DETECT_SETTINGS;

let serial = 0;
const report = (role: StateReport['role'], atUs: Micros, more: Partial<StateReport> = {}): StateReport => ({
  role,
  atUs,
  eventId: String(++serial).padStart(8, '0'),
  signatureId: role === 'PROBLEM' ? '10' : '11',
  severity: role === 'PROBLEM' ? Severity.ERROR : Severity.INFO,
  correlation: 'eth0',
  clearedUs: null,
  ...more,
});
const down = (minutes: number, more?: Partial<StateReport>) =>
  report('PROBLEM', T0 + minutes * US_PER_MINUTE, more);
const up = (minutes: number, more?: Partial<StateReport>) =>
  report('RECOVERY', T0 + minutes * US_PER_MINUTE, more);

const cyclesOf = (reports: StateReport[], aliveBetween = ALWAYS) =>
  matchCycles(reports, 0, Number.MAX_SAFE_INTEGER, aliveBetween, selfHeal).map((c) => [
    (c.startUs - T0) / US_PER_MINUTE,
    (c.endUs - T0) / US_PER_MINUTE,
  ]);

describe('a cycle', () => {
  it('is a problem and its first recovery', () => {
    expect(cyclesOf([down(0), up(2), up(3), down(10), up(11)])).toEqual([
      [0, 2],
      [10, 11],
    ]);
  });

  it('is one, however often the problem is repeated', () => {
    expect(cyclesOf([down(0), down(1), down(2), up(3)])).toEqual([[0, 3]]);
  });

  it('does not depend on the order of arrival', () => {
    expect(cyclesOf([up(3), down(2), down(0), down(1)])).toEqual([[0, 3]]);
  });

  it('ends within 15 minutes: exactly 15 are too long', () => {
    expect(cyclesOf([down(0), report('RECOVERY', T0 + 15 * US_PER_MINUTE - 1)])).toHaveLength(1);
    expect(cyclesOf([down(0), up(15)])).toEqual([]);
  });

  it('is measured from the first report: repeating a problem for hours does not heal it', () => {
    expect(cyclesOf([...Array.from({ length: 100 }, (_, i) => down(i)), up(100)])).toEqual([]);
  });

  it('matches by correlation key', () => {
    expect(cyclesOf([down(0, { correlation: 'eth1' }), up(2)])).toEqual([]);
    expect(
      cyclesOf([down(0, { correlation: 'eth1' }), down(1), up(2), up(4, { correlation: 'eth1' })]),
    ).toEqual([
      [0, 4],
      [1, 2],
    ]);
  });

  it('is none where the recovery came before the problem', () => {
    expect(cyclesOf([up(0), down(2)])).toEqual([]);
  });

  it('is ended by the time at which the source says it was cleared', () => {
    expect(cyclesOf([down(0, { clearedUs: T0 + 4 * US_PER_MINUTE })])).toEqual([[0, 4]]);
  });

  it('is none where it was cleared before it began', () => {
    expect(cyclesOf([down(5, { clearedUs: T0 + 4 * US_PER_MINUTE })])).toEqual([]);
  });

  it('is none where the source fell silent in between: nobody knows how it ended', () => {
    expect(cyclesOf([down(0), up(12)], () => false)).toEqual([]);
  });

  it('puts the problem first where both carry the same second', () => {
    expect(cyclesOf([up(1), down(1)])).toEqual([[1, 1]]);
  });

  it('is found by its end alone, with what came up to an hour before it', () => {
    const reports = [down(0), up(2), down(30), up(31)];
    const within = (from: number, to: number) =>
      matchCycles(reports, T0 + from * US_PER_MINUTE, T0 + to * US_PER_MINUTE, ALWAYS, selfHeal).length;
    expect([within(0, 2), within(2, 3), within(2, 31), within(2, 32)]).toEqual([0, 1, 1, 2]);
  });
});

describe('SELF_HEAL', () => {
  const pair = {
    key: 'p1:00000000000000bb',
    problems: [{ ...SIGNATURE, pattern: 'Link <*> is down' }],
    recoveries: [{ ...SIGNATURE, signatureId: '11', pattern: 'Link <*> is up' }],
  };
  const healed = (days: number, seconds: number) => ({
    startUs: T0 + days * US_PER_DAY,
    endUs: T0 + days * US_PER_DAY + seconds * US_PER_SECOND,
    correlation: 'eth0',
    severity: Severity.ERROR,
  });
  const found = (cycles: ReturnType<typeof healed>[]) =>
    findSelfHeals(
      pair,
      '1',
      cycles,
      (run) => ({ events: 2 * run.length, sourced: run.length }),
      HOSTS,
      DETECT_SETTINGS,
    );

  it('fires on 2 cycles within 7 days', () => {
    const [finding] = found([healed(0, 42), healed(1, 60)]);
    expect(finding).toMatchObject({
      subject: 'pair:p1:00000000000000bb@web-1',
      episodes: 2,
      events: 4,
      sourced: 2,
      metadata: { cycles: 2, distinctDays: 2, medianHealSeconds: 51, longestHealSeconds: 60 },
    });
    expect(finding!.explanation).toBe(
      '«Link <*> is down» ended by itself with «Link <*> is up» 2 times on 2 days on web-1, ' +
        '2026-03-02 08:00 – 2026-03-03 08:01 UTC; median 51 s, longest 60 s. Seen for eth0. Worst severity ERROR.',
    );
  });

  it('does not fire on one cycle, nor on two that are exactly 7 days apart', () => {
    expect(found([healed(0, 42)])).toEqual([]);
    expect(found([healed(0, 42), healed(7, 42)])).toEqual([]);
    expect(found([healed(0, 42), healed(6.99, 42)])).toHaveLength(1);
  });
});
