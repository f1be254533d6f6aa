import { findBurstRuns } from '../../detect/burst.ts';
import { maxBurstMinutes } from '../../detect/spike.ts';
import { minuteOf } from '../../domain/time.ts';
import type { DetectContext } from './context.ts';
import { loadHostnames } from './facts.ts';
import { loadRuns } from './load-runs.ts';
import type { BurstScope, Judged } from './scopes.ts';
import { loadSpikes } from './spike-signals.ts';

export async function judgeBursts(ctx: DetectContext, scopes: readonly BurstScope[]): Promise<Judged[]> {
  if (scopes.length === 0) return [];
  const scopeOf = new Map(scopes.map((s) => [s.subject, s]));
  const runs = await loadRuns(
    scopes.map((s) => ({ key: s.subject, fromUs: s.fromUs, toUs: s.toUs })),
    ctx.settings.runGapUs,
    async (regions) => {
      const spikes = await loadSpikes(
        ctx,
        regions.map((r) => {
          const { signature, assetId } = scopeOf.get(r.key)!;
          const from = Math.max(0, minuteOf(r.fromUs) - maxBurstMinutes(ctx.settings.spike));
          return { signatureId: signature.signatureId, assetId, from, to: minuteOf(r.toUs) + 1 };
        }),
      );
      return new Map(
        regions.map((r, i) => [
          r.key,
          spikes[i]!.filter((s) => !s.recurring && s.endUs >= r.fromUs && s.startUs <= r.toUs),
        ]),
      );
    },
  );
  const hostnames = await loadHostnames(
    ctx,
    scopes.map((s) => s.assetId),
  );
  return scopes.map((scope) => ({
    scope,
    findings: findBurstRuns(
      scope.signature,
      scope.assetId,
      runs.get(scope.subject) ?? [],
      hostnames,
      ctx.settings,
    ),
  }));
}
