// Lessons that reviews say are there, for a person to write or decline.
import { sql } from 'drizzle-orm';
import { ConflictError, NotFoundError, ValidationError } from '../../domain/errors.ts';
import {
  acceptLessonProposal,
  dismissLessonProposal,
  type ProposalDecided,
} from '../../review/decide-lesson-proposal.ts';
import { lessonProposal } from '../../store/tables/lesson.ts';
import { builder } from '../builder.ts';
import { LessonProposalStateEnum } from '../enums.ts';
import { resultUnion } from '../errors.ts';
import { rootOf } from '../families.ts';
import { filterInput } from '../filters.ts';
import { requiredKey } from '../keys.ts';
import { implementNode } from '../node.ts';
import { Lesson, LessonProposal, Review, Signature, Tenant } from '../nodes.ts';
import { proposalsNewestFirst, reviewsNewestFirst } from '../orders.ts';
import { loaded, loadedOrNull } from '../payload.ts';
import { rootConnection } from '../root.ts';

implementNode(LessonProposal, {
  description: 'Repeated USEFUL and PROMOTE reviews of one signature say that there is a lesson in it.',
  fields: (t) => ({
    tenant: t.one(Tenant, { description: 'Whose proposal it is.', on: () => undefined }),
    state: t.column('state', { type: LessonProposalStateEnum, description: 'What became of it.' }),
    title: t.column('title', { type: 'String', description: 'The lesson in a line, as proposed.' }),
    summary: t.column('summary', { type: 'String', description: 'Who found it worth remembering, and why.' }),
    recommendation: t.column('recommendation', {
      type: 'String',
      nullable: true,
      description: 'What the best hint says; null where there is none, so that a person must say it.',
    }),
    signature: t.one(Signature, {
      description: 'What it is about.',
      on: (p, s, scope) => sql`${s.signatureId} = ${rootOf(scope, p.signatureId)}`,
    }),
    reviews: t.list(Review, {
      description: 'The USEFUL and PROMOTE reviews of its candidates, newest first.',
      on: (p, r, scope) =>
        sql`${r.signatureId} = ${rootOf(scope, p.signatureId)} and ${r.candidateId} is not null and ${r.decision} in ('USEFUL', 'PROMOTE')`,
      order: reviewsNewestFirst,
    }),
    lesson: t.one(Lesson, {
      nullable: true,
      description: 'What it became.',
      on: (p, l) => sql`${l.lessonId} = ${p.lessonId}`,
    }),
    decidedBy: t.column('decidedBy', { type: 'String', nullable: true, description: 'Who decided.' }),
    decidedAt: t.column('decidedAt', { type: 'DateTime', nullable: true, description: 'When.' }),
    notes: t.column('notes', { type: 'String', nullable: true, description: 'Why it was dismissed.' }),
    createdAt: t.column('createdAt', { type: 'DateTime', description: 'When it was proposed.' }),
    updatedAt: t.column('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const LessonProposalFilter = filterInput(
  'LessonProposalFilter',
  lessonProposal,
  'Which proposals; all that is given must match.',
  {
    states: {
      type: [LessonProposalStateEnum],
      description: 'In one of these states.',
      where: (p, states) => sql`${p.state} = any(${states})`,
    },
  },
);

rootConnection('lessonProposals', LessonProposal, {
  description:
    'Lessons that two or more USEFUL or PROMOTE reviews of one signature propose, last changed first.',
  filter: LessonProposalFilter,
  orders: [proposalsNewestFirst],
});

const FAULTS = [NotFoundError, ConflictError, ValidationError] as const;

const LessonProposalPayload = builder.objectRef<ProposalDecided>('LessonProposalPayload').implement({
  description: 'The proposal as it is now.',
  fields: (t) => ({
    proposal: loaded(t, LessonProposal, { description: 'The proposal.', key: (p) => p.proposalId }),
    lesson: loadedOrNull(t, Lesson, { description: 'The lesson that it became.', key: (p) => p.lessonId }),
  }),
});

const LessonProposalResult = resultUnion(
  'LessonProposalResult',
  'What a decision on a proposed lesson can answer.',
  LessonProposalPayload,
  FAULTS,
);

const AcceptLessonProposalInput = builder.inputType('AcceptLessonProposalInput', {
  description: 'The lesson in words of one’s own; what is left out is taken from the proposal.',
  fields: (t) => ({
    proposalId: t.id({ required: true, description: 'The proposal.' }),
    title: t.string({ description: 'At most 200 characters.' }),
    summary: t.string({ description: 'What was learned; at most 4,000 characters.' }),
    recommendation: t.string({
      description: 'What to do next time; at most 8,000 characters. Needed where the proposal has none.',
    }),
    confidence: t.float({ description: 'How well founded it is, 0 to 1; default 0.5. Reviews move it.' }),
    decidedBy: t.string({ description: 'Who decides; default: the caller.' }),
  }),
});

builder.mutationField('acceptLessonProposal', (t) =>
  t.field({
    type: LessonProposalResult,
    description:
      'Makes a lesson of a proposal, taught by its signature and by the incidents and candidates of that.',
    args: { input: t.arg({ type: AcceptLessonProposalInput, required: true, description: 'The lesson.' }) },
    resolve: (_root, { input }, { services, caller }) =>
      acceptLessonProposal(
        { ...services, caller },
        { ...input, proposalId: requiredKey('LessonProposal', 'proposalId', input.proposalId) },
      ),
  }),
);

const DismissLessonProposalInput = builder.inputType('DismissLessonProposalInput', {
  description: 'Which proposal holds no lesson.',
  fields: (t) => ({
    proposalId: t.id({ required: true, description: 'The proposal.' }),
    notes: t.string({ description: 'Why; at most 4,000 characters.' }),
    decidedBy: t.string({ description: 'Who decides; default: the caller.' }),
  }),
});

builder.mutationField('dismissLessonProposal', (t) =>
  t.field({
    type: LessonProposalResult,
    description: 'Declines a proposed lesson. Two or more reviews after that may propose it again.',
    args: { input: t.arg({ type: DismissLessonProposalInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, { services, caller }) =>
      dismissLessonProposal(
        { ...services, caller },
        { ...input, proposalId: requiredKey('LessonProposal', 'proposalId', input.proposalId) },
      ),
  }),
);
