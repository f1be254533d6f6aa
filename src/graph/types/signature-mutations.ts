import { ConflictError, LimitExceededError, NotFoundError, ValidationError } from '../../domain/errors.ts';
import { mergeSignatures } from '../../review/signatures/merge-signatures.ts';
import type { Decided } from '../../review/signatures/outcome.ts';
import { splitSignature } from '../../review/signatures/split-signature.ts';
import { undoBinding } from '../../review/signatures/undo-binding.ts';
import { builder } from '../builder.ts';
import { PartFieldEnum } from '../enums.ts';
import { resultUnion } from '../errors.ts';
import { keyOf } from '../filters.ts';
import { keysOf, requiredKey } from '../keys.ts';
import { Signature, SignatureBinding } from '../nodes.ts';
import { loaded, loadedOrNull } from '../payload.ts';
import { SignatureMove } from './signature-binding.ts';

const SignaturePayload = builder.objectRef<Decided>('SignaturePayload').implement({
  description: 'What became, or with dryRun would become, of the signatures.',
  fields: (t) => ({
    signature: loaded(t, Signature, {
      description: 'The signature that was kept.',
      key: (p) => p.signatureId,
    }),
    part: loadedOrNull(t, Signature, {
      description: 'The signature that came apart from it; null after a merge, an undo and a preview.',
      key: (p) => p.partId,
    }),
    binding: loadedOrNull(t, SignatureBinding, {
      description: 'The journal entry, by which to undo it; null for a preview, and where it was so already.',
      key: (p) => p.bindingId,
    }),
    moved: t.expose('moved', { type: SignatureMove, description: 'What moves to another signature.' }),
    dryRun: t.exposeBoolean('dryRun', { description: 'Whether it is a preview: nothing was changed.' }),
  }),
});

const SignatureResult = resultUnion(
  'SignatureResult',
  'What a decision about signatures can answer.',
  SignaturePayload,
  [NotFoundError, ConflictError, ValidationError, LimitExceededError],
);

const DRY_RUN = 'Only say what would move; default: false.';
const AUTHOR = 'Who decides; default: the caller.';
const REASON = 'Why; at most 4,000 characters.';

const MergeSignaturesInput = builder.inputType('MergeSignaturesInput', {
  description: 'Signatures that belong together.',
  fields: (t) => ({
    signatureIds: t.idList({ required: true, description: 'Two to 50 of them, of whatever service.' }),
    reason: t.string({ description: REASON }),
    author: t.string({ description: AUTHOR }),
    dryRun: t.boolean({ description: DRY_RUN }),
  }),
});

const SplitByParameter = builder.inputType('SplitByParameter', {
  description: 'Values behind one of its `<*>`.',
  fields: (t) => ({
    index: t.int({ required: true, description: 'Which `<*>`, as Signature.parameters counts them.' }),
    values: t.stringList({ required: true, description: 'The values that come apart, at most 50.' }),
  }),
});

const SplitByField = builder.inputType('SplitByField', {
  description: 'Values of a typed field.',
  fields: (t) => ({
    name: t.field({ type: PartFieldEnum, required: true, description: 'Which field.' }),
    values: t.stringList({ required: true, description: 'The values that come apart, at most 50.' }),
  }),
});

const SplitBy = builder.inputType('SplitBy', {
  description: 'What comes apart: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    parameter: t.field({ type: SplitByParameter, description: 'Events with a value behind a `<*>`.' }),
    field: t.field({ type: SplitByField, description: 'Events with a value of a typed field.' }),
    word: t.string({ description: 'Of a signature of several forms those with this word.' }),
    signatureIds: t.idList({ description: 'Of a signature of several forms these: see Signature.forms.' }),
  }),
});

const SplitSignatureInput = builder.inputType('SplitSignatureInput', {
  description: 'A signature of which a part is another thing.',
  fields: (t) => ({
    signatureId: t.id({ required: true, description: 'The signature.' }),
    by: t.field({ type: SplitBy, required: true, description: 'What comes apart.' }),
    reason: t.string({ description: REASON }),
    author: t.string({ description: AUTHOR }),
    dryRun: t.boolean({ description: DRY_RUN }),
  }),
});

const UndoSignatureBindingInput = builder.inputType('UndoSignatureBindingInput', {
  description: 'A decision that is to hold no longer.',
  fields: (t) => ({
    bindingId: t.id({ required: true, description: 'Its journal entry, from signatureBindings.' }),
    author: t.string({ description: AUTHOR }),
    dryRun: t.boolean({ description: DRY_RUN }),
  }),
});

builder.mutationField('mergeSignatures', (t) =>
  t.field({
    type: SignatureResult,
    description:
      'Makes several signatures one, now and for all that comes: counts, candidates, incidents, hints and reviews follow. Repeating it changes nothing.',
    args: { input: t.arg({ type: MergeSignaturesInput, required: true, description: 'Which.' }) },
    resolve: (_root, { input }, { services, caller }) =>
      mergeSignatures(
        { ...services, caller },
        { ...input, signatureIds: keysOf('Signature', 'signatureIds', input.signatureIds) },
      ),
  }),
);

builder.mutationField('splitSignature', (t) =>
  t.field({
    type: SignatureResult,
    description:
      'Makes a part of a signature another one, now and for all that comes: stored events are signed again, and what was detected on them follows. Repeating it changes nothing.',
    args: { input: t.arg({ type: SplitSignatureInput, required: true, description: 'Which, and by what.' }) },
    resolve: (_root, { input }, { services, caller }) => {
      const { signatureIds, ...by } = input.by;
      const formOf = (id: string | number, i: number) =>
        keyOf('Signature', String(id), ['input', 'by', 'signatureIds', String(i)]);
      return splitSignature(
        { ...services, caller },
        {
          ...input,
          signatureId: requiredKey('Signature', 'signatureId', input.signatureId),
          by: signatureIds ? { signatureIds: signatureIds.map(formOf) } : by,
        },
      );
    },
  }),
);

builder.mutationField('undoSignatureBinding', (t) =>
  t.field({
    type: SignatureResult,
    description:
      'Undoes a merge or a split, as if it had never been; what was decided later on top of it must be undone first. Repeating it changes nothing.',
    args: { input: t.arg({ type: UndoSignatureBindingInput, required: true, description: 'Which.' }) },
    resolve: (_root, { input }, { services, caller }) =>
      undoBinding(
        { ...services, caller },
        { ...input, bindingId: requiredKey('SignatureBinding', 'bindingId', input.bindingId) },
      ),
  }),
);
