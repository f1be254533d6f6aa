import { findSpreadRuns } from '../../detect/spread.ts';
import type { DetectContext } from './context.ts';
import { loadHostnames } from './facts.ts';
import { loadRuns } from './load-runs.ts';
import type { Judged, SpreadScope } from './scopes.ts';
import { loadSpreadWindows } from './spread-windows.ts';

export async function judgeSpreads(ctx: DetectContext, scopes: readonly SpreadScope[]): Promise<Judged[]> {
  if (scopes.length === 0) return [];
  const scopeOf = new Map(scopes.map((s) => [s.subject, s]));
  const runs = await loadRuns(
    scopes.map((s) => ({ key: s.subject, fromUs: s.fromUs, toUs: s.toUs })),
    ctx.settings.runGapUs,
    async (regions) => {
      const windows = await loadSpreadWindows(
        ctx,
        regions.map((r) => ({ ...r, signatureId: scopeOf.get(r.key)!.signature.signatureId })),
      );
      return new Map(regions.map((r, i) => [r.key, windows[i]!]));
    },
  );
  const hostnames = await loadHostnames(
    ctx,
    [...runs.values()].flatMap((windows) => windows.flatMap((w) => w.assetIds)),
  );
  return scopes.map((scope) => ({
    scope,
    findings: findSpreadRuns(scope.signature, runs.get(scope.subject) ?? [], hostnames, ctx.settings),
  }));
}
