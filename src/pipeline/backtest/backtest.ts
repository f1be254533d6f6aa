// What other thresholds or rules would have found in stored history, before anyone relies on them. Stores nothing.
import { DETECT_SETTINGS } from '../../detect/settings.ts';
import { LimitExceededError, ValidationError } from '../../domain/errors.ts';
import type { Rule } from '../../domain/rule.ts';
import { type Micros, US_PER_DAY } from '../../domain/time.ts';
import { SCORE_SETTINGS } from '../../score/settings.ts';
import { readRules } from '../../store/rules.ts';
import type { VerbContext } from '../../store/verb.ts';
import { type ChangedSetting, type Changes, changeThresholds } from './change-thresholds.ts';
import { compareRuns, type Rebanded } from './compare.ts';
import { type JudgedMatch, loadPastJudgements, type PastJudgement, withSignals } from './judged.ts';
import type { Thresholds } from './knobs.ts';
import { type FoundMatch, findMatches, missingFrom } from './rule-matches.ts';
import { type FoundCandidate, findCandidates, type Stretch } from './run.ts';

export interface BacktestInput {
  /** Thresholds to try. */
  readonly settings: Changes | null;
  /** All rules of the tenant, as they would be; null: as they are. */
  readonly rules: readonly Rule[] | null;
  /** [fromUs, toUs) */
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

export interface Judged extends PastJudgement {
  readonly found: FoundCandidate;
}

export interface Backtest {
  readonly settings: readonly ChangedSetting[];
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** How many candidates the thresholds in force find, and how many the changed ones; null where none were tried. */
  readonly before: number | null;
  readonly after: number | null;
  /** Foremost first. */
  readonly gained: readonly Judged[];
  readonly lost: readonly Judged[];
  readonly rebanded: readonly Rebanded[];
  /** Of the rules that were tried, by time. */
  readonly matchesGained: readonly JudgedMatch[];
  readonly matchesLost: readonly JudgedMatch[];
}

export const MAX_BACKTEST_DAYS = 92;
const PRESENT: Thresholds = { detect: DETECT_SETTINGS, score: SCORE_SETTINGS };

/**
 * Runs detection twice over the events of the stretch, under the thresholds and rules in force and under the changed ones,
 * and tells the difference. Throws ValidationError for wrong settings or times, LimitExceededError for too long a stretch.
 */
export async function backtest(ctx: VerbContext, input: BacktestInput): Promise<Backtest> {
  const { fromUs, toUs } = input;
  checkStretch(fromUs, toUs);
  if (input.settings === null && input.rules === null)
    throw new ValidationError('Say what to try: "settings", "rules" or both.', ['input']);
  const stretch = { tenantId: ctx.caller.tenantId, fromUs, toUs };
  return {
    fromUs,
    toUs,
    ...(await tryThresholds(ctx, stretch, input.settings)),
    ...(await tryRules(ctx, stretch, input.rules)),
  };
}

type OfThresholds = Pick<Backtest, 'settings' | 'before' | 'after' | 'gained' | 'lost' | 'rebanded'>;

async function tryThresholds(
  { store, clock }: VerbContext,
  stretch: Stretch,
  changes: Changes | null,
): Promise<OfThresholds> {
  if (changes === null)
    return { settings: [], before: null, after: null, gained: [], lost: [], rebanded: [] };
  const { thresholds, settings } = changeThresholds(PRESENT, changes);
  const before = await findCandidates(store, clock, stretch, PRESENT);
  const after = await findCandidates(store, clock, stretch, thresholds);
  const { gained, lost, rebanded } = compareRuns(before, after);
  const judge = async (found: readonly FoundCandidate[]): Promise<Judged[]> => {
    const judgements = await loadPastJudgements(store.read, stretch.tenantId, found);
    return found.map((candidate, i) => ({ found: candidate, ...judgements[i]! }));
  };
  return {
    settings,
    before: before.length,
    after: after.length,
    gained: await judge(gained),
    lost: await judge(lost),
    rebanded,
  };
}

/** A rule makes signals, not candidates: these are the same before and after. */
async function tryRules(
  { store }: VerbContext,
  stretch: Stretch,
  rules: readonly Rule[] | null,
): Promise<Pick<Backtest, 'matchesGained' | 'matchesLost'>> {
  if (rules === null) return { matchesGained: [], matchesLost: [] };
  const present = await readRules(store.writePool, stretch.tenantId);
  const [before, after] = (await findMatches(store, stretch, [present, rules])) as [
    FoundMatch[],
    FoundMatch[],
  ];
  const { tenantId } = stretch;
  return {
    matchesGained: await withSignals(store.read, tenantId, missingFrom(after, before)),
    matchesLost: await withSignals(store.read, tenantId, missingFrom(before, after)),
  };
}

function checkStretch(fromUs: Micros, toUs: Micros): void {
  if (fromUs >= toUs) throw new ValidationError('"from" must lie before "to".', ['from']);
  if (toUs - fromUs > MAX_BACKTEST_DAYS * US_PER_DAY)
    throw new LimitExceededError(`A backtest covers at most ${MAX_BACKTEST_DAYS} days.`, ['to']);
}
