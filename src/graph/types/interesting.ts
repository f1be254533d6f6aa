import { LimitExceededError, ValidationError } from '../../domain/errors.ts';
import type { Highlight as Content } from '../../memory/digest/highlight.ts';
import { interesting } from '../../memory/digest/interesting.ts';
import { builder } from '../builder.ts';
import { DecisionBandEnum } from '../enums.ts';
import { Node } from '../node.ts';
import { Candidate } from '../nodes.ts';
import { loadedList, loadedOneOf } from '../payload.ts';

const DEFAULT_FIRST = 10;
const MAX_FIRST = 100;

const Highlight = builder.objectRef<Content>('Highlight').implement({
  description: 'Something that deserves a look.',
  fields: (t) => ({
    subject: loadedOneOf(t, Node, {
      description: 'What it is about: the foremost candidate.',
      ref: (h) => ({ type: 'Candidate', key: h.candidateId }),
    }),
    related: loadedList(t, Candidate, {
      description: 'Candidates of the same story, folded into this one.',
      keys: (h) => h.related.map((r) => r.candidateId),
    }),
    title: t.exposeString('title', { description: 'What happened, in a line.' }),
    why: t.exposeString('why', { description: 'Why it deserves a look.' }),
    nextStep: t.exposeString('nextStep', {
      description: 'What to do first: from hints and lessons, else what one does about this class of event.',
    }),
    score: t.exposeFloat('score', { description: '0 to 1.' }),
    decisionBand: t.expose('decisionBand', {
      type: DecisionBandEnum,
      description: 'What the score recommends.',
    }),
    confidence: t.exposeFloat('confidence', { description: 'How well supported it is, 0 to 1.' }),
    trackRecord: t.exposeString('trackRecord', {
      description: 'How far the band can be relied on, by what people decided so far, in a sentence.',
    }),
    firstSeenAt: t.expose('firstUs', { type: 'DateTime', description: 'When the story began.' }),
    lastSeenAt: t.expose('lastUs', { type: 'DateTime', description: 'When it was last seen.' }),
  }),
});

function checkedFirst(first: number): number {
  if (first < 0) throw new ValidationError('"first" must not be negative.', ['first']);
  if (first > MAX_FIRST) throw new LimitExceededError(`"first" may be at most ${MAX_FIRST}.`, ['first']);
  return first;
}

builder.queryField('interesting', (t) =>
  t.field({
    type: [Highlight],
    description: 'The digest: what deserves a look, and why, foremost first.',
    args: {
      since: t.arg({
        type: 'DateTime',
        description: 'Only what was still seen then or later; left out: all that is open.',
      }),
      first: t.arg.int({ defaultValue: DEFAULT_FIRST, description: `How many, at most ${MAX_FIRST}.` }),
    },
    complexity: ({ first }) => ({ field: 1, multiplier: Math.max(1, first ?? DEFAULT_FIRST) }),
    resolve: (_root, { since, first }, { services, caller }) =>
      interesting(
        { ...services, caller },
        { sinceUs: since ?? null, first: checkedFirst(first ?? DEFAULT_FIRST) },
      ),
  }),
);
