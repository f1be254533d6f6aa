// What memory covers, as a type: several answers speak for it.
import type { Coverage as CoverageContent } from '../memory/coverage.ts';
import type { CoverageGap as GapContent, GapKind } from '../memory/coverage-gaps.ts';
import { builder } from './builder.ts';
import { Source } from './nodes.ts';
import { loadedOrNull } from './payload.ts';

const GAP_KINDS: Record<GapKind, { description: string }> = {
  REJECTED: { description: 'Inputs could not be stored and wait to be replayed.' },
  DROPPED: { description: 'Inputs came and were lost: a queue was full, or nobody could take them.' },
  FAILING: { description: 'The last attempt of a source ended in an error.' },
  DISABLED: { description: 'A source was turned off.' },
  SILENT: { description: 'A stream stopped while others went on.' },
  IMPORTED: {
    description:
      'Before the first event came, documents alone tell: their example lines, not all that was logged.',
  },
  COARSE: {
    description: 'A service has more forms of messages than are told apart: new ones share a signature.',
  },
  EXPIRED: { description: 'The retention dropped the lines; what was counted of them is still known.' },
};

const CoverageGapKind = builder.enumType('CoverageGapKind', {
  description: 'Why memory has a hole.',
  values: GAP_KINDS,
});

const CoverageGap = builder.objectRef<GapContent>('CoverageGap').implement({
  description: 'A hole in memory that we know of.',
  fields: (t) => ({
    kind: t.expose('kind', { type: CoverageGapKind, description: 'Why it is there.' }),
    from: t.expose('fromUs', { type: 'DateTime', description: 'Since when.' }),
    to: t.expose('toUs', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when; null: it is still open.',
    }),
    reason: t.exposeString('reason', { description: 'What happened, and what to do.' }),
    source: loadedOrNull(t, Source, { description: 'Whose events are missing.', key: (gap) => gap.sourceId }),
  }),
});

export const Coverage = builder.objectRef<CoverageContent>('Coverage').implement({
  description: 'What an answer can speak for.',
  fields: (t) => ({
    from: t.expose('fromUs', {
      type: 'DateTime',
      nullable: true,
      description: 'The earliest event remembered; null: there is none.',
    }),
    to: t.expose('toUs', {
      type: 'DateTime',
      nullable: true,
      description: 'The latest event remembered; null: there is none.',
    }),
    complete: t.exposeBoolean('complete', { description: 'Whether no hole is known within it.' }),
    gaps: t.expose('gaps', { type: [CoverageGap], description: 'The holes that are known.' }),
  }),
});
