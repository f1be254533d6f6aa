// What two runs found differently: candidates are the same where type and subject are, and their times overlap.
import { groupBy } from '../detect/touched.ts';
import type { FoundCandidate } from './run.ts';

export interface Rebanded {
  readonly before: FoundCandidate;
  readonly after: FoundCandidate;
}

export interface Difference {
  readonly gained: readonly FoundCandidate[];
  readonly lost: readonly FoundCandidate[];
  readonly rebanded: readonly Rebanded[];
}

export const keyOf = ({ type, subject }: Pick<FoundCandidate, 'type' | 'subject'>): string =>
  `${type}|${subject}`;

type Timed = Pick<FoundCandidate, 'firstUs' | 'lastUs'>;
export const overlap = (a: Timed, b: Timed): boolean => a.firstUs <= b.lastUs && b.firstUs <= a.lastUs;

export function compareRuns(before: readonly FoundCandidate[], after: readonly FoundCandidate[]): Difference {
  const was = groupBy(before, keyOf);
  const is = groupBy(after, keyOf);
  const twin = (of: FoundCandidate, among: ReadonlyMap<string, FoundCandidate[]>) =>
    among.get(keyOf(of))?.find((other) => overlap(of, other));
  return {
    gained: after.filter((candidate) => twin(candidate, was) === undefined),
    lost: before.filter((candidate) => twin(candidate, is) === undefined),
    rebanded: after.flatMap((candidate) => {
      const old = twin(candidate, was);
      return old === undefined || old.decisionBand === candidate.decisionBand
        ? []
        : [{ before: old, after: candidate }];
    }),
  };
}
