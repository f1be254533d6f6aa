// Detection on what was just counted, in the caller's transaction: episodes, spikes, self-healed cycles, and from
// these the candidates. Everything is a function of stored rows in event time; the clock only stamps bookkeeping.
import { DETECT_SETTINGS } from '../../detect/settings.ts';
import type { Clock, Micros } from '../../domain/time.ts';
import type { Announcement } from '../../live/outbox.ts';
import { SCORE_SETTINGS } from '../../score/settings.ts';
import type { WriteTx } from '../../store/store.ts';
import { lockDetection } from '../incidents/context.ts';
import { keepIncidents } from '../incidents/keep-incidents.ts';
import { INCIDENT_ACTIVE_US } from '../incidents/statuses.ts';
import { refreshCandidates } from './candidates.ts';
import { updateChangeWindows } from './change-windows.ts';
import { updateClusters } from './clusters.ts';
import type { DetectContext } from './context.ts';
import { updateCycles } from './cycles.ts';
import { updateEntityWindows } from './entity-windows.ts';
import { updateEpisodes } from './episodes.ts';
import { advanceClock } from './event-clock.ts';
import { orderOf } from './event-order.ts';
import { loadHostnames, loadPairs, loadSignatures } from './facts.ts';
import { updateModelSignals } from './model-signals.ts';
import { updateNewSignatures } from './new-signatures.ts';
import { scopesOfTouched } from './plan.ts';
import { updateRuleMatches } from './rule-matches.ts';
import { membersOf } from './scopes.ts';
import { updateSignatureScores } from './signature-scores.ts';
import { updateSilences } from './silences.ts';
import { updateSpikes } from './spikes.ts';
import { updateSpreads } from './spreads.ts';
import { isIdle, mergeTouched, type Touched, type Work } from './touched.ts';
import { findTouchedPairs } from './touched-pairs.ts';
import { loadAnomalousVerdicts, updateVerdicts } from './verdicts.ts';

export type { Touched };

export interface DetectOutcome {
  /** For `announce`, which the caller calls last. */
  readonly announcements: Announcement[];
}

export interface DetectInput extends Pick<Work, 'touched'>, Partial<Omit<Work, 'touched'>> {
  readonly tenantId: number;
  readonly clock: Clock;
  /** Time has come this far (minutes since 1970), whether or not anything was heard. */
  readonly untilMinute?: number;
  /** An incident stays active for this long after it was observed; default: 90 days. */
  readonly incidentActiveUs?: Micros;
  /** From this score on an anomalous label is a detection; default: 0.75. */
  readonly anomalyThreshold?: number;
}

/** One at a time per tenant. Running it again on the same buckets changes nothing. */
export async function detect(tx: WriteTx, input: DetectInput): Promise<DetectOutcome> {
  const touched = mergeTouched(input.touched);
  const regrouped = mergeTouched(input.regrouped ?? []);
  const restated = input.restated ?? [];
  const matched = input.matched ?? [];
  const untilMinute = input.untilMinute ?? null;
  if (isIdle({ touched, regrouped, restated, matched }) && untilMinute === null) return { announcements: [] };
  const ctx: DetectContext = { tx, ...input, settings: DETECT_SETTINGS, scoring: SCORE_SETTINGS };
  await lockDetection(tx, input.tenantId);
  const found = await detectWork(ctx, { touched, regrouped, restated, matched }, untilMinute);
  const incidents = await keepIncidents(
    ctx,
    { touched, regrouped, candidateIds: found.candidates.map(({ subjectId }) => subjectId) },
    input.incidentActiveUs ?? INCIDENT_ACTIVE_US,
  );
  return { announcements: firstOfEach([...found.signals, ...found.candidates, ...incidents]) };
}

export interface Detected {
  readonly signals: readonly Announcement[];
  readonly candidates: readonly Announcement[];
}

/** Signals, groups and candidates of `work` (its ranges merged), under the settings of `ctx`. */
export async function detectWork(
  under: DetectContext,
  { touched, regrouped, restated, matched }: Work,
  untilMinute: number | null,
): Promise<Detected> {
  const bereft = new Set<string>();
  const ctx: DetectContext = { ...under, bereft };
  const eventClock = await advanceClock(ctx, touched, untilMinute);
  if (eventClock === null) return { signals: [], candidates: [] };
  const changed = mergeTouched([...touched, ...regrouped]);
  const signatures = await loadSignatures(
    ctx,
    changed.map((t) => t.signatureId),
  );
  const hostnames = await loadHostnames(
    ctx,
    changed.map((t) => t.assetId),
  );
  const order = await orderOf(ctx, touched);
  const pairsTouched = await findTouchedPairs(ctx, order, signatures);
  const pairs = await loadPairs(
    ctx,
    pairsTouched.map((t) => t.pairKey),
  );

  const episodes = await updateEpisodes(ctx, changed);
  const judged = [...signatures.keys(), ...restated];
  await updateVerdicts(ctx, judged);
  const verdicts = await loadAnomalousVerdicts(ctx, judged);
  const scored = await updateModelSignals(ctx, { changes: episodes, touched: changed, restated, verdicts });
  const spikes = await updateSpikes(ctx, order, regrouped, eventClock.firstMinute);
  const recoveries = await updateCycles(ctx, pairsTouched, pairs);
  const news = await updateNewSignatures(ctx, {
    clock: eventClock,
    touched,
    signatures,
    restated: [...regrouped.map((t) => t.signatureId), ...restated],
  });
  const ruleMatches = await updateRuleMatches(ctx, matched);
  const silences = await updateSilences(ctx, touched, eventClock.nowMinute);
  const spreads = await updateSpreads(
    ctx,
    changed,
    eventClock,
    new Set([...regrouped.map((t) => t.signatureId), ...restated]),
  );
  const told = [
    ...spikes.announcements,
    ...recoveries,
    ...silences.announcements,
    ...news.announcements,
    ...scored,
    ...ruleMatches.announcements,
  ];
  const signalIds = told.filter((a) => a.topic === 'signal' && a.kind !== 'REMOVED').map((a) => a.subjectId);
  await updateEntityWindows(ctx, signalIds, bereft);
  await updateChangeWindows(ctx, signalIds, bereft);
  const scopes = await scopesOfTouched(ctx, {
    touched: changed,
    restated,
    signatures,
    pairs,
    hostnames,
    pairsTouched,
    bursts: spikes.changes,
    spreads,
    episodes,
    verdicts,
    clock: eventClock,
    silences: silences.changes,
  });
  const candidates = await refreshCandidates(ctx, scopes, { touched, regrouped, restated });
  await updateClusters(
    ctx,
    episodes,
    scopes.filter((scope) => scope.type === 'PRECURSOR'),
  );
  await updateSignatureScores(
    ctx,
    [
      ...signatures.keys(),
      ...restated,
      ...scopes.flatMap((scope) => membersOf(scope).map((m) => m.signatureId)),
    ],
    { skipLocked: false },
  );
  return {
    signals: told,
    candidates,
  };
}

/** What was created and then touched again in one transaction was created. */
function firstOfEach(announcements: readonly Announcement[]): Announcement[] {
  const first = new Map<string, Announcement>();
  for (const a of announcements) {
    const key = `${a.topic}|${a.subjectId}`;
    if (!first.has(key)) first.set(key, a);
  }
  return [...first.values()];
}
