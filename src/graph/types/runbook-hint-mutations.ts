import { ConflictError, NotFoundError, ValidationError } from '../../domain/errors.ts';
import { createRunbookHint } from '../../review/create-runbook-hint.ts';
import { type HintOutcome, recordHintOutcome } from '../../review/record-hint-outcome.ts';
import { unlinkRunbookHint } from '../../review/unlink-runbook-hint.ts';
import { updateRunbookHint } from '../../review/update-runbook-hint.ts';
import { builder } from '../builder.ts';
import { resultUnion } from '../errors.ts';
import { keysOf, optionalKey, requiredKey } from '../keys.ts';
import { RunbookHint } from '../nodes.ts';
import { loaded } from '../payload.ts';

const RunbookHintPayload = builder.objectRef<{ hintId: string }>('RunbookHintPayload').implement({
  description: 'The hint as it is now.',
  fields: (t) => ({
    runbookHint: loaded(t, RunbookHint, { description: 'The hint.', key: (p) => p.hintId }),
  }),
});

const RunbookHintResult = resultUnion(
  'RunbookHintResult',
  'What writing a hint, or reporting on one, can answer.',
  RunbookHintPayload,
  [NotFoundError, ValidationError],
);

const CreateRunbookHintInput = builder.inputType('CreateRunbookHintInput', {
  description: 'A first step. It needs at least one signature or incident that brings it up.',
  fields: (t) => ({
    title: t.string({ required: true, description: 'At most 200 characters.' }),
    hintText: t.string({ required: true, description: 'What to do; at most 8,000 characters.' }),
    priority: t.int({ description: '0 to 100, greater comes first; default 0.' }),
    signatureIds: t.idList({ description: 'The signatures that bring it up.' }),
    incidentIds: t.idList({ description: 'The incidents that bring it up.' }),
    metadata: t.field({ type: 'JSON', description: 'Any JSON object.' }),
  }),
});

const UpdateRunbookHintInput = builder.inputType('UpdateRunbookHintInput', {
  description: 'What to change; what is left out stays.',
  fields: (t) => ({
    runbookHintId: t.id({ required: true, description: 'The hint.' }),
    title: t.string({ description: 'At most 200 characters.' }),
    hintText: t.string({ description: 'At most 8,000 characters.' }),
    priority: t.int({ description: '0 to 100, greater comes first.' }),
    signatureIds: t.idList({ description: 'Further signatures that bring it up.' }),
    incidentIds: t.idList({ description: 'Further incidents that bring it up.' }),
    metadata: t.field({ type: 'JSON', description: 'Any JSON object; replaces the old one.' }),
  }),
});

const HINT_OUTCOMES: Record<HintOutcome, { description: string }> = {
  WORKED: { description: 'It helped.' },
  FAILED: { description: 'It did not help.' },
  NOT_APPLICABLE: { description: 'It was shown where it did not fit: speaks neither for nor against it.' },
};

const HintOutcomeEnum = builder.enumType('HintOutcome', {
  description: 'What happened when a hint was followed.',
  values: HINT_OUTCOMES,
});

const RecordHintOutcomeInput = builder.inputType('RecordHintOutcomeInput', {
  description: 'A report on one use of a hint.',
  fields: (t) => ({
    runbookHintId: t.id({ required: true, description: 'The hint.' }),
    outcome: t.field({ type: HintOutcomeEnum, required: true, description: 'What happened.' }),
    incidentId: t.id({ description: 'The incident in which it was tried.' }),
    candidateId: t.id({ description: 'The candidate, still open or not, for which it was tried.' }),
    notes: t.string({ description: 'At most 4,000 characters.' }),
    reporter: t.string({ description: 'Who reports; default: the caller.' }),
  }),
});

const UnlinkRunbookHintInput = builder.inputType('UnlinkRunbookHintInput', {
  description: 'What a hint is no longer brought up by: at least one of it, and something must be left.',
  fields: (t) => ({
    runbookHintId: t.id({ required: true, description: 'The hint.' }),
    signatureIds: t.idList({ description: 'Signatures that shall not bring it up.' }),
    incidentIds: t.idList({ description: 'Incidents that shall not bring it up.' }),
    reason: t.string({ description: 'Why; at most 4,000 characters.' }),
    author: t.string({ description: 'Who says so; default: the caller.' }),
  }),
});

type Triggered =
  | typeof UpdateRunbookHintInput.$inferInput
  | typeof CreateRunbookHintInput.$inferInput
  | typeof UnlinkRunbookHintInput.$inferInput;

const triggersOf = (input: Triggered) => ({
  signatureIds: keysOf('Signature', 'signatureIds', input.signatureIds),
  incidentIds: keysOf('Incident', 'incidentIds', input.incidentIds),
});

builder.mutationField('createRunbookHint', (t) =>
  t.field({
    type: RunbookHintResult,
    description: 'Writes a first step for whoever meets these signatures or incidents again.',
    args: { input: t.arg({ type: CreateRunbookHintInput, required: true, description: 'The hint.' }) },
    resolve: async (_root, { input }, { services, caller }) => ({
      hintId: await createRunbookHint({ ...services, caller }, { ...input, ...triggersOf(input) }),
    }),
  }),
);

builder.mutationField('updateRunbookHint', (t) =>
  t.field({
    type: RunbookHintResult,
    description: 'Edits a hint, or links it to more that brings it up.',
    args: { input: t.arg({ type: UpdateRunbookHintInput, required: true, description: 'What to change.' }) },
    resolve: async (_root, { input }, { services, caller }) => ({
      hintId: await updateRunbookHint(
        { ...services, caller },
        {
          ...input,
          ...triggersOf(input),
          runbookHintId: requiredKey('RunbookHint', 'runbookHintId', input.runbookHintId),
        },
      ),
    }),
  }),
);

builder.mutationField('recordHintOutcome', (t) =>
  t.field({
    type: RunbookHintResult,
    description: 'Reports whether a hint helped: its counts, confidence and rank keep up.',
    args: { input: t.arg({ type: RecordHintOutcomeInput, required: true, description: 'The report.' }) },
    resolve: async (_root, { input }, { services, caller }) => ({
      hintId: await recordHintOutcome(
        { ...services, caller },
        {
          ...input,
          runbookHintId: requiredKey('RunbookHint', 'runbookHintId', input.runbookHintId),
          incidentId: optionalKey('Incident', 'incidentId', input.incidentId),
          candidateId: optionalKey('Candidate', 'candidateId', input.candidateId),
        },
      ),
    }),
  }),
);

const UnlinkRunbookHintResult = resultUnion(
  'UnlinkRunbookHintResult',
  'What unlinking a hint can answer.',
  RunbookHintPayload,
  [NotFoundError, ConflictError, ValidationError],
);

builder.mutationField('unlinkRunbookHint', (t) =>
  t.field({
    type: UnlinkRunbookHintResult,
    description:
      'Takes back what brings up a hint. Who did it and why stays in `removedLinks`; `updateRunbookHint` links it again.',
    args: { input: t.arg({ type: UnlinkRunbookHintInput, required: true, description: 'From what.' }) },
    resolve: async (_root, { input }, { services, caller }) => ({
      hintId: await unlinkRunbookHint(
        { ...services, caller },
        {
          ...input,
          ...triggersOf(input),
          runbookHintId: requiredKey('RunbookHint', 'runbookHintId', input.runbookHintId),
        },
      ),
    }),
  }),
);
