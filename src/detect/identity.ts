// Which stored detection a recomputed one is: matched by overlap, so that late events may move its ends.
import type { Micros } from '../domain/time.ts';

/** Both ends included. */
export interface Interval {
  readonly firstUs: Micros;
  readonly lastUs: Micros;
}

export interface Stored extends Interval {
  readonly id: string;
  readonly createdUs: Micros;
  /** A person has judged or acknowledged it: it keeps its id, and stays when its ground is gone. */
  readonly judged: boolean;
  readonly withdrawn: boolean;
}

export interface Matches<F, S> {
  /** Each finding with the stored one that it goes on under, or null for a new one. */
  readonly kept: { readonly finding: F; readonly stored: S | null }[];
  /** Stored ones that late events joined with another finding's: their ids lead to `into`. */
  readonly joined: { readonly from: S; readonly into: S }[];
  /** Stored ones that no finding supports any more, and nobody has judged. */
  readonly groundless: S[];
}

const overlaps = (a: Interval, b: Interval) => a.firstUs <= b.lastUs && b.firstUs <= a.lastUs;

/** The oldest judged one comes first, then the oldest; what was withdrawn only where nothing else is there. */
export const byClaim = (a: Stored, b: Stored): number =>
  Number(b.judged) - Number(a.judged) ||
  Number(a.withdrawn) - Number(b.withdrawn) ||
  a.createdUs - b.createdUs ||
  (BigInt(a.id) < BigInt(b.id) ? -1 : 1);

/** `findings` ascending in time and disjoint. */
export function matchStored<F extends Interval, S extends Stored>(
  findings: readonly F[],
  stored: readonly S[],
): Matches<F, S> {
  const claims = [...stored].sort(byClaim);
  const keeperOf = new Map<F, S>();
  const taken = new Set<S>();
  for (const finding of findings) {
    const keeper = claims.find((s) => !taken.has(s) && overlaps(s, finding));
    if (keeper === undefined) continue;
    keeperOf.set(finding, keeper);
    taken.add(keeper);
  }
  const joined: { from: S; into: S }[] = [];
  const groundless: S[] = [];
  for (const from of claims) {
    if (taken.has(from)) continue;
    const into = findings.find((finding) => overlaps(from, finding));
    if (into !== undefined && !from.withdrawn) joined.push({ from, into: keeperOf.get(into)! });
    else if (!from.judged && !from.withdrawn) groundless.push(from);
  }
  return {
    kept: findings.map((finding) => ({ finding, stored: keeperOf.get(finding) ?? null })),
    joined,
    groundless,
  };
}
