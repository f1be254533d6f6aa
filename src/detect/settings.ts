// Every threshold of the detection rules, with its default. Times are microseconds, buckets are minutes.
import { type Micros, US_PER_DAY, US_PER_MINUTE } from '../domain/time.ts';

export interface EpisodeSettings {
  /** A pause of this length or more ends an episode. */
  readonly gapUs: Micros;
  /** No event of an episode's later buckets lies this far behind its start: a persistent trouble recurs daily. */
  readonly maxLengthUs: Micros;
}

export interface AlivenessSettings {
  /** An asset with an event within this time is alive, whatever its habits. */
  readonly minQuietMinutes: number;
  /** No habit makes an asset alive for longer without an event. */
  readonly maxQuietMinutes: number;
  /** Times the usual gap (its `gapPercentile`) between active minutes. */
  readonly gapFactor: number;
  readonly gapPercentile: number;
  /** Habits are read from this long before the hour that is judged. */
  readonly habitMinutes: number;
}

export interface SilenceSettings {
  /** Gaps between active minutes, in the day before, that make a habit: an asset without one does not fall silent. */
  readonly minGaps: number;
  /** While nothing at all is heard of a tenant, its time runs this far behind the server's clock. */
  readonly lagMinutes: number;
}

export interface EntityWindowSettings {
  /** A pause of this length or more closes it… */
  readonly quietUs: Micros;
  /** …and so does this length. */
  readonly maxLengthUs: Micros;
}

export interface ChangeWindowSettings {
  /** From this long before a change began… */
  readonly beforeUs: Micros;
  /** …to this long after it ended. */
  readonly afterUs: Micros;
  /** A change that takes longer is looked at as if it had ended after this. */
  readonly maxLengthUs: Micros;
}

export interface NewSignatureSettings {
  /** Nothing is called new before the tenant was watched for this long. */
  readonly warmUpUs: Micros;
}

export interface SpikeSettings {
  /** Alive buckets that the baseline is learned from; nothing older has any influence. */
  readonly windowBuckets: number;
  /** Nor does anything older than this, however few alive buckets it holds. */
  readonly lookBackMinutes: number;
  readonly medianBuckets: number;
  readonly ewmaAlpha: number;
  readonly baselineFloor: number;
  readonly minCount: number;
  readonly ratio: number;
  readonly zScore: number;
  readonly warmUpBuckets: number;
  /** Buckets after a silence that do not fire. */
  readonly graceBuckets: number;
  /** A burst closes after `closeBuckets` buckets below `closeRatio` times its baseline… */
  readonly closeRatio: number;
  readonly closeBuckets: number;
  /** …or when it is this long: then what it shows is the new normal. */
  readonly maxBurstBuckets: number;
  /** Series with a greater dispersion, or fewer events a minute, are judged on sums of `slotMinutes`. */
  readonly maxDispersion: number;
  readonly minRate: number;
  readonly slotMinutes: number;
  /** A burst is recurring where one of these holds: hot at the same time ± `slackBuckets` in each of `times` past periods. */
  readonly habits: readonly { readonly everyMinutes: number; readonly times: number }[];
  readonly slackBuckets: number;
}

export interface RecurrenceSettings {
  readonly windowUs: Micros;
  readonly minEvents: number;
  readonly minEpisodes: number;
  /** A severity rank. */
  readonly minSeverity: number;
}

export interface SelfHealSettings {
  /** The recovery comes within this time of the first report of the problem. */
  readonly healWithinUs: Micros;
  /** The first report of a problem is looked for no further back than this before its recovery. */
  readonly outageLookBackUs: Micros;
  readonly windowUs: Micros;
  readonly minCycles: number;
}

export interface AnomalySettings {
  /** A severity rank: a signature of this or worse is an anomaly when it is new… */
  readonly minSeverity: number;
  /** …which it is where it had no event for this long, */
  readonly unseenUs: Micros;
  /** and the tenant's memory began at least this long before. */
  readonly warmUpUs: Micros;
}

export interface SpreadSettings {
  readonly minAssets: number;
  /** The length of a window, and of the slots from which the usual number of assets is taken. */
  readonly windowMinutes: number;
  /** A window fires on more assets than this share of the slots had… */
  readonly percentile: number;
  /** …that lie within this time before it, as far as the tenant's memory reaches. */
  readonly historyMinutes: number;
}

export interface PrecursorSettings {
  /** The severity rank from which an episode is a failure; episodes of promoted incidents' signatures are failures, too. */
  readonly minSeverity: number;
  /** A sign leads a failure where its episode begins this long before the failure's. */
  readonly minLeadUs: Micros;
  readonly maxLeadUs: Micros;
  /** Counted over this long before the last failure of a run, and over its latest `maxFailures` failures. */
  readonly lookBackUs: Micros;
  readonly maxFailures: number;
  /** Distinct failures that the sign came before. */
  readonly minFailures: number;
  readonly minConfidence: number;
  readonly minLift: number;
  /** The greatest binomial tail, times the number of pairs tested. */
  readonly maxLuck: number;
  /** A PRECURSOR_CLUSTER is this many milder signatures within this time before a failure on its asset. */
  readonly clusterSignatures: number;
  readonly clusterUs: Micros;
}

export interface DetectSettings {
  readonly episode: EpisodeSettings;
  readonly aliveness: AlivenessSettings;
  readonly silence: SilenceSettings;
  readonly newSignature: NewSignatureSettings;
  readonly entityWindow: EntityWindowSettings;
  readonly changeWindow: ChangeWindowSettings;
  readonly spike: SpikeSettings;
  readonly recurrence: RecurrenceSettings;
  readonly selfHeal: SelfHealSettings;
  readonly anomaly: AnomalySettings;
  readonly spread: SpreadSettings;
  readonly precursor: PrecursorSettings;
  /** What lies further apart belongs to different candidates. */
  readonly runGapUs: Micros;
}

export const DETECT_SETTINGS: DetectSettings = {
  episode: { gapUs: 30 * US_PER_MINUTE, maxLengthUs: US_PER_DAY },
  aliveness: {
    minQuietMinutes: 10,
    maxQuietMinutes: 1_440,
    gapFactor: 5,
    gapPercentile: 0.95,
    habitMinutes: 1_440,
  },
  silence: { minGaps: 10, lagMinutes: 2 },
  newSignature: { warmUpUs: US_PER_DAY },
  entityWindow: { quietUs: 30 * US_PER_MINUTE, maxLengthUs: 240 * US_PER_MINUTE },
  changeWindow: { beforeUs: 5 * US_PER_MINUTE, afterUs: 60 * US_PER_MINUTE, maxLengthUs: US_PER_DAY },
  spike: {
    windowBuckets: 120,
    lookBackMinutes: 1_440,
    medianBuckets: 60,
    ewmaAlpha: 0.05,
    baselineFloor: 0.5,
    minCount: 10,
    ratio: 3,
    zScore: 4,
    warmUpBuckets: 30,
    graceBuckets: 10,
    closeRatio: 1.5,
    closeBuckets: 5,
    maxBurstBuckets: 60,
    maxDispersion: 4,
    minRate: 3,
    slotMinutes: 5,
    habits: [
      { everyMinutes: 60, times: 3 },
      { everyMinutes: 1_440, times: 2 },
      { everyMinutes: 10_080, times: 2 },
    ],
    slackBuckets: 2,
  },
  recurrence: { windowUs: 7 * US_PER_DAY, minEvents: 3, minEpisodes: 2, minSeverity: 3 },
  selfHeal: {
    healWithinUs: 15 * US_PER_MINUTE,
    outageLookBackUs: 60 * US_PER_MINUTE,
    windowUs: 7 * US_PER_DAY,
    minCycles: 2,
  },
  anomaly: { minSeverity: 4, unseenUs: 30 * US_PER_DAY, warmUpUs: US_PER_DAY },
  spread: { minAssets: 3, windowMinutes: 15, percentile: 0.95, historyMinutes: 10_080 },
  precursor: {
    minSeverity: 5,
    minLeadUs: US_PER_MINUTE,
    maxLeadUs: 60 * US_PER_MINUTE,
    lookBackUs: 30 * US_PER_DAY,
    maxFailures: 256,
    minFailures: 3,
    minConfidence: 0.5,
    minLift: 2,
    maxLuck: 0.05,
    clusterSignatures: 2,
    clusterUs: 30 * US_PER_MINUTE,
  },
  runGapUs: 7 * US_PER_DAY,
};
