// Loads the latest episodes of signatures and how each ended.
import type postgres from 'postgres';
import { aliveMinutes, alivenessReachMinutes } from '../../detect/aliveness.ts';
import { DETECT_SETTINGS } from '../../detect/settings.ts';
import { type Micros, minuteOf, US_PER_MINUTE } from '../../domain/time.ts';
import { microsOf } from '../moments.ts';
import { type EndedEpisode, EPISODE_GAP_US } from './episodes.ts';

/** Stored episodes looked at; the newest ones. */
const LOOKED_AT = 200;
const HEALED_WITHIN_US = DETECT_SETTINGS.selfHeal.healWithinUs;
const ALIVENESS = DETECT_SETTINGS.aliveness;
/** An asset with fewer active minutes in the day before has no habits from which its silence could be told. */
const MIN_ACTIVE_MINUTES = 20;

interface EpisodeRow {
  readonly asset_id: string;
  readonly start_at: string;
  readonly end_at: string;
  readonly event_count: string;
  readonly acknowledged: boolean;
  readonly healed: boolean;
  /** The first minute after it in which the asset had any event. */
  readonly next_minute: number | null;
}

export async function readEpisodes(
  read: postgres.Sql,
  tenantId: number,
  signatureIds: readonly string[],
  newestUs: Micros,
): Promise<EndedEpisode[]> {
  if (signatureIds.length === 0) return [];
  const rows = await fetchEpisodes(read, tenantId, signatureIds);
  const episodes = rows.map((row) => ({
    assetId: row.asset_id,
    startUs: microsOf(row.start_at),
    endUs: microsOf(row.end_at),
    eventCount: Number(row.event_count),
    acknowledged: row.acknowledged,
    healed: row.healed,
    nextMinute: row.next_minute,
  }));
  const silent = await findSilences(read, tenantId, episodes, newestUs);
  return episodes.map(({ nextMinute: _, ...episode }, i) => ({ ...episode, wentSilent: silent.has(i) }));
}

function fetchEpisodes(read: postgres.Sql, tenantId: number, signatureIds: readonly string[]) {
  return read<EpisodeRow[]>`
    with latest as (
      select * from episode
       where tenant_id = ${tenantId} and signature_id = any(${[...signatureIds]}::bigint[])
       order by start_at desc limit ${LOOKED_AT}
    ), ended as (
      select l.*, (extract(epoch from l.end_at) * 1000000)::bigint as end_us from latest l
    )
    select e.asset_id, e.start_at, e.end_at, e.event_count,
           exists (select 1 from signal g
                    where g.tenant_id = ${tenantId} and g.signature_id in (
                            select e.signature_id union all
                            select m.signature_id from signature m where m.tenant_id = ${tenantId} and m.merged_into_id = e.signature_id)
                      and g.acknowledged
                      and (g.asset_id is null or g.asset_id = e.asset_id)
                      and g.observed_at <= e.end_at and coalesce(g.ended_at, g.observed_at) >= e.start_at) as acknowledged,
           exists (select 1 from signature p
                     join signature r on r.tenant_id = p.tenant_id and r.pair_key = p.pair_key and r.pair_role = 'RECOVERY'
                     join feature_bucket b on b.tenant_id = r.tenant_id and b.signature_id = coalesce(r.merged_into_id, r.signature_id)
                      and b.asset_id = e.asset_id
                      and b.minute between e.end_us / ${US_PER_MINUTE}::bigint
                                       and (e.end_us + ${HEALED_WITHIN_US}::bigint) / ${US_PER_MINUTE}::bigint
                      and b.last_us >= e.end_us and b.first_us <= e.end_us + ${HEALED_WITHIN_US}::bigint
                    where p.tenant_id = ${tenantId} and e.signature_id in (p.signature_id, p.merged_into_id) and p.pair_role = 'PROBLEM') as healed,
           (select b.minute from feature_bucket b
             where b.tenant_id = ${tenantId} and b.signature_id = 0 and b.asset_id = e.asset_id
               and b.minute > e.end_us / ${US_PER_MINUTE}::bigint
             order by b.minute limit 1) as next_minute
      from ended e order by e.start_at desc`;
}

type Ended = Omit<EndedEpisode, 'wentSilent'> & { readonly nextMinute: number | null };

/** Indexes of the episodes after which their asset was quiet for longer than its habits explain. */
async function findSilences(
  read: postgres.Sql,
  tenantId: number,
  episodes: readonly Ended[],
  newestUs: Micros,
): Promise<Set<number>> {
  const suspects = episodes.flatMap((episode, index) => {
    const from = minuteOf(episode.endUs);
    const to = Math.min(episode.nextMinute ?? minuteOf(newestUs), minuteOf(newestUs));
    const settled = newestUs - episode.endUs >= EPISODE_GAP_US;
    return episode.assetId !== '0' && settled && to - from > ALIVENESS.minQuietMinutes
      ? [{ index, assetId: episode.assetId, from, to }]
      : [];
  });
  if (suspects.length === 0) return new Set();
  const rows = await read<{ index: number; minutes: number[] }[]>`
    select s.index, array_agg(b.minute order by b.minute) as minutes
      from unnest(${suspects.map((s) => s.index)}::int[], ${suspects.map((s) => s.assetId)}::bigint[],
                  ${suspects.map((s) => s.from)}::int[]) as s(index, asset_id, minute)
      join feature_bucket b on b.tenant_id = ${tenantId} and b.signature_id = 0 and b.asset_id = s.asset_id
       and b.minute between s.minute - ${alivenessReachMinutes(ALIVENESS)}::int and s.minute
     group by s.index`;
  const active = new Map(rows.map((row) => [row.index, row.minutes]));
  return new Set(
    suspects.flatMap(({ index, from, to }) => {
      const minutes = active.get(index) ?? [];
      const hasHabits = minutes.length >= MIN_ACTIVE_MINUTES;
      return hasHabits && aliveMinutes(minutes, from, to, ALIVENESS).includes(0) ? [index] : [];
    }),
  );
}
