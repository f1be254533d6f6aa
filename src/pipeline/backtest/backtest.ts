// What other thresholds would have found in stored history, before anyone relies on them. Stores nothing.
import { DETECT_SETTINGS } from '../../detect/settings.ts';
import { LimitExceededError, ValidationError } from '../../domain/errors.ts';
import { type Micros, US_PER_DAY } from '../../domain/time.ts';
import { SCORE_SETTINGS } from '../../score/settings.ts';
import type { VerbContext } from '../../store/verb.ts';
import { type ChangedSetting, type Changes, changeThresholds } from './change-thresholds.ts';
import { compareRuns, type Rebanded } from './compare.ts';
import { loadPastJudgements, type PastJudgement } from './judged.ts';
import type { Thresholds } from './knobs.ts';
import { type FoundCandidate, findCandidates } from './run.ts';

export interface BacktestInput {
  readonly settings: Changes;
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
  /** How many candidates the thresholds in force find, and how many the changed ones. */
  readonly before: number;
  readonly after: number;
  /** Foremost first. */
  readonly gained: readonly Judged[];
  readonly lost: readonly Judged[];
  readonly rebanded: readonly Rebanded[];
}

export const MAX_BACKTEST_DAYS = 92;
const PRESENT: Thresholds = { detect: DETECT_SETTINGS, score: SCORE_SETTINGS };

/**
 * Runs detection twice over the events of the stretch, under the thresholds in force and under the changed ones, and
 * tells the difference. Throws ValidationError for wrong settings or times, LimitExceededError for too long a stretch.
 */
export async function backtest(ctx: VerbContext, input: BacktestInput): Promise<Backtest> {
  const { store, clock, caller } = ctx;
  const { fromUs, toUs } = input;
  checkStretch(fromUs, toUs);
  const { thresholds, settings } = changeThresholds(PRESENT, input.settings);
  const stretch = { tenantId: caller.tenantId, fromUs, toUs };
  const before = await findCandidates(store, clock, stretch, PRESENT);
  const after = await findCandidates(store, clock, stretch, thresholds);
  const { gained, lost, rebanded } = compareRuns(before, after);
  const judge = async (found: readonly FoundCandidate[]): Promise<Judged[]> => {
    const judgements = await loadPastJudgements(store.read, caller.tenantId, found);
    return found.map((candidate, i) => ({ found: candidate, ...judgements[i]! }));
  };
  return {
    settings,
    fromUs,
    toUs,
    before: before.length,
    after: after.length,
    gained: await judge(gained),
    lost: await judge(lost),
    rebanded,
  };
}

function checkStretch(fromUs: Micros, toUs: Micros): void {
  if (fromUs >= toUs) throw new ValidationError('"from" must lie before "to".', ['from']);
  if (toUs - fromUs > MAX_BACKTEST_DAYS * US_PER_DAY)
    throw new LimitExceededError(`A backtest covers at most ${MAX_BACKTEST_DAYS} days.`, ['to']);
}
