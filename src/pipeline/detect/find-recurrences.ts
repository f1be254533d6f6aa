import { findRecurrences } from '../../detect/recurrence.ts';
import type { DetectContext } from './context.ts';
import { loadHostnames } from './facts.ts';
import { loadEpisodes } from './load-episodes.ts';
import { loadRuns } from './load-runs.ts';
import type { Judged, RecurrenceScope } from './scopes.ts';

export async function judgeRecurrences(
  ctx: DetectContext,
  scopes: readonly RecurrenceScope[],
): Promise<Judged[]> {
  if (scopes.length === 0) return [];
  const signatureOf = new Map(scopes.map((s) => [s.subject, s.signature]));
  const runs = await loadRuns(
    scopes.map((s) => ({ key: s.subject, fromUs: s.fromUs, toUs: s.toUs })),
    ctx.settings.runGapUs,
    (regions) => loadEpisodes(ctx, regions, (key) => signatureOf.get(key)!.signatureId),
  );
  const hostnames = await loadHostnames(
    ctx,
    [...runs.values()].flatMap((episodes) => episodes.map((e) => e.assetId)),
  );
  return scopes.map((scope) => ({
    scope,
    findings: findRecurrences(scope.signature, runs.get(scope.subject) ?? [], hostnames, ctx.settings),
  }));
}
