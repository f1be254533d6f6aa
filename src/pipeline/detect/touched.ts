import type { EntityKind } from '../../domain/words.ts';

/** Minutes of one series that got new events; both ends included. `assetId` '0': events that name no asset. */
export interface Touched {
  readonly signatureId: string;
  readonly assetId: string;
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** Minutes of one rule and one subject ('': none is named) that got new matches; both ends included. */
export interface TouchedRule {
  readonly ruleId: string;
  readonly kind: EntityKind;
  readonly entity: string;
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** What there is to look at again. */
export interface Work {
  /** Series that got new events: their assets were alive, so that all series of these assets are looked at. */
  readonly touched: readonly Touched[];
  /** Series that took over another signature's events. */
  readonly regrouped: readonly Touched[];
  /** Signatures that are worded otherwise, or older, than their candidates say. */
  readonly restated: readonly string[];
  readonly matched: readonly TouchedRule[];
}

export const NO_WORK: Work = { touched: [], regrouped: [], restated: [], matched: [] };

export const isIdle = ({ touched, regrouped, restated, matched }: Work): boolean =>
  touched.length + regrouped.length + restated.length + matched.length === 0;

/** The buckets of this pseudo-signature tell when an asset was alive. */
const ALL_SIGNATURES = '0';

/** One range per series. */
export function mergeTouched(touched: readonly Touched[]): Touched[] {
  const merged = new Map<string, Touched>();
  for (const t of touched) {
    if (t.signatureId === ALL_SIGNATURES) continue;
    const key = `${t.signatureId}|${t.assetId}`;
    const known = merged.get(key);
    merged.set(
      key,
      known === undefined
        ? t
        : {
            ...t,
            fromMinute: Math.min(known.fromMinute, t.fromMinute),
            toMinute: Math.max(known.toMinute, t.toMinute),
          },
    );
  }
  return [...merged.values()];
}

export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
