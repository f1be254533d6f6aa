// Keeps the episode table: chained anew from the last episode that began before the touched minutes, until the chain
// meets an episode that is stored already.
import { sql } from 'drizzle-orm';
import { beforeLast, chainEpisodes } from '../../detect/episode.ts';
import type { Bucket, Episode } from '../../detect/rows.ts';
import { type Micros, minuteOf, US_PER_MINUTE } from '../../domain/time.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { type Chain, usOfMoment, withPrefixes } from './episode-prefixes.ts';
import { rowsOfSeries } from './series-rows.ts';
import type { Touched } from './touched.ts';

/** The minutes after the touched ones that are read first: one episode and the pause behind it. */
const FIRST_REACH_MINUTES = 1_440 + 30;

interface WrittenEpisode extends Episode {
  /** What it held before the minute of its last event; null: nothing, or that is not known. */
  readonly before: Bucket | null;
}

/** A series whose episodes were chained anew from some moment on. */
export interface EpisodeChange {
  readonly signatureId: string;
  readonly assetId: string;
  /** All of them from there up to where the chain met what was stored. */
  readonly episodes: readonly Episode[];
  /** Stored ones that are none any more. */
  readonly gone: readonly Episode[];
  /** Those of `episodes` that are new or other than they were. */
  readonly written: readonly WrittenEpisode[];
  /** The starts that came or went. */
  readonly moved: readonly Micros[];
}

export async function updateEpisodes(
  ctx: DetectContext,
  touched: readonly Touched[],
): Promise<EpisodeChange[]> {
  let open = await withPrefixes(ctx, touched);
  const changes: EpisodeChange[] = [];
  for (let reach = FIRST_REACH_MINUTES; open.length > 0; reach *= 4) {
    const loaded = await loadChains(ctx, open, reach);
    const unfinished: Chain[] = [];
    open.forEach((chain, i) => {
      const change = rechain(ctx, chain, loaded[i]!);
      if (change === null) unfinished.push(chain);
      else changes.push(change);
    });
    open = unfinished;
  }
  await store(ctx, changes);
  return changes;
}

interface StoredEpisode extends Episode {
  readonly beforeCount: number | null;
  readonly beforeEndUs: Micros | null;
}

interface Loaded {
  readonly buckets: Bucket[];
  readonly stored: StoredEpisode[];
  /** Nothing lies beyond what was read. */
  readonly complete: boolean;
}

interface LoadedRow {
  i: number;
  buckets: [number, number, number, Bucket['worst'], number, number][] | null;
  stored: [string, string, number, number, Bucket['worst'], number | null, number | null][] | null;
  complete: boolean;
}

async function loadChains(ctx: DetectContext, chains: readonly Chain[], reach: number): Promise<Loaded[]> {
  const asked = chains.map((c, i) => ({
    i,
    signature_id: c.signatureId,
    asset_id: c.assetId,
    from_minute: c.fromMinute,
    to_minute: c.toMinute + reach,
    from_at: moment(c.prefix?.firstUs ?? c.fromMinute * US_PER_MINUTE),
    to_at: moment((c.toMinute + reach + 1) * US_PER_MINUTE),
  }));
  const rows = await query<LoadedRow>(
    ctx,
    sql`select t.i, b.buckets, e.stored, not exists (
                 select 1 from feature_bucket n
                  where n.tenant_id = ${ctx.tenantId} and n.signature_id = t.signature_id
                    and n.asset_id = t.asset_id and n.minute > t.to_minute) as complete
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, asset_id bigint, from_minute int, to_minute int,
                    from_at timestamptz, to_at timestamptz)
         cross join lateral (
               select json_agg(json_build_array(f.minute, f.n, f.sourced, f.worst, f.first_us, f.last_us) order by f.minute) as buckets
                 from feature_bucket f
                where f.tenant_id = ${ctx.tenantId}
                  and ${rowsOfSeries('f', 'minute', ['>= t.from_minute', '<= t.to_minute'])}) b
         cross join lateral (
               select json_agg(json_build_array((extract(epoch from e.start_at) * 1000000)::bigint,
                        (extract(epoch from e.end_at) * 1000000)::bigint, e.event_count, e.sourced, e.worst,
                        e.before_count, ${usOfMoment('e.before_end_at')}) order by e.start_at) as stored
                 from episode e
                where e.tenant_id = ${ctx.tenantId}
                  and ${rowsOfSeries('e', 'start_at', ['>= t.from_at', '< t.to_at'])}) e
         order by t.i`,
  );
  return rows.map((row, i) => ({
    buckets: (row.buckets ?? []).map(([minute, n, sourced, worst, firstUs, lastUs]) => ({
      minute,
      n,
      sourced,
      worst,
      firstUs,
      lastUs,
    })),
    stored: (row.stored ?? []).map(([startUs, endUs, events, sourced, worst, beforeCount, beforeEndUs]) => ({
      assetId: chains[i]!.assetId,
      startUs: Number(startUs),
      endUs: Number(endUs),
      events,
      sourced,
      worst,
      beforeCount,
      beforeEndUs: beforeEndUs === null ? null : Number(beforeEndUs),
    })),
    complete: row.complete,
  }));
}

/** Null where the chain runs on beyond what was loaded. */
function rechain(ctx: DetectContext, chain: Chain, loaded: Loaded): EpisodeChange | null {
  const buckets = chain.prefix === null ? loaded.buckets : [chain.prefix, ...loaded.buckets];
  const computed = chainEpisodes(chain.assetId, buckets, ctx.settings.episode);
  const storedByStart = new Map(loaded.stored.map((e) => [e.startUs, e]));
  const met = computed.findIndex((e) => minuteOf(e.startUs) > chain.toMinute && storedByStart.has(e.startUs));
  if (met < 0 && !loaded.complete) return null;
  const mine = met < 0 ? computed : computed.slice(0, met);
  const endUs = met < 0 ? Number.POSITIVE_INFINITY : computed[met]!.startUs;
  const starts = new Set(mine.map((e) => e.startUs));
  const gone = loaded.stored.filter((e) => e.startUs < endUs && !starts.has(e.startUs));
  const begun = mine.filter((e) => !storedByStart.has(e.startUs));
  return {
    signatureId: chain.signatureId,
    assetId: chain.assetId,
    episodes: mine,
    gone,
    written: mine
      .map((e) => ({ ...e, before: beforeOf(e, chain, buckets) }))
      .filter((e) => !isSame(e, storedByStart.get(e.startUs))),
    moved: [...gone, ...begun].map((e) => e.startUs),
  };
}

/** Where the episode under way goes no further than it did, its last minute is not known from the others. */
const beforeOf = (episode: Episode, { prefix }: Chain, buckets: readonly Bucket[]): Bucket | null =>
  prefix !== null && prefix.lastUs === episode.endUs ? null : beforeLast(episode, buckets);

const isSame = (a: WrittenEpisode, b: StoredEpisode | undefined): boolean =>
  b !== undefined &&
  a.endUs === b.endUs &&
  a.events === b.events &&
  a.sourced === b.sourced &&
  a.worst === b.worst &&
  (a.before?.n ?? null) === b.beforeCount &&
  (a.before?.lastUs ?? null) === b.beforeEndUs;

async function store(ctx: DetectContext, changes: readonly EpisodeChange[]): Promise<void> {
  const gone = changes.flatMap((change) =>
    change.gone.map((e) => ({
      signature_id: change.signatureId,
      asset_id: change.assetId,
      start_at: moment(e.startUs),
    })),
  );
  if (gone.length > 0)
    await query(
      ctx,
      sql`delete from episode e
            using json_to_recordset(${asJson(gone)}::json) as g(signature_id bigint, asset_id bigint, start_at timestamptz)
           where e.tenant_id = ${ctx.tenantId} and e.signature_id = g.signature_id and e.asset_id = g.asset_id
             and e.start_at = g.start_at`,
    );
  const written = changes.flatMap((change) =>
    change.written.map((e) => ({
      signature_id: change.signatureId,
      asset_id: change.assetId,
      start_at: moment(e.startUs),
      end_at: moment(e.endUs),
      event_count: e.events,
      sourced: e.sourced,
      worst: e.worst,
      before_count: e.before?.n ?? null,
      before_sourced: e.before?.sourced ?? null,
      before_worst: e.before?.worst ?? null,
      before_end_at: e.before === null ? null : moment(e.before.lastUs),
    })),
  );
  if (written.length === 0) return;
  await query(
    ctx,
    sql`insert into episode (tenant_id, signature_id, asset_id, start_at, end_at, event_count, sourced, worst,
                             before_count, before_sourced, before_worst, before_end_at)
        select ${ctx.tenantId}::int, w.* from json_to_recordset(${asJson(written)}::json)
            as w(signature_id bigint, asset_id bigint, start_at timestamptz, end_at timestamptz,
                 event_count bigint, sourced bigint, worst smallint, before_count bigint, before_sourced bigint,
                 before_worst smallint, before_end_at timestamptz)
        on conflict (tenant_id, signature_id, asset_id, start_at) do update
           set end_at = excluded.end_at, event_count = excluded.event_count,
               sourced = excluded.sourced, worst = excluded.worst, before_count = excluded.before_count,
               before_sourced = excluded.before_sourced, before_worst = excluded.before_worst,
               before_end_at = excluded.before_end_at`,
  );
}
