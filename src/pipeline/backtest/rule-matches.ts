// What rules would have found in stored events: the same reading and counting as when events come in, nothing stored.
import { RuleBook } from '../../detect/rules/rule-book.ts';
import { findRuleRuns, type MatchBucket, type RuleRun, ruleText } from '../../detect/rules/rule-runs.ts';
import { LimitExceededError } from '../../domain/errors.ts';
import type { Rule } from '../../domain/rule.ts';
import { type Severity, worstOf } from '../../domain/severity.ts';
import { eachInTurns } from '../../domain/turns.ts';
import type { EntityKind } from '../../domain/words.ts';
import { signatureKey } from '../../signature/engine.ts';
import type { RuleCounts } from '../../store/entity-counters.ts';
import type { Store } from '../../store/store.ts';
import { readEventsBetween } from '../../store/unfolded.ts';
import { groupBy } from '../detect/touched.ts';
import { EntityDeltas } from '../fold/entity-deltas.ts';
import { detectionTime } from '../prepare.ts';
import { EventReader } from '../rules/event-reader.ts';
import { signedText } from '../stored-message.ts';
import type { Stretch } from './run.ts';

/** As often as its rule asks for: what would be a RULE_MATCH signal. Times in microseconds, both included. */
export interface FoundMatch extends RuleRun {
  readonly rule: string;
  readonly kind: EntityKind;
  /** '' where the events name none. */
  readonly entity: string;
  readonly severity: Severity;
  readonly text: string;
}

const MAX_EVENTS = 200_000;

/** What each of the books would have found, by time. Throws LimitExceededError where there are too many events. */
export async function findMatches(
  store: Store,
  stretch: Stretch,
  books: readonly (readonly Rule[])[],
): Promise<FoundMatch[][]> {
  const events = await readEventsBetween(store.writePool, { ...stretch, limit: MAX_EVENTS + 1 });
  if (events.length > MAX_EVENTS)
    throw new LimitExceededError(
      `This stretch holds more events than one backtest of rules reads: ${MAX_EVENTS}. Choose a shorter one.`,
      ['from'],
    );
  const readers = books.map((rules) => new EventReader(new RuleBook(0, rules)));
  const counts = books.map(() => new EntityDeltas());
  await eachInTurns(events, (event) => {
    const { detectionUs } = detectionTime(event.timestampUs, event.receivedUs);
    const { message, structured } = signedText(event);
    const { severity, host, service, signatureId } = event;
    const read = { formKey: signatureKey(message, ''), message, severity, host, service, structured };
    readers.forEach((reader, i) => {
      // A rule that cannot be judged of an event does not match it, as when the event came in.
      const reading = reader.read(read, () => {});
      counts[i]!.add({ signatureId, detectionUs, severity, host }, reading, event.assetId ?? '0');
    });
  });
  return books.map((rules, i) => runsOf(rules, [...counts[i]!.matches.values()], stretch));
}

function runsOf(
  rules: readonly Rule[],
  matches: readonly RuleCounts[],
  { fromUs, toUs }: Stretch,
): FoundMatch[] {
  const ruleOf = new Map(rules.map((rule) => [rule.ruleId, rule]));
  const subjects = groupBy(matches, (m) => `${m.ruleId}|${m.kind}|${m.entity}`);
  return [...subjects.values()]
    .flatMap((own) => {
      const { ruleId, kind, entity } = own[0]!;
      const rule = ruleOf.get(ruleId)!;
      return findRuleRuns(bucketsOf(own), rule, fromUs, toUs).map((run) => ({
        ...run,
        rule: rule.name,
        kind,
        entity,
        severity: rule.severity ?? run.worst,
        text: ruleText(rule, run, entity),
      }));
    })
    .sort((a, b) => a.startUs - b.startUs || (a.text < b.text ? -1 : 1));
}

/** Per minute, ascending. */
const bucketsOf = (matches: readonly RuleCounts[]): MatchBucket[] =>
  [...groupBy(matches, (m) => String(m.minute)).values()]
    .sort(([a], [b]) => a!.minute - b!.minute)
    .map((same) => ({
      n: same.reduce((sum, m) => sum + m.n, 0),
      worst: worstOf(same.map((m) => m.worst)),
      firstUs: Math.min(...same.map((m) => m.firstUs)),
      lastUs: Math.max(...same.map((m) => m.lastUs)),
    }));

/** Those of `found` that overlap none of `others` by the same rule on the same subject. */
export const missingFrom = (found: readonly FoundMatch[], others: readonly FoundMatch[]): FoundMatch[] =>
  found.filter(
    (f) =>
      !others.some(
        (o) =>
          o.rule === f.rule &&
          o.kind === f.kind &&
          o.entity === f.entity &&
          o.startUs <= f.endUs &&
          f.startUs <= o.endUs,
      ),
  );
