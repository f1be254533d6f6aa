import { sql } from 'drizzle-orm';
import { type AnomalousEpisode, anomalousEpisodes, findAnomalies } from '../../detect/anomaly.ts';
import { findSilentRuns, type SilentSpan } from '../../detect/silence-anomaly.ts';
import { US_PER_MINUTE } from '../../domain/time.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { loadHostnames } from './facts.ts';
import { loadEpisodes } from './load-episodes.ts';
import { loadRuns, type Region } from './load-runs.ts';
import type { AnomalyScope, Judged, SilenceScope } from './scopes.ts';
import { groupBy } from './touched.ts';
import { loadAnomalousVerdicts } from './verdicts.ts';

export async function judgeAnomalies(ctx: DetectContext, scopes: readonly AnomalyScope[]): Promise<Judged[]> {
  if (scopes.length === 0) return [];
  const signatureOf = new Map(scopes.map((s) => [s.subject, s.signature]));
  const verdicts = await loadAnomalousVerdicts(
    ctx,
    scopes.map((s) => s.signature.signatureId),
  );
  const memoryFromUs = (await firstMinute(ctx)) * US_PER_MINUTE;
  const anomalous = async (regions: readonly Region[]) => {
    const reaching = regions.map((r) => ({
      ...r,
      fromUs: Math.max(0, r.fromUs - ctx.settings.anomaly.unseenUs),
    }));
    const found = await loadEpisodes(ctx, reaching, (key) => signatureOf.get(key)!.signatureId);
    return new Map(
      regions.map((r): [string, AnomalousEpisode[]] => {
        const own = verdicts.get(signatureOf.get(r.key)!.signatureId);
        const judged = anomalousEpisodes(
          found.get(r.key) ?? [],
          (severity) => own?.get(severity),
          memoryFromUs,
          ctx.settings,
        );
        return [r.key, judged.filter((episode) => episode.endUs >= r.fromUs)];
      }),
    );
  };
  const runs = await loadRuns(
    scopes.map((s) => ({ key: s.subject, fromUs: s.fromUs, toUs: s.toUs })),
    ctx.settings.runGapUs,
    anomalous,
  );
  const hostnames = await loadHostnames(
    ctx,
    [...runs.values()].flatMap((episodes) => episodes.map((e) => e.assetId)),
  );
  return scopes.map((scope) => ({
    scope,
    findings: findAnomalies(scope.signature, runs.get(scope.subject) ?? [], hostnames, ctx.settings),
  }));
}

async function firstMinute(ctx: DetectContext): Promise<number> {
  const [row] = await query<{ firstMinute: number }>(
    ctx,
    sql`select first_minute as "firstMinute" from event_clock where tenant_id = ${ctx.tenantId}`,
  );
  return row!.firstMinute;
}

export async function judgeSilences(ctx: DetectContext, scopes: readonly SilenceScope[]): Promise<Judged[]> {
  if (scopes.length === 0) return [];
  const scopeOf = new Map(scopes.map((s) => [s.subject, s]));
  const runs = await loadRuns(
    scopes.map((s) => ({ key: s.subject, fromUs: s.fromUs, toUs: s.toUs })),
    ctx.settings.runGapUs,
    (regions) => loadSilences(ctx, regions, (key) => scopeOf.get(key)!.assetId),
  );
  return scopes.map((scope) => ({
    scope,
    findings: findSilentRuns(scope.assetId, scope.hostname, runs.get(scope.subject) ?? [], ctx.settings),
  }));
}

async function loadSilences(
  ctx: DetectContext,
  regions: readonly Region[],
  assetOf: (key: string) => string,
): Promise<Map<string, SilentSpan[]>> {
  const asked = regions.map((r) => ({
    key: r.key,
    asset_id: assetOf(r.key),
    from_at: moment(r.fromUs),
    to_at: moment(r.toUs),
  }));
  const rows = await query<{ key: string; startUs: string; endUs: string | null; text: string }>(
    ctx,
    sql`select t.key, s.text, (extract(epoch from s.observed_at) * 1000000)::bigint as "startUs",
               (extract(epoch from s.ended_at) * 1000000)::bigint as "endUs"
          from json_to_recordset(${asJson(asked)}::json)
               as t(key text, asset_id bigint, from_at timestamptz, to_at timestamptz)
          join signal s on s.tenant_id = ${ctx.tenantId} and s.asset_id = t.asset_id and s.kind = 'SILENCE'
                       and s.observed_at <= t.to_at and coalesce(s.ended_at, s.observed_at) >= t.from_at
         order by t.key, s.observed_at`,
  );
  const byKey = groupBy(rows, (row) => row.key);
  return new Map(
    regions.map(({ key }) => [
      key,
      (byKey.get(key) ?? []).map(({ startUs, endUs, text }) => ({
        startUs: Number(startUs),
        endUs: Number(endUs ?? startUs),
        isOver: endUs !== null,
        text,
      })),
    ]),
  );
}
