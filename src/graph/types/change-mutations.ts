import { NotFoundError, ValidationError } from '../../domain/errors.ts';
import { type ChangeRecorded, recordChange } from '../../review/record-change.ts';
import { builder } from '../builder.ts';
import { resultUnion } from '../errors.ts';
import { optionalKey } from '../keys.ts';
import { Change, Signal } from '../nodes.ts';
import { loaded } from '../payload.ts';

const ChangePayload = builder.objectRef<ChangeRecorded>('ChangePayload').implement({
  description: 'The change as recorded.',
  fields: (t) => ({
    change: loaded(t, Change, { description: 'The change.', key: (p) => p.changeId }),
    signal: loaded(t, Signal, {
      description: 'The CHANGE signal that puts it beside what was detected.',
      key: (p) => p.signalId,
    }),
  }),
});

const ChangeResult = resultUnion('ChangeResult', 'What recording a change can answer.', ChangePayload, [
  NotFoundError,
  ValidationError,
]);

const RecordChangeInput = builder.inputType('RecordChangeInput', {
  description: 'Something that people or tools did.',
  fields: (t) => ({
    kind: t.string({
      required: true,
      description: 'What kind of change: deploy, config, restart…; at most 80 characters.',
    }),
    title: t.string({ required: true, description: 'The change in a line; at most 200 characters.' }),
    description: t.string({ description: 'What was changed; at most 4,000 characters.' }),
    author: t.string({ description: 'Who did it; default: the caller.' }),
    assetId: t.id({ description: 'The asset that was changed.' }),
    serviceGroup: t.string({ description: 'The service group that was changed.' }),
    startAt: t.field({ type: 'DateTime', description: 'When it began; default: now.' }),
    endAt: t.field({ type: 'DateTime', description: 'When it was done; not before its beginning.' }),
    metadata: t.field({ type: 'JSON', description: 'Any JSON object.' }),
  }),
});

builder.mutationField('recordChange', (t) =>
  t.field({
    type: ChangeResult,
    description: 'Records a deploy, a configuration change, a restart: what may explain what comes after.',
    args: { input: t.arg({ type: RecordChangeInput, required: true, description: 'The change.' }) },
    resolve: (_root, { input }, { services, caller }) => {
      const { startAt, endAt, ...rest } = input;
      return recordChange(
        { ...services, caller },
        {
          ...rest,
          assetId: optionalKey('Asset', 'assetId', input.assetId),
          startUs: startAt ?? null,
          endUs: endAt ?? null,
        },
      );
    },
  }),
);
