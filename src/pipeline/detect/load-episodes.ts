import { sql } from 'drizzle-orm';
import type { Episode } from '../../detect/rows.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import type { Region } from './load-runs.ts';

type Row = { episodes: [string, number, number, number, number, Episode['worst']][] | null };

// Signature and time are compared together, as their index has them: so it is taken, whatever is known of the table.
/** The episodes of one signature over all assets that touch each region, ascending by start; by the region's key. */
export async function loadEpisodes(
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
    sql`select e.episodes
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, from_at timestamptz, to_at timestamptz)
         cross join lateral (
               select json_agg(json_build_array(e.asset_id::text, (extract(epoch from e.start_at) * 1000000)::bigint,
                        (extract(epoch from e.end_at) * 1000000)::bigint, e.event_count, e.sourced, e.worst)
                        order by e.start_at) as episodes
                 from episode e
                where e.tenant_id = ${ctx.tenantId}
                  and (e.signature_id + 0, e.start_at) >= (t.signature_id, t.from_at)
                  and (e.signature_id + 0, e.start_at) <= (t.signature_id, t.to_at)) e
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
