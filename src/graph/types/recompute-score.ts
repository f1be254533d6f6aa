import { type Recomputed, recomputeScore } from '../../memory/recompute-score.ts';
import { builder } from '../builder.ts';
import { DecisionBandEnum } from '../enums.ts';
import { keyOf } from '../filters.ts';
import { Candidate } from '../nodes.ts';
import { loaded } from '../payload.ts';
import { ScoreComponentType } from './score-component.ts';

const RecomputedScore = builder.objectRef<Recomputed>('RecomputedScore').implement({
  description: 'A score computed again from its receipt.',
  fields: (t) => ({
    candidate: loaded(t, Candidate, {
      description: 'Whose score it is, as stored.',
      key: (r) => r.candidateId,
    }),
    version: t.exposeInt('version', { description: 'The version whose receipt was taken.' }),
    algorithm: t.exposeString('algorithm', { description: 'What made the receipt.' }),
    receipt: t.expose('receipt', {
      type: 'JSON',
      description: 'Everything the score was made of: inputs, weights and thresholds.',
    }),
    scoreTotal: t.float({ description: '0 to 1, recomputed.', resolve: ({ score }) => score / 1e6 }),
    scoreBreakdown: t.expose('breakdown', {
      type: [ScoreComponentType],
      description: 'The addends, recomputed.',
    }),
    decisionBand: t.expose('band', { type: DecisionBandEnum, description: 'The band, recomputed.' }),
    confidence: t.float({ description: '0 to 1, recomputed.', resolve: (r) => r.confidence / 1e6 }),
    matches: t.boolean({
      description: 'Whether every stored number equals the recomputed one, to the last millionth.',
      resolve: ({ differences }) => differences.length === 0,
    }),
    differences: t.stringList({
      description: 'What differs; empty where it matches.',
      resolve: ({ differences }) => [...differences],
    }),
  }),
});

builder.queryField('recomputeScore', (t) =>
  t.field({
    type: RecomputedScore,
    description:
      "Computes a candidate's score again from the receipt of one of its versions. Stores nothing.",
    args: {
      candidateId: t.arg.id({ required: true, description: 'The candidate.' }),
      version: t.arg.int({ description: 'Which version; left out: the latest.' }),
    },
    resolve: (_root, { candidateId, version }, { services, caller }) =>
      recomputeScore(
        { ...services, caller },
        { candidateId: keyOf('Candidate', String(candidateId), ['candidateId']), version: version ?? null },
      ),
  }),
);
