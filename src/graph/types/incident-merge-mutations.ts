// Several incidents that turn out to be one, and the way back.
import { ConflictError, NotFoundError, ValidationError } from '../../domain/errors.ts';
import { type IncidentsMerged, mergeIncidents } from '../../review/merge-incidents.ts';
import { type IncidentParted, undoIncidentMerge } from '../../review/undo-incident-merge.ts';
import { builder } from '../builder.ts';
import { resultUnion } from '../errors.ts';
import { keysOf, requiredKey } from '../keys.ts';
import { Incident } from '../nodes.ts';
import { loaded, loadedList } from '../payload.ts';

const FAULTS = [NotFoundError, ConflictError, ValidationError] as const;

const MergeIncidentsPayload = builder.objectRef<IncidentsMerged>('MergeIncidentsPayload').implement({
  description: 'The incident that lives on, and those that became part of it.',
  fields: (t) => ({
    incident: loaded(t, Incident, { description: 'The incident that lives on.', key: (p) => p.incidentId }),
    merged: loadedList(t, Incident, {
      description: 'The ones that became part of it; `mergedInto` of each leads to it.',
      keys: (p) => p.mergedIds,
    }),
  }),
});

const MergeIncidentsResult = resultUnion(
  'MergeIncidentsResult',
  'What a merge of incidents can answer.',
  MergeIncidentsPayload,
  FAULTS,
);

const MergeIncidentsInput = builder.inputType('MergeIncidentsInput', {
  description: 'Which incidents are one.',
  fields: (t) => ({
    fromIncidentIds: t.idList({
      required: true,
      description: 'What becomes part of the other; at least one, at most 200.',
    }),
    intoIncidentId: t.id({ required: true, description: 'The incident that lives on.' }),
    notes: t.string({ description: 'Why; at most 4,000 characters.' }),
    author: t.string({ description: 'Who says so; default: the caller.' }),
  }),
});

builder.mutationField('mergeIncidents', (t) =>
  t.field({
    type: MergeIncidentsResult,
    description:
      'Makes several incidents one: candidates, signatures, lessons and hints of all are the one’s, and recurrences are counted anew over all. `undoIncidentMerge` takes it back.',
    args: { input: t.arg({ type: MergeIncidentsInput, required: true, description: 'Which ones.' }) },
    resolve: (_root, { input }, { services, caller }) =>
      mergeIncidents(
        { ...services, caller },
        {
          ...input,
          fromIncidentIds: keysOf('Incident', 'fromIncidentIds', input.fromIncidentIds),
          intoIncidentId: requiredKey('Incident', 'intoIncidentId', input.intoIncidentId),
        },
      ),
  }),
);

const UndoIncidentMergePayload = builder.objectRef<IncidentParted>('UndoIncidentMergePayload').implement({
  description: 'Both incidents as they are now.',
  fields: (t) => ({
    incident: loaded(t, Incident, {
      description: 'The incident that stands for itself again.',
      key: (p) => p.incidentId,
    }),
    partedFrom: loaded(t, Incident, { description: 'What it had been part of.', key: (p) => p.partedFromId }),
  }),
});

const UndoIncidentMergeResult = resultUnion(
  'UndoIncidentMergeResult',
  'What undoing a merge of incidents can answer.',
  UndoIncidentMergePayload,
  FAULTS,
);

const UndoIncidentMergeInput = builder.inputType('UndoIncidentMergeInput', {
  description: 'Which merge to undo.',
  fields: (t) => ({
    incidentId: t.id({ required: true, description: 'The incident that became part of another.' }),
    author: t.string({ description: 'Who says so; default: the caller.' }),
  }),
});

builder.mutationField('undoIncidentMerge', (t) =>
  t.field({
    type: UndoIncidentMergeResult,
    description:
      'Takes a merge back: the incident stands for itself again with all that it held, the other keeps what came to it since.',
    args: { input: t.arg({ type: UndoIncidentMergeInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, { services, caller }) =>
      undoIncidentMerge(
        { ...services, caller },
        { ...input, incidentId: requiredKey('Incident', 'incidentId', input.incidentId) },
      ),
  }),
);
