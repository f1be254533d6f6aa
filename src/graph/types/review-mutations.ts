// What people decide about candidates, incidents and lessons.

import { ConflictError, NotFoundError, ValidationError } from '../../domain/errors.ts';
import { type Promoted, promoteCandidate } from '../../review/promote-candidate.ts';
import { type Reviewed, review } from '../../review/review.ts';
import type { ReviewSubjectType } from '../../review/review-log.ts';
import { ReviewSubject } from '../abstract.ts';
import { builder } from '../builder.ts';
import { DecisionBandEnum, ImpactLevelEnum, ReviewDecisionEnum } from '../enums.ts';
import { resultUnion } from '../errors.ts';
import { keyOf } from '../filters.ts';
import { Candidate, Incident, Review } from '../nodes.ts';
import { loaded, loadedOneOf, loadedOrNull, refOf } from '../payload.ts';

const FAULTS = [NotFoundError, ConflictError, ValidationError] as const;
const REVIEWABLE: readonly ReviewSubjectType[] = ['Candidate', 'Incident', 'Lesson'];

const ReviewPayload = builder.objectRef<Reviewed>('ReviewPayload').implement({
  description: 'The review, and what followed from it.',
  fields: (t) => ({
    review: loaded(t, Review, { description: 'The review as recorded.', key: (p) => p.reviewId }),
    subject: loadedOneOf(t, ReviewSubject, {
      description: 'What was judged, as it is now.',
      ref: (p) => p.subject,
    }),
    incident: loadedOrNull(t, Incident, {
      description: 'The incident that a promoted candidate became, or joined.',
      key: (p) => p.incidentId,
    }),
    scoreBefore: t.float({
      nullable: true,
      description: "A candidate's score before the review.",
      resolve: (p) => (p.scoreBefore === null ? null : p.scoreBefore / 1e6),
    }),
    scoreAfter: t.float({
      nullable: true,
      description: "A candidate's score after the review.",
      resolve: (p) => (p.scoreAfter === null ? null : p.scoreAfter / 1e6),
    }),
    bandBefore: t.expose('bandBefore', {
      type: DecisionBandEnum,
      nullable: true,
      description: "A candidate's band before the review.",
    }),
    bandAfter: t.expose('bandAfter', {
      type: DecisionBandEnum,
      nullable: true,
      description: "A candidate's band after the review.",
    }),
  }),
});

const ReviewResult = resultUnion('ReviewResult', 'What a review can answer.', ReviewPayload, [...FAULTS]);

const ReviewInput = builder.inputType('ReviewInput', {
  description: 'One judgement. Of several by one reviewer on one subject the latest counts.',
  fields: (t) => ({
    subjectId: t.id({ required: true, description: 'The candidate, incident or lesson.' }),
    decision: t.field({ type: ReviewDecisionEnum, required: true, description: 'The judgement.' }),
    notes: t.string({ description: 'Why; at most 4,000 characters.' }),
    reviewer: t.string({ description: 'Who judges; default: the caller.' }),
  }),
});

builder.mutationField('review', (t) =>
  t.field({
    type: ReviewResult,
    description:
      'Records a judgement. A candidate is closed, raised or promoted by it (PROMOTE joins the incident of `joinProposal` if that has the same signature, else makes one); on an incident or lesson it moves the confidence and never deletes.',
    args: { input: t.arg({ type: ReviewInput, required: true, description: 'The judgement.' }) },
    resolve: (_root, { input }, { services, caller }) => {
      const { type, key } = refOf(input.subjectId, ['input', 'subjectId'], REVIEWABLE);
      const subject = { type: type as ReviewSubjectType, key };
      return review({ ...services, caller }, { ...input, subject });
    },
  }),
);

const PromotePayload = builder.objectRef<Promoted>('PromotePayload').implement({
  description: 'What a promotion made.',
  fields: (t) => ({
    incident: loaded(t, Incident, { description: 'The incident.', key: (p) => p.incidentId }),
    candidate: loaded(t, Candidate, {
      description: 'The candidate, now promoted.',
      key: (p) => p.candidateId,
    }),
    review: loaded(t, Review, { description: 'The PROMOTE review that it is.', key: (p) => p.reviewId }),
    created: t.exposeBoolean('created', {
      description: 'Whether the incident is new. False: the candidate joined one that was there.',
    }),
  }),
});

const PromoteResult = resultUnion('PromoteResult', 'What a promotion can answer.', PromotePayload, [
  ...FAULTS,
]);

const PromoteCandidateInput = builder.inputType('PromoteCandidateInput', {
  description: 'A promotion in words of one’s own.',
  fields: (t) => ({
    candidateId: t.id({ required: true, description: 'The candidate.' }),
    title: t.string({
      description: "The incident's title, at most 200 characters; default: the candidate's.",
    }),
    summary: t.string({ description: "What happened; default: the candidate's explanation." }),
    impactLevel: t.field({ type: ImpactLevelEnum, description: 'How much it hurt; default: by severity.' }),
    incidentType: t.string({ description: 'What kind of incident; default: the class of its events.' }),
    mergeIntoIncidentId: t.id({ description: 'Join this incident instead of making one.' }),
    notes: t.string({ description: 'Why it is promoted.' }),
    reviewer: t.string({ description: 'Who promotes; default: the caller.' }),
  }),
});

builder.mutationField('promoteCandidate', (t) =>
  t.field({
    type: PromoteResult,
    description:
      'Makes an incident of a candidate, or joins it to the one that `mergeIntoIncidentId` names (see `joinProposal`), with everything it stands on. Promoting again joins the incident that it became.',
    args: { input: t.arg({ type: PromoteCandidateInput, required: true, description: 'The promotion.' }) },
    resolve: (_root, { input }, { services, caller }) =>
      promoteCandidate(
        { ...services, caller },
        {
          ...input,
          candidateId: keyOf('Candidate', input.candidateId, ['input', 'candidateId']),
          mergeIntoIncidentId:
            input.mergeIntoIncidentId == null
              ? null
              : keyOf('Incident', input.mergeIntoIncidentId, ['input', 'mergeIntoIncidentId']),
        },
      ),
  }),
);
