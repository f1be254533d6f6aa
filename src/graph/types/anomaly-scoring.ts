import { builtInScorer } from '../../anomaly/built-in.ts';
import { builder } from '../builder.ts';

const NO_MODEL = 'No model is configured: the built-in scorer judges every signature as it is counted.';

interface ScoringStatus {
  readonly configured: boolean;
  readonly scorer: string | null;
  readonly explanation: string;
}

const AnomalyScoringStatus = builder.objectRef<ScoringStatus>('AnomalyScoringStatus').implement({
  description: 'Whether a model scores events, and how that is going.',
  fields: (t) => ({
    configured: t.exposeBoolean('configured', { description: 'Whether a model is set up.' }),
    scorer: t.exposeString('scorer', {
      nullable: true,
      description: 'Which scorer judges events: `builtin`, or the model.',
    }),
    explanation: t.exposeString('explanation', { description: 'How things stand, in a sentence.' }),
  }),
});

builder.queryField('anomalyScoring', (t) =>
  t.field({
    type: AnomalyScoringStatus,
    description: 'Whether a model scores events.',
    resolve: () => ({
      configured: false,
      scorer: builtInScorer.name,
      explanation: NO_MODEL,
    }),
  }),
);

interface ScoringRun {
  readonly scored: number;
  readonly detections: number;
  readonly skipped: number;
  readonly error: string | null;
}

const AnomalyScoringRun = builder.objectRef<ScoringRun>('AnomalyScoringRun').implement({
  description: 'What a run of the anomaly scorer did.',
  fields: (t) => ({
    scored: t.exposeInt('scored', { description: 'Events scored.' }),
    detections: t.exposeInt('detections', { description: 'MODEL signals made of them.' }),
    skipped: t.exposeInt('skipped', {
      description: 'Events left out: scored before, or of no use to the scorer.',
    }),
    error: t.exposeString('error', { nullable: true, description: 'Why it could not run, or stopped.' }),
  }),
});

const RunAnomalyScoringInput = builder.inputType('RunAnomalyScoringInput', {
  description: 'Which events to score.',
  fields: (t) => ({
    since: t.field({
      type: 'DateTime',
      description: 'Not before this moment; default: whatever is not scored yet.',
    }),
    until: t.field({ type: 'DateTime', description: 'Before this moment; default: now.' }),
  }),
});

builder.mutationField('runAnomalyScoring', (t) =>
  t.field({
    type: AnomalyScoringRun,
    description: 'Scores events now instead of waiting for the next run.',
    args: {
      input: t.arg({
        type: RunAnomalyScoringInput,
        description: 'Which events; default: all not scored yet.',
      }),
    },
    resolve: () => ({ scored: 0, detections: 0, skipped: 0, error: NO_MODEL }),
  }),
);
