import { builder } from '../builder.ts';

interface ScoringStatus {
  readonly configured: boolean;
  readonly scorer: string | null;
  readonly explanation: string;
}

const AnomalyScoringStatus = builder.objectRef<ScoringStatus>('AnomalyScoringStatus').implement({
  description: 'Whether a model scores events, and how that is going.',
  fields: (t) => ({
    configured: t.exposeBoolean('configured', { description: 'Whether a scorer is set up.' }),
    scorer: t.exposeString('scorer', { nullable: true, description: 'Its name.' }),
    explanation: t.exposeString('explanation', { description: 'How things stand, in a sentence.' }),
  }),
});

builder.queryField('anomalyScoring', (t) =>
  t.field({
    type: AnomalyScoringStatus,
    description: 'Whether a model scores events.',
    resolve: () => ({
      configured: false,
      scorer: null,
      explanation: 'No anomaly scorer is configured: events carry no anomaly, and no MODEL signals are made.',
    }),
  }),
);
