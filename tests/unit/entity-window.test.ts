import { expect, it } from 'vitest';
import { findEntityWindows, type WindowSignal } from '../../src/detect/entity-window.ts';
import { DETECT_SETTINGS } from '../../src/detect/settings.ts';
import { Severity } from '../../src/domain/severity.ts';
import { US_PER_MINUTE, US_PER_SECOND } from '../../src/domain/time.ts';
import type { SignalKind } from '../../src/domain/words.ts';
import { at } from '../support/detection-rows.ts';

const T0 = at('2026-03-04T02:00:00Z');

const signal = (
  minute: number,
  lasting = 0,
  kind: SignalKind = 'SPIKE',
  severity: Severity = 4,
): WindowSignal => ({
  signalId: String(minute),
  kind,
  severity,
  startUs: T0 + minute * US_PER_MINUTE,
  endUs: T0 + (minute + lasting) * US_PER_MINUTE,
  events: 10,
  assetId: '1',
  signatureId: null,
});
const windows = (...signals: WindowSignal[]) =>
  findEntityWindows(signals, DETECT_SETTINGS.entityWindow).map((w) =>
    w.signals.map((s) => Number(s.signalId)),
  );

it('holds signals with less than half an hour between, and closes at exactly that', () => {
  expect(windows(signal(0), signal(29), signal(58))).toEqual([[0, 29, 58]]);
  expect(windows(signal(0), signal(30))).toEqual([[0], [30]]);
});

it('a signal that lasts holds it open, for four hours at most', () => {
  expect(windows(signal(0, 60), signal(89))).toEqual([[0, 89]]);
  expect(windows(signal(0, 1_440), signal(239))).toEqual([[0, 239]]);
  expect(windows(signal(0, 1_440), signal(240))).toEqual([[0], [240]]);
});

it('closes after four hours of signals', () => {
  const steady = Array.from({ length: 17 }, (_, i) => signal(i * 20));
  expect(windows(...steady).map((w) => w.length)).toEqual([12, 5]);
});

it('does not depend on the order of its signals, and carries the worst severity and all events', () => {
  const signals = [
    signal(20, 5, 'RULE_MATCH', Severity.CRITICAL),
    signal(0),
    signal(10, 0, 'SILENCE', Severity.WARNING),
  ];
  const [window] = findEntityWindows(signals, DETECT_SETTINGS.entityWindow);
  expect(window).toMatchObject({
    startUs: T0,
    endUs: T0 + 25 * 60 * US_PER_SECOND,
    severity: Severity.CRITICAL,
    events: 30,
  });
});

it('of notes alone there is none', () => {
  expect(windows(signal(0, 0, 'NEW_SIGNATURE'), signal(5, 0, 'RECOVERY'))).toEqual([]);
  expect(windows(signal(0, 0, 'NEW_SIGNATURE'), signal(5))).toEqual([[0, 5]]);
});
