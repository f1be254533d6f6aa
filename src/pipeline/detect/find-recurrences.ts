import { sql } from 'drizzle-orm';
import { findRecurrences } from '../../detect/recurrence.ts';
import type { Episode } from '../../detect/rows.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { loadHostnames } from './facts.ts';
import { loadRuns, type Region } from './load-runs.ts';
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

type Row = { i: number; episodes: [string, number, number, number, number, Episode['worst']][] | null };

async function loadEpisodes(
  ctx: DetectContext,
  regions: readonly Region[],
  signatureOf: (key: string) => string,
): Promise<Map<string, Episode[]>> {
  const asked = regions.map((r, i) => ({
    i,
    signature_id: signatureOf(r.key),
    // An episode that touches the region began at most its greatest length before it.
    from_at: moment(Math.max(0, r.fromUs - 2 * ctx.settings.episode.maxLengthUs)),
    to_at: moment(r.toUs),
  }));
  const rows = await query<Row>(
    ctx,
    sql`select t.i, e.episodes
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, from_at timestamptz, to_at timestamptz)
         cross join lateral (
               select json_agg(json_build_array(e.asset_id::text, (extract(epoch from e.start_at) * 1000000)::bigint,
                        (extract(epoch from e.end_at) * 1000000)::bigint, e.event_count, e.sourced, e.worst)
                        order by e.start_at) as episodes
                 from episode e
                where e.tenant_id = ${ctx.tenantId} and e.signature_id = t.signature_id
                  and e.start_at >= t.from_at and e.start_at <= t.to_at) e
         order by t.i`,
  );
  return new Map(
    rows.map((row, i) => [
      regions[i]!.key,
      (row.episodes ?? [])
        .map(([assetId, startUs, endUs, events, sourced, worst]) => ({
          assetId,
          startUs,
          endUs,
          events,
          sourced,
          worst,
        }))
        .filter((episode) => episode.endUs >= regions[i]!.fromUs),
    ]),
  );
}
