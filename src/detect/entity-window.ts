// ENTITY_WINDOW: what was told of one host, user or address without much of a pause.
import { type Severity, worstOf } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';
import type { SignalKind } from '../domain/words.ts';
import type { EntityWindowSettings } from './settings.ts';

/** A signal as its entity's window sees it. */
export interface WindowSignal {
  readonly signalId: string;
  readonly kind: SignalKind;
  readonly severity: Severity;
  readonly startUs: Micros;
  /** Its start, where it has no end of its own. */
  readonly endUs: Micros;
  /** Events that it tells of; 0 where it tells of none. */
  readonly events: number;
  readonly assetId: string | null;
  readonly signatureId: string | null;
}

export interface EntityWindow {
  readonly startUs: Micros;
  readonly endUs: Micros;
  readonly severity: Severity;
  readonly events: number;
  readonly signals: readonly WindowSignal[];
}

/** These alone are nothing to look at. */
const NOTES: ReadonlySet<SignalKind> = new Set(['NEW_SIGNATURE', 'RECOVERY']);

/** No signal holds a window open for longer than a window may be. */
export const windowExtent = (
  { startUs, endUs }: Pick<WindowSignal, 'startUs' | 'endUs'>,
  settings: EntityWindowSettings,
): Micros => Math.min(endUs, startUs + settings.maxLengthUs);

/** `signals` of one entity, in any order; all of each run that is asked for. */
export function findEntityWindows(
  signals: readonly WindowSignal[],
  settings: EntityWindowSettings,
): EntityWindow[] {
  const inOrder = [...signals].sort((a, b) => a.startUs - b.startUs || a.endUs - b.endUs);
  const windows: WindowSignal[][] = [];
  let heardUs = Number.NEGATIVE_INFINITY;
  for (const signal of inOrder) {
    const open = windows.at(-1);
    const isOpen =
      open !== undefined &&
      signal.startUs - heardUs < settings.quietUs &&
      signal.startUs - open[0]!.startUs < settings.maxLengthUs;
    if (isOpen) open.push(signal);
    else windows.push([signal]);
    heardUs = Math.max(isOpen ? heardUs : Number.NEGATIVE_INFINITY, windowExtent(signal, settings));
  }
  return windows
    .filter((window) => window.some(({ kind }) => !NOTES.has(kind)))
    .map((window) => describe(window, settings));
}

function describe(signals: readonly WindowSignal[], settings: EntityWindowSettings): EntityWindow {
  const startUs = signals[0]!.startUs;
  const heardUs = signals.reduce((last, s) => Math.max(last, windowExtent(s, settings)), startUs);
  return {
    startUs,
    endUs: Math.min(heardUs, startUs + settings.maxLengthUs),
    severity: worstOf(signals.map((s) => s.severity)),
    events: signals.reduce((sum, s) => sum + s.events, 0),
    signals,
  };
}
