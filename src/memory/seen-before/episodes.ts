// Past bursts of a signature: stored per asset, told per stretch of time, each with how it ended.
import { type Micros, US_PER_MINUTE } from '../../domain/time.ts';
import type { EpisodeOutcome } from '../../domain/words.ts';
import type { PastEpisode } from './answer.ts';

/** One stored episode and what is known of its end. */
export interface EndedEpisode {
  readonly assetId: string;
  readonly startUs: Micros;
  readonly endUs: Micros;
  readonly eventCount: number;
  readonly acknowledged: boolean;
  /** Its recovery came on the same asset soon after. */
  readonly healed: boolean;
  /** The asset said nothing more, for longer than is usual for it. */
  readonly wentSilent: boolean;
}

const NO_ASSET = '0';
/** A pause of this length ends an episode. */
export const EPISODE_GAP_US = 30 * US_PER_MINUTE;

/** The latest ones are shown. */
export const EPISODES_SHOWN = 20;

/** `newestUs`: the latest event of the tenant, which is what "now" means to a memory of logs. */
function outcomeOf(episode: EndedEpisode, newestUs: Micros): EpisodeOutcome {
  if (newestUs - episode.endUs < EPISODE_GAP_US && !episode.healed) return 'ONGOING';
  if (episode.acknowledged) return 'ACKNOWLEDGED';
  if (episode.healed) return 'HEALED';
  return episode.wentSilent ? 'WENT_SILENT' : 'ENDED';
}

/** What speaks for several assets at once: the most open end. */
const MOST_OPEN: readonly EpisodeOutcome[] = ['ONGOING', 'ACKNOWLEDGED', 'WENT_SILENT', 'ENDED', 'HEALED'];

/** Joins episodes of several assets and signatures without a pause of thirty minutes between; newest first. */
export function tellEpisodes(episodes: readonly EndedEpisode[], newestUs: Micros): PastEpisode[] {
  const sorted = [...episodes].sort((a, b) => a.startUs - b.startUs);
  const stretches: EndedEpisode[][] = [];
  let endUs = Number.NEGATIVE_INFINITY;
  for (const episode of sorted) {
    if (episode.startUs - endUs < EPISODE_GAP_US) stretches.at(-1)!.push(episode);
    else stretches.push([episode]);
    endUs = Math.max(endUs, episode.endUs);
  }
  return stretches.reverse().map((stretch) => tell(stretch, newestUs));
}

function tell(stretch: readonly EndedEpisode[], newestUs: Micros): PastEpisode {
  const outcomes = new Set(stretch.map((episode) => outcomeOf(episode, newestUs)));
  return {
    startUs: Math.min(...stretch.map((e) => e.startUs)),
    endUs: Math.max(...stretch.map((e) => e.endUs)),
    eventCount: stretch.reduce((sum, e) => sum + e.eventCount, 0),
    assetIds: [...new Set(stretch.map((e) => e.assetId))].filter((id) => id !== NO_ASSET),
    outcome: MOST_OPEN.find((outcome) => outcomes.has(outcome)) as EpisodeOutcome,
  };
}
