import { ConflictError, NotFoundError, ValidationError } from '../../domain/errors.ts';
import { createLesson } from '../../review/create-lesson.ts';
import { unlinkLesson } from '../../review/unlink-lesson.ts';
import { updateLesson } from '../../review/update-lesson.ts';
import { builder } from '../builder.ts';
import { resultUnion } from '../errors.ts';
import { keysOf, requiredKey } from '../keys.ts';
import { Lesson } from '../nodes.ts';
import { loaded } from '../payload.ts';

const LessonPayload = builder.objectRef<{ lessonId: string }>('LessonPayload').implement({
  description: 'The lesson as it is now.',
  fields: (t) => ({ lesson: loaded(t, Lesson, { description: 'The lesson.', key: (p) => p.lessonId }) }),
});

const LessonResult = resultUnion('LessonResult', 'What writing a lesson can answer.', LessonPayload, [
  NotFoundError,
  ValidationError,
]);

const CreateLessonInput = builder.inputType('CreateLessonInput', {
  description: 'What was learned. It needs at least one incident, candidate or signature that taught it.',
  fields: (t) => ({
    title: t.string({ required: true, description: 'At most 200 characters.' }),
    summary: t.string({ required: true, description: 'What was learned; at most 4,000 characters.' }),
    recommendation: t.string({
      required: true,
      description: 'What to do next time; at most 8,000 characters.',
    }),
    confidence: t.float({ description: 'How well founded it is, 0 to 1; default 0.5. Reviews move it.' }),
    incidentIds: t.idList({ description: 'The incidents that taught it.' }),
    candidateIds: t.idList({ description: 'The candidates that taught it.' }),
    signatureIds: t.idList({ description: 'The signatures that taught it.' }),
    metadata: t.field({ type: 'JSON', description: 'Any JSON object.' }),
  }),
});

const UpdateLessonInput = builder.inputType('UpdateLessonInput', {
  description: 'What to change; what is left out stays.',
  fields: (t) => ({
    lessonId: t.id({ required: true, description: 'The lesson.' }),
    title: t.string({ description: 'At most 200 characters.' }),
    summary: t.string({ description: 'At most 4,000 characters.' }),
    recommendation: t.string({ description: 'At most 8,000 characters.' }),
    confidence: t.float({ description: '0 to 1; reviews move it on from there.' }),
    incidentIds: t.idList({ description: 'Further incidents that taught it.' }),
    candidateIds: t.idList({ description: 'Further candidates that taught it.' }),
    signatureIds: t.idList({ description: 'Further signatures that taught it.' }),
    metadata: t.field({ type: 'JSON', description: 'Any JSON object; replaces the old one.' }),
  }),
});

const UnlinkLessonInput = builder.inputType('UnlinkLessonInput', {
  description: 'What a lesson is no longer linked with: at least one of it, and something must be left.',
  fields: (t) => ({
    lessonId: t.id({ required: true, description: 'The lesson.' }),
    incidentIds: t.idList({ description: 'Incidents that did not teach it.' }),
    candidateIds: t.idList({ description: 'Candidates that did not teach it.' }),
    signatureIds: t.idList({ description: 'Signatures that did not teach it.' }),
    reason: t.string({ description: 'Why; at most 4,000 characters.' }),
    author: t.string({ description: 'Who says so; default: the caller.' }),
  }),
});

type Taught =
  | typeof UpdateLessonInput.$inferInput
  | typeof CreateLessonInput.$inferInput
  | typeof UnlinkLessonInput.$inferInput;

const teachersOf = (input: Taught) => ({
  incidentIds: keysOf('Incident', 'incidentIds', input.incidentIds),
  candidateIds: keysOf('Candidate', 'candidateIds', input.candidateIds),
  signatureIds: keysOf('Signature', 'signatureIds', input.signatureIds),
});

builder.mutationField('createLesson', (t) =>
  t.field({
    type: LessonResult,
    description: 'Writes down what was learned from incidents and candidates.',
    args: { input: t.arg({ type: CreateLessonInput, required: true, description: 'The lesson.' }) },
    resolve: async (_root, { input }, { services, caller }) => ({
      lessonId: await createLesson({ ...services, caller }, { ...input, ...teachersOf(input) }),
    }),
  }),
);

builder.mutationField('updateLesson', (t) =>
  t.field({
    type: LessonResult,
    description: 'Edits a lesson, or links it to more of what taught it.',
    args: { input: t.arg({ type: UpdateLessonInput, required: true, description: 'What to change.' }) },
    resolve: async (_root, { input }, { services, caller }) => ({
      lessonId: await updateLesson(
        { ...services, caller },
        { ...input, ...teachersOf(input), lessonId: requiredKey('Lesson', 'lessonId', input.lessonId) },
      ),
    }),
  }),
);

const UnlinkLessonResult = resultUnion(
  'UnlinkLessonResult',
  'What unlinking a lesson can answer.',
  LessonPayload,
  [NotFoundError, ConflictError, ValidationError],
);

builder.mutationField('unlinkLesson', (t) =>
  t.field({
    type: UnlinkLessonResult,
    description:
      'Takes back what taught a lesson: it is no longer recalled by that. Who did it and why stays in `removedLinks`; `updateLesson` links it again.',
    args: { input: t.arg({ type: UnlinkLessonInput, required: true, description: 'From what.' }) },
    resolve: async (_root, { input }, { services, caller }) => ({
      lessonId: await unlinkLesson(
        { ...services, caller },
        { ...input, ...teachersOf(input), lessonId: requiredKey('Lesson', 'lessonId', input.lessonId) },
      ),
    }),
  }),
);
