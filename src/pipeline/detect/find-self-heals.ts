import { sql } from 'drizzle-orm';
import { findSelfHeals, type HealedCycle, type ParseQuality } from '../../detect/self-heal.ts';
import type { Severity } from '../../domain/severity.ts';
import { minuteOf } from '../../domain/time.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { loadHostnames } from './facts.ts';
import { loadRuns, type Region } from './load-runs.ts';
import { type Judged, membersOf, type SelfHealScope } from './scopes.ts';

export async function judgeSelfHeals(
  ctx: DetectContext,
  scopes: readonly SelfHealScope[],
): Promise<Judged[]> {
  if (scopes.length === 0) return [];
  const scopeOf = new Map(scopes.map((s) => [s.subject, s]));
  const runs = await loadRuns(
    scopes.map((s) => ({ key: s.subject, fromUs: s.fromUs, toUs: s.toUs })),
    ctx.settings.runGapUs,
    (regions) => loadCycles(ctx, regions, scopeOf),
  );
  const minutes = await loadMinutes(ctx, scopes, runs);
  const hostnames = await loadHostnames(
    ctx,
    scopes.map((s) => s.assetId),
  );
  return scopes.map((scope, i) => {
    const pair = {
      key: scope.pairKey,
      problems: membersOf(scope).filter((m) => m.pairRole === 'PROBLEM'),
      recoveries: membersOf(scope).filter((m) => m.pairRole === 'RECOVERY'),
    };
    const cycles = runs.get(scope.subject) ?? [];
    const qualityOf = (run: readonly HealedCycle[]) => quality(run, minutes[i]!);
    return {
      scope,
      findings: findSelfHeals(pair, scope.assetId, cycles, qualityOf, hostnames, ctx.settings),
    };
  });
}

type CycleRow = { i: number; startUs: string; endUs: string; correlation: string | null; severity: Severity };

async function loadCycles(
  ctx: DetectContext,
  regions: readonly Region[],
  scopeOf: ReadonlyMap<string, SelfHealScope>,
): Promise<Map<string, HealedCycle[]>> {
  const asked = regions.flatMap((r, i) =>
    scopeOf.get(r.key)!.members.map((m) => ({
      i,
      signature_id: m.signatureId,
      asset_id: scopeOf.get(r.key)!.assetId,
      began_at: moment(Math.max(0, r.fromUs - ctx.settings.selfHeal.healWithinUs)),
      from_at: moment(r.fromUs),
      to_at: moment(r.toUs),
    })),
  );
  const rows = await query<CycleRow>(
    ctx,
    sql`select t.i, s.entity as correlation, s.severity,
               (extract(epoch from s.observed_at) * 1000000)::bigint as "startUs",
               (extract(epoch from s.ended_at) * 1000000)::bigint as "endUs"
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, asset_id bigint, began_at timestamptz, from_at timestamptz, to_at timestamptz)
          join signal s on s.tenant_id = ${ctx.tenantId} and s.signature_id = t.signature_id
                       and s.asset_id = t.asset_id and s.kind = 'RECOVERY'
                       and s.observed_at >= t.began_at and s.observed_at <= t.to_at and s.ended_at >= t.from_at
         order by t.i, s.observed_at`,
  );
  const cycles = new Map<string, HealedCycle[]>(regions.map((r) => [r.key, []]));
  for (const { i, startUs, endUs, correlation, severity } of rows)
    cycles.get(regions[i]!.key)!.push({
      startUs: Number(startUs),
      endUs: Number(endUs),
      correlation: correlation ?? '',
      severity,
    });
  return cycles;
}

interface CountedMinute {
  readonly minute: number;
  readonly n: number;
  readonly sourced: number;
}

/** The pair's counted minutes within any of the cycles, per scope. */
async function loadMinutes(
  ctx: DetectContext,
  scopes: readonly SelfHealScope[],
  runs: ReadonlyMap<string, readonly HealedCycle[]>,
): Promise<CountedMinute[][]> {
  const asked = scopes.flatMap((scope, i) =>
    (runs.get(scope.subject) ?? []).flatMap((cycle) =>
      scope.members.map((m) => ({
        i,
        signature_id: m.rootId,
        asset_id: scope.assetId,
        from_minute: minuteOf(cycle.startUs),
        to_minute: minuteOf(cycle.endUs),
      })),
    ),
  );
  const rows = await query<CountedMinute & { i: number }>(
    ctx,
    sql`select distinct t.i, b.signature_id, b.minute, b.n, b.sourced
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, asset_id bigint, from_minute int, to_minute int)
          join feature_bucket b on b.tenant_id = ${ctx.tenantId} and b.signature_id = t.signature_id
                               and b.asset_id = t.asset_id and b.minute between t.from_minute and t.to_minute`,
  );
  const minutes: CountedMinute[][] = scopes.map(() => []);
  for (const row of rows) minutes[row.i]!.push(row);
  return minutes;
}

function quality(run: readonly HealedCycle[], minutes: readonly CountedMinute[]): ParseQuality {
  let events = 0;
  let sourced = 0;
  const spans = run.map((c) => [minuteOf(c.startUs), minuteOf(c.endUs)] as const);
  for (const { minute, n, sourced: own } of minutes) {
    if (!spans.some(([from, to]) => from <= minute && minute <= to)) continue;
    events += n;
    sourced += own;
  }
  return { events, sourced };
}
