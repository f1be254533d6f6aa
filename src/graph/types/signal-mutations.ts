import { NotFoundError, ValidationError } from '../../domain/errors.ts';
import { type Acknowledged, acknowledgeSignal } from '../../review/acknowledge-signal.ts';
import { builder } from '../builder.ts';
import { resultUnion } from '../errors.ts';
import { optionalKey } from '../keys.ts';
import { Signal } from '../nodes.ts';
import { loaded } from '../payload.ts';

const AcknowledgeSignalPayload = builder.objectRef<Acknowledged>('AcknowledgeSignalPayload').implement({
  description: 'The signal as it is now.',
  fields: (t) => ({
    signal: loaded(t, Signal, { description: 'The signal.', key: (p) => p.signalId }),
    first: t.exposeBoolean('first', {
      description: 'Whether this acknowledged it. False: somebody had, and that stands.',
    }),
  }),
});

const AcknowledgeSignalResult = resultUnion(
  'AcknowledgeSignalResult',
  'What an acknowledgement can answer.',
  AcknowledgeSignalPayload,
  [NotFoundError, ValidationError],
);

const AcknowledgeSignalInput = builder.inputType('AcknowledgeSignalInput', {
  description: 'Somebody has seen the signal.',
  fields: (t) => ({
    id: t.id({ description: 'The signal.' }),
    signalId: t.id({ description: 'The signal, by its former name.', deprecationReason: 'Use id.' }),
    notes: t.string({ description: 'At most 4,000 characters.' }),
    acknowledgedBy: t.string({ description: 'Who has seen it; default: the caller.' }),
  }),
});

type GivenId = string | number | null | undefined;

function acknowledgedSignal({
  id,
  signalId,
}: {
  readonly id?: GivenId;
  readonly signalId?: GivenId;
}): string {
  const given = optionalKey('Signal', 'id', id) ?? optionalKey('Signal', 'signalId', signalId);
  if (given === null) {
    throw new ValidationError('Which signal? Give its id, as `signals` shows it.', ['input', 'id']);
  }
  return given;
}

builder.mutationField('acknowledgeSignal', (t) =>
  t.field({
    type: AcknowledgeSignalResult,
    description: 'Acknowledges a signal. The first acknowledgement stands; repeating it is harmless.',
    args: {
      input: t.arg({ type: AcknowledgeSignalInput, required: true, description: 'Which, and by whom.' }),
    },
    resolve: (_root, { input }, { services, caller }) =>
      acknowledgeSignal({ ...services, caller }, { ...input, signalId: acknowledgedSignal(input) }),
  }),
);
