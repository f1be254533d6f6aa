// The thresholds that a backtest may change: their names in the graph, where they live, and what they may be.
import type { DetectSettings } from '../../detect/settings.ts';
import { US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../../domain/time.ts';
import { MILLION } from '../../score/score.ts';
import type { ScoreSettings } from '../../score/settings.ts';

/** Everything that decides what becomes a candidate, and how it is judged. */
export interface Thresholds {
  readonly detect: DetectSettings;
  readonly score: ScoreSettings;
}

export interface Knob {
  readonly group: string;
  readonly name: string;
  /** Where it is in {@link Thresholds}. */
  readonly path: readonly (string | number)[];
  readonly kind: 'whole' | 'ratio' | 'severity';
  /** How many of the stored unit make one of the caller's. */
  readonly unit: number;
  readonly least: number;
  readonly most: number;
  readonly says: string;
}

type Spec = readonly [
  path: Knob['path'],
  kind: Knob['kind'],
  least: number,
  most: number,
  says: string,
  unit?: number,
];

const knobs = (group: string, specs: Readonly<Record<string, Spec>>): Knob[] =>
  Object.entries(specs).map(([name, [path, kind, least, most, says, unit = 1]]) => ({
    group,
    name,
    path,
    kind,
    unit,
    least,
    most,
    says,
  }));

const SEVERITIES = [0, 7] as const;
/** Indexes of the bands in the settings, IGNORE being the first. */
const [WATCH, REVIEW, URGENT] = [1, 2, 3];

export const KNOBS: readonly Knob[] = [
  ...knobs('spike', {
    minCount: [['detect', 'spike', 'minCount'], 'whole', 1, 1e6, 'Least events of a bucket that spikes.'],
    ratio: [['detect', 'spike', 'ratio'], 'ratio', 1, 1_000, 'How many times its baseline it must exceed.'],
    zScore: [['detect', 'spike', 'zScore'], 'ratio', 0, 100, 'How many deviations it must stand out.'],
    warmUpBuckets: [['detect', 'spike', 'warmUpBuckets'], 'whole', 1, 120, 'Buckets to learn from before.'],
    graceBuckets: [
      ['detect', 'spike', 'graceBuckets'],
      'whole',
      0,
      120,
      'Buckets after a silence that do not spike.',
    ],
    maxDispersion: [
      ['detect', 'spike', 'maxDispersion'],
      'ratio',
      1,
      1e6,
      'Series more unsteady are judged on 5-minute sums.',
    ],
    minRate: [
      ['detect', 'spike', 'minRate'],
      'ratio',
      0,
      1e6,
      'Series of fewer events a minute are judged on 5-minute sums.',
    ],
  }),
  ...knobs('episode', {
    gapMinutes: [
      ['detect', 'episode', 'gapUs'],
      'ratio',
      1,
      1_440,
      'A pause of this length ends an episode.',
      US_PER_MINUTE,
    ],
  }),
  ...knobs('recurrence', {
    minEvents: [['detect', 'recurrence', 'minEvents'], 'whole', 1, 1e6, 'Least events within the window.'],
    minEpisodes: [
      ['detect', 'recurrence', 'minEpisodes'],
      'whole',
      1,
      1_000,
      'Least episodes within the window.',
    ],
    windowDays: [['detect', 'recurrence', 'windowUs'], 'ratio', 0.01, 7, 'Length of the window.', US_PER_DAY],
    minSeverity: [
      ['detect', 'recurrence', 'minSeverity'],
      'severity',
      ...SEVERITIES,
      'The least severity that counts.',
    ],
  }),
  ...knobs('selfHeal', {
    healWithinMinutes: [
      ['detect', 'selfHeal', 'healWithinUs'],
      'ratio',
      0.1,
      60,
      'The recovery comes within this time.',
      US_PER_MINUTE,
    ],
    windowDays: [['detect', 'selfHeal', 'windowUs'], 'ratio', 0.01, 7, 'Length of the window.', US_PER_DAY],
    minCycles: [['detect', 'selfHeal', 'minCycles'], 'whole', 1, 1_000, 'Least cycles within the window.'],
  }),
  ...knobs('spread', {
    minAssets: [['detect', 'spread', 'minAssets'], 'whole', 2, 1e6, 'Least assets within the window.'],
    percentile: [
      ['detect', 'spread', 'percentile'],
      'ratio',
      0,
      1,
      'The share of past windows that it must exceed.',
    ],
  }),
  ...knobs('anomaly', {
    minSeverity: [
      ['detect', 'anomaly', 'minSeverity'],
      'severity',
      ...SEVERITIES,
      'The least severity of an error that is new.',
    ],
    unseenDays: [
      ['detect', 'anomaly', 'unseenUs'],
      'ratio',
      0.01,
      365,
      'How long it was not seen before.',
      US_PER_DAY,
    ],
    warmUpHours: [
      ['detect', 'anomaly', 'warmUpUs'],
      'ratio',
      0,
      8_760,
      'How long memory must reach back.',
      US_PER_HOUR,
    ],
  }),
  ...knobs('precursor', {
    minSeverity: [
      ['detect', 'precursor', 'minSeverity'],
      'severity',
      ...SEVERITIES,
      'The least severity of a failure.',
    ],
    minLeadMinutes: [
      ['detect', 'precursor', 'minLeadUs'],
      'ratio',
      0,
      1_440,
      'The least time from the sign to the failure.',
      US_PER_MINUTE,
    ],
    maxLeadMinutes: [
      ['detect', 'precursor', 'maxLeadUs'],
      'ratio',
      0.1,
      1_440,
      'The most time from the sign to the failure.',
      US_PER_MINUTE,
    ],
    minFailures: [
      ['detect', 'precursor', 'minFailures'],
      'whole',
      1,
      256,
      'Least failures that the sign came before.',
    ],
    minConfidence: [
      ['detect', 'precursor', 'minConfidence'],
      'ratio',
      0,
      1,
      'Least share of signs that a failure follows.',
    ],
    minLift: [
      ['detect', 'precursor', 'minLift'],
      'ratio',
      0,
      1_000,
      'How many times more often than at other times a failure follows.',
    ],
    maxLuck: [
      ['detect', 'precursor', 'maxLuck'],
      'ratio',
      0,
      1,
      'The most that chance may explain: the binomial tail times the pairs tested.',
    ],
  }),
  ...knobs('score', {
    strengthWeight: [
      ['score', 'weights', 'strength'],
      'ratio',
      0,
      1,
      'Weight of how strongly the type shows.',
    ],
    impactWeight: [['score', 'weights', 'impact'], 'ratio', 0, 1, 'Weight of the severity.'],
    recurrenceWeight: [['score', 'weights', 'recurrence'], 'ratio', 0, 1, 'Weight of how often it came.'],
    spreadWeight: [['score', 'weights', 'spread'], 'ratio', 0, 1, 'Weight of how many assets it is on.'],
    noveltyWeight: [['score', 'weights', 'novelty'], 'ratio', 0, 1, 'Weight of how new it is.'],
    watchFrom: [
      ['score', 'bandFloors', WATCH, 'from'],
      'ratio',
      0,
      1,
      'Least score of the band WATCH.',
      MILLION,
    ],
    reviewFrom: [
      ['score', 'bandFloors', REVIEW, 'from'],
      'ratio',
      0,
      1,
      'Least score of the band REVIEW.',
      MILLION,
    ],
    urgentFrom: [
      ['score', 'bandFloors', URGENT, 'from'],
      'ratio',
      0,
      1,
      'Least score of the band URGENT_HUMAN_REVIEW.',
      MILLION,
    ],
    promoteFrom: [
      ['score', 'promote', 'score'],
      'ratio',
      0,
      1,
      'Least score to recommend promotion.',
      MILLION,
    ],
    promoteEpisodes: [
      ['score', 'promote', 'episodes'],
      'whole',
      1,
      1_000,
      'Least episodes to recommend promotion.',
    ],
    promoteDays: [['score', 'promote', 'days'], 'whole', 1, 365, 'Least days to recommend promotion.'],
    promoteConfidence: [
      ['score', 'promote', 'confidence'],
      'ratio',
      0,
      1,
      'Least confidence to recommend promotion.',
      MILLION,
    ],
  }),
];

export const GROUPS: Readonly<Record<string, string>> = {
  spike: 'When a bucket spikes: what BURST is made of.',
  episode: 'What an episode is.',
  recurrence: 'When a trouble that comes back is RECURRENCE.',
  selfHeal: 'When a problem that ends by itself is SELF_HEAL.',
  spread: 'When one signature on several assets is SPREAD.',
  anomaly: 'When an error that is new is ANOMALY.',
  precursor: 'When a sign that comes before failures is PRECURSOR.',
  score: 'How candidates are scored and banded.',
};
