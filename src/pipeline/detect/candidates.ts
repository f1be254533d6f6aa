// Judges the touched subjects anew and brings the stored candidates in line: the same id as long as the runs overlap.

import type { Finding } from '../../detect/finding.ts';
import { type Matches, matchStored } from '../../detect/identity.ts';
import type { Announcement } from '../../live/outbox.ts';
import { assess } from './assess.ts';
import type { ChangedEvents } from './candidate-examples.ts';
import type { DetectContext } from './context.ts';
import { judgeAnomalies, judgeSilences } from './find-anomalies.ts';
import { judgeBursts } from './find-bursts.ts';
import { judgeRecurrences } from './find-recurrences.ts';
import { judgeSelfHeals } from './find-self-heals.ts';
import { judgeSpreads } from './find-spreads.ts';
import { loadJudgements } from './judgements.ts';
import { type Judged, membersOf, mergeScopes, type Scope, scopeKey } from './scopes.ts';
import { loadStoredCandidates, type StoredCandidate } from './stored-candidates.ts';
import { groupBy } from './touched.ts';
import { type CandidateWrite, writeCandidates } from './write-candidates.ts';

export async function refreshCandidates(
  ctx: DetectContext,
  touched: readonly Scope[],
  work: ChangedEvents,
): Promise<Announcement[]> {
  const scopes = mergeScopes(touched);
  if (scopes.length === 0) return [];
  const stored = groupBy(await loadStoredCandidates(ctx, scopes), scopeKey);
  const widened = scopes.map((scope) =>
    widen(scope, stored.get(scopeKey(scope)) ?? [], ctx.settings.runGapUs),
  );
  const judged = [
    ...(await judgeRecurrences(
      ctx,
      widened.filter((s) => s.type === 'RECURRENCE'),
    )),
    ...(await judgeBursts(
      ctx,
      widened.filter((s) => s.type === 'BURST'),
    )),
    ...(await judgeSelfHeals(
      ctx,
      widened.filter((s) => s.type === 'SELF_HEAL'),
    )),
    ...(await judgeAnomalies(
      ctx,
      widened.filter((s) => s.type === 'ANOMALY' && s.about === 'SIGNATURE'),
    )),
    ...(await judgeSilences(
      ctx,
      widened.filter((s) => s.type === 'ANOMALY' && s.about === 'SILENCE'),
    )),
    ...widened.flatMap((scope) => (scope.type === 'PRECURSOR' ? [{ scope, findings: scope.findings }] : [])),
    ...(await judgeSpreads(
      ctx,
      widened.filter((s) => s.type === 'SPREAD'),
    )),
  ];
  const matched = judged.map((j) => ({ ...j, matches: matchesOf(j, stored.get(scopeKey(j.scope)) ?? []) }));
  return writeCandidates(ctx, {
    kept: await assessAll(ctx, matched),
    joined: matched.flatMap(({ matches }) => matches.joined),
    groundless: matched.flatMap(({ matches }) => matches.groundless),
    work,
  });
}

/** Takes in the stored candidates that what was touched may have moved, parted or joined. */
function widen(scope: Scope, stored: readonly StoredCandidate[], gapUs: number): Scope {
  let { fromUs, toUs } = scope;
  for (let grown = true; grown; ) {
    grown = false;
    for (const { firstUs, lastUs } of stored) {
      if (firstUs - gapUs > toUs || lastUs + gapUs < fromUs) continue;
      if (firstUs >= fromUs && lastUs <= toUs) continue;
      fromUs = Math.min(fromUs, firstUs);
      toUs = Math.max(toUs, lastUs);
      grown = true;
    }
  }
  return { ...scope, fromUs, toUs };
}

type CandidateMatches = Matches<Finding, StoredCandidate>;

function matchesOf({ scope, findings }: Judged, stored: readonly StoredCandidate[]): CandidateMatches {
  const fromUs = Math.min(scope.fromUs, ...findings.map((f) => f.firstUs));
  const toUs = Math.max(scope.toUs, ...findings.map((f) => f.lastUs));
  return matchStored(
    findings,
    stored.filter((s) => s.firstUs <= toUs && s.lastUs >= fromUs),
  );
}

async function assessAll(
  ctx: DetectContext,
  matched: readonly (Judged & { readonly matches: CandidateMatches })[],
): Promise<CandidateWrite[]> {
  const kept = matched.flatMap(({ scope, matches }) => matches.kept.map((k) => ({ scope, ...k })));
  const judgements = await loadJudgements(
    ctx,
    kept.map(({ finding, stored }) => ({ ...finding, candidateId: stored?.id ?? null })),
  );
  return kept.map(({ scope, finding, stored }, i) => {
    const firstSeenUs = Math.min(finding.lastUs, ...membersOf(scope).map((m) => m.firstSeenUs));
    const state = stored?.content.state ?? null;
    return { finding, stored, ...assess(finding, firstSeenUs, judgements[i]!, state, ctx.scoring) };
  });
}
