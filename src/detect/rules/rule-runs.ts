// RULE_MATCH: when the events that fulfil a rule are enough of them within its window, and how long that lasts.
import type { Rule } from '../../domain/rule.ts';
import { type Severity, worstOf } from '../../domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_MINUTE } from '../../domain/time.ts';
import { counted, spaced, utcRange } from '../text.ts';

/** The matches of one rule and one subject in one minute. */
export interface MatchBucket {
  readonly n: number;
  readonly worst: Severity;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
}

/** Times are those of the first and the last match, both included. */
export interface RuleRun {
  readonly startUs: Micros;
  readonly endUs: Micros;
  readonly n: number;
  readonly worst: Severity;
}

type Threshold = Pick<Rule, 'count' | 'windowMinutes'>;

/** How far a match has a say in what others of its rule and subject amount to: nothing reaches beyond its day. */
export const ruleReachUs = ({ windowMinutes }: Threshold): Micros => windowMinutes * US_PER_MINUTE;

/**
 * The runs of the UTC days that begin in [fromUs, toUs). A window is as long as the rule says, from a minute's first
 * match on; a minute takes part in it if all its matches do. Runs are cut at midnight: what persists recurs daily.
 * `buckets` ascend and reach a window beyond both ends.
 */
export function findRuleRuns(
  buckets: readonly MatchBucket[],
  rule: Threshold,
  fromUs: Micros,
  toUs: Micros,
): RuleRun[] {
  const windowUs = ruleReachUs(rule);
  const inWindow = enough(buckets, rule.count, windowUs);
  const runs: RuleRun[] = [];
  let open: MatchBucket[] = [];
  const close = () => {
    if (open.length > 0) runs.push(joined(open));
    open = [];
  };
  buckets.forEach((bucket, i) => {
    if (!inWindow[i] || bucket.firstUs < fromUs || bucket.firstUs >= toUs) return;
    const last = open.at(-1);
    if (last && (bucket.firstUs - last.lastUs >= windowUs || dayOf(bucket.firstUs) !== dayOf(last.firstUs)))
      close();
    open.push(bucket);
  });
  close();
  return runs;
}

export const dayOf = (us: Micros): number => Math.floor(us / US_PER_DAY);

/** For each bucket whether some window that holds it holds `count` matches. */
function enough(buckets: readonly MatchBucket[], count: number, windowUs: Micros): boolean[] {
  const holds = new Array<boolean>(buckets.length).fill(false);
  let end = 0;
  let marked = 0;
  let sum = 0;
  for (let start = 0; start < buckets.length; start++) {
    if (end < start) [end, sum] = [start, 0];
    while (
      end < buckets.length &&
      (end === start || buckets[end]!.lastUs - buckets[start]!.firstUs < windowUs)
    )
      sum += buckets[end++]!.n;
    if (sum >= count) {
      for (let i = Math.max(start, marked); i < end; i++) holds[i] = true;
      marked = Math.max(marked, end);
    }
    sum -= buckets[start]!.n;
  }
  return holds;
}

const joined = (buckets: readonly MatchBucket[]): RuleRun => ({
  startUs: buckets[0]!.firstUs,
  endUs: buckets.reduce((last, b) => Math.max(last, b.lastUs), 0),
  n: buckets.reduce((sum, b) => sum + b.n, 0),
  worst: worstOf(buckets.map((b) => b.worst)),
});

/** `authentication-failures: 212 times from 203.0.113.9, 2026-03-04 02:10–02:19 UTC (5 in 10 minutes are too many)` */
export function ruleText(
  rule: Pick<Rule, 'name' | 'count' | 'windowMinutes'>,
  run: RuleRun,
  where: string,
): string {
  const limit =
    rule.count === 1 ? '' : `(${rule.count} in ${counted(rule.windowMinutes, 'minute')} are too many)`;
  const what = `${rule.name}: ${spaced(counted(run.n, 'time'), where)}, ${utcRange(run.startUs, run.endUs)}`;
  return spaced(what, limit);
}
