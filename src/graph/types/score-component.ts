import type { ScoreComponent } from '../../domain/words.ts';
import { builder } from '../builder.ts';

export const ScoreComponentType = builder.objectRef<ScoreComponent>('ScoreComponent').implement({
  description: 'One addend of a score.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it measures.' }),
    input: t.exposeFloat('input', {
      description: 'What was measured, 0 to 1 unless the reason says otherwise.',
    }),
    weight: t.exposeFloat('weight', { description: 'How much it can add.' }),
    contribution: t.float({
      description: 'What it adds to the score, in whole millionths.',
      resolve: ({ contribution }) => contribution / 1e6,
    }),
    reason: t.exposeString('reason', { description: 'Why, in a sentence.' }),
  }),
});
