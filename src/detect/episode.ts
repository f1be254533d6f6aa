import { worstOf } from '../domain/severity.ts';
import type { Bucket, Episode } from './rows.ts';
import type { EpisodeSettings } from './settings.ts';

/**
 * Chains the buckets (ascending by minute) of one series: a pause of `gapUs` or more ends an episode, and so does a
 * bucket that begins `maxLengthUs` or more after the start. A bucket is never parted.
 */
export function chainEpisodes(
  assetId: string,
  buckets: Iterable<Bucket>,
  settings: EpisodeSettings,
): Episode[] {
  const episodes: Episode[] = [];
  let open: { -readonly [K in keyof Episode]: Episode[K] } | undefined;
  for (const bucket of buckets) {
    const goesOn =
      open !== undefined &&
      bucket.firstUs - open.endUs < settings.gapUs &&
      bucket.firstUs - open.startUs < settings.maxLengthUs;
    if (open !== undefined && goesOn) {
      open.endUs = Math.max(open.endUs, bucket.lastUs);
      open.events += bucket.n;
      open.sourced += bucket.sourced;
      if (bucket.worst > open.worst) open.worst = bucket.worst;
      continue;
    }
    open = {
      assetId,
      startUs: bucket.firstUs,
      endUs: bucket.lastUs,
      events: bucket.n,
      sourced: bucket.sourced,
      worst: bucket.worst,
    };
    episodes.push(open);
  }
  return episodes;
}

/** What an episode held before its last bucket, as one bucket; null: nothing. `buckets` are those it was chained from. */
export function beforeLast(episode: Episode, buckets: readonly Bucket[]): Bucket | null {
  const own = buckets.filter((b) => b.firstUs >= episode.startUs && b.lastUs <= episode.endUs);
  const before = own.slice(0, -1);
  if (before.length === 0) return null;
  return {
    minute: before[0]!.minute,
    n: before.reduce((sum, b) => sum + b.n, 0),
    sourced: before.reduce((sum, b) => sum + b.sourced, 0),
    worst: worstOf(before.map((b) => b.worst)),
    firstUs: before[0]!.firstUs,
    lastUs: before.reduce((last, b) => Math.max(last, b.lastUs), 0),
  };
}
