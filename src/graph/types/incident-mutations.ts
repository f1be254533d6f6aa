import { NotFoundError, ValidationError } from '../../domain/errors.ts';
import { updateIncident } from '../../review/update-incident.ts';
import { builder } from '../builder.ts';
import { ImpactLevelEnum, IncidentStatusEnum } from '../enums.ts';
import { resultUnion } from '../errors.ts';
import { requiredKey } from '../keys.ts';
import { Incident } from '../nodes.ts';
import { loaded } from '../payload.ts';

const IncidentPayload = builder.objectRef<{ incidentId: string }>('IncidentPayload').implement({
  description: 'The incident as it is now.',
  fields: (t) => ({
    incident: loaded(t, Incident, { description: 'The incident.', key: (p) => p.incidentId }),
  }),
});

const IncidentResult = resultUnion(
  'IncidentResult',
  'What an edit of an incident can answer.',
  IncidentPayload,
  [NotFoundError, ValidationError],
);

const UpdateIncidentInput = builder.inputType('UpdateIncidentInput', {
  description: 'What to change; what is left out stays.',
  fields: (t) => ({
    incidentId: t.id({ required: true, description: 'The incident.' }),
    title: t.string({ description: 'At most 200 characters.' }),
    summary: t.string({ description: 'At most 4,000 characters.' }),
    incidentType: t.string({ description: 'What kind of incident; at most 80 characters.' }),
    impactLevel: t.field({ type: ImpactLevelEnum, description: 'How much it hurt.' }),
    status: t.field({
      type: IncidentStatusEnum,
      description:
        'RETIRED takes it out of recall, whatever happens; nothing is deleted, and ACTIVE brings it back. HISTORICAL lasts until it recurs.',
    }),
    metadata: t.field({ type: 'JSON', description: 'Any JSON object; replaces the old one.' }),
  }),
});

builder.mutationField('updateIncident', (t) =>
  t.field({
    type: IncidentResult,
    description: 'Edits an incident, or retires it.',
    args: { input: t.arg({ type: UpdateIncidentInput, required: true, description: 'What to change.' }) },
    resolve: async (_root, { input }, { services, caller }) => ({
      incidentId: await updateIncident(
        { ...services, caller },
        { ...input, incidentId: requiredKey('Incident', 'incidentId', input.incidentId) },
      ),
    }),
  }),
);
