import type { SourceUpserted } from '../../connectors/sources.ts';
import { ConflictError, ValidationError } from '../../domain/errors.ts';
import { builder } from '../builder.ts';
import { resultUnion } from '../errors.ts';
import { Source } from '../nodes.ts';
import { loaded } from '../payload.ts';

const SourcePayload = builder.objectRef<SourceUpserted>('SourcePayload').implement({
  description: 'The source as it is now.',
  fields: (t) => ({
    source: loaded(t, Source, { description: 'The source.', key: (p) => p.sourceId }),
    created: t.exposeBoolean('created', { description: 'Whether it is new.' }),
  }),
});

const SourceResult = resultUnion('SourceResult', 'What configuring a source can answer.', SourcePayload, [
  ValidationError,
  ConflictError,
]);

const UpsertSourceInput = builder.inputType('UpsertSourceInput', {
  description: 'A source, found by its name; what is left out stays.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name, unique within the tenant.' }),
    connector: t.string({ required: true, description: 'By which connector it comes in, such as `syslog`.' }),
    config: t.field({
      type: 'JSON',
      description: "The connector's own settings as a JSON object; it replaces the old one.",
    }),
    secret: t.string({
      description: 'What its senders must present; an empty one takes it away. It is never shown again.',
    }),
    credential: t.string({
      description:
        'What we present to the other side, such as `accessId:accessKey`; an empty one takes it away. It is never shown again.',
    }),
    enabled: t.boolean({ description: 'Whether it takes anything in; a new one does.' }),
  }),
});

builder.mutationField('upsertSource', (t) =>
  t.field({
    type: SourceResult,
    description:
      'Configures a way in; makes it where there is none of this name. It runs within a second or two.',
    args: { input: t.arg({ type: UpsertSourceInput, required: true, description: 'The source.' }) },
    resolve: (_root, { input }, { services, caller }) => services.sources.upsert(caller, input),
  }),
);
