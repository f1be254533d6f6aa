import { sql } from 'drizzle-orm';
import { ReviewSubject } from '../abstract.ts';
import { DecisionBandEnum, ReviewDecisionEnum } from '../enums.ts';
import { implementNode } from '../node.ts';
import { nodeTables, Review, Tenant } from '../nodes.ts';
import { provenanceField } from '../provenance-field.ts';

implementNode(Review, {
  description: "One person's judgement on a candidate, incident or lesson. Never changed, never deleted.",
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose review it is.', on: () => undefined }),
    subject: t.oneOf(ReviewSubject, {
      description: 'What was judged.',
      members: () => [
        {
          node: nodeTables.get('Candidate')!,
          when: (r) => sql`${r.candidateId} is not null`,
          key: (r) => sql`${r.candidateId}`,
        },
        {
          node: nodeTables.get('Incident')!,
          when: (r) => sql`${r.incidentId} is not null`,
          key: (r) => sql`${r.incidentId}`,
        },
        {
          node: nodeTables.get('Lesson')!,
          when: (r) => sql`${r.lessonId} is not null`,
          key: (r) => sql`${r.lessonId}`,
        },
      ],
    }),
    decision: t.column('decision', { type: ReviewDecisionEnum, description: 'The judgement.' }),
    notes: t.column('notes', { type: 'String', nullable: true, description: 'What the reviewer wrote.' }),
    reviewer: t.column('reviewer', { type: 'String', description: 'Who judged.' }),
    reviewedAt: t.column('reviewedAt', { type: 'DateTime', description: 'When.' }),
    scoreBefore: t.computed({
      from: (r) => ({ score: r.scoreBefore }),
      type: 'Float',
      nullable: true,
      description: "A candidate's score before the review.",
      resolve: ({ score }) => (score === null ? null : score / 1e6),
    }),
    scoreAfter: t.computed({
      from: (r) => ({ score: r.scoreAfter }),
      type: 'Float',
      nullable: true,
      description: "A candidate's score after the review.",
      resolve: ({ score }) => (score === null ? null : score / 1e6),
    }),
    bandBefore: t.column('bandBefore', {
      type: DecisionBandEnum,
      nullable: true,
      description: "A candidate's band before the review.",
    }),
    bandAfter: t.column('bandAfter', {
      type: DecisionBandEnum,
      nullable: true,
      description: "A candidate's band after the review.",
    }),
    ...provenanceField(t, 'Review', (r) => r.reviewId),
  }),
});
