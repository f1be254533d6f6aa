// Incidents, the raw lines that they keep, and what was merged into what.
import { z } from 'zod';
import { IMPACT_LEVELS, INCIDENT_STATUSES } from '../../domain/words.ts';
import {
  count,
  id,
  ids,
  key,
  keys,
  metadata,
  millionths,
  moment,
  name,
  names,
  said,
  severity,
  when,
} from './fields.ts';

export const incident = z.object({
  kind: z.literal('incident'),
  id,
  title: said('title'),
  summary: said('summary'),
  incidentType: said('incidentType'),
  firstObservedAt: moment,
  lastObservedAt: moment,
  recurrences: count,
  impactLevel: z.enum(IMPACT_LEVELS),
  confidence: millionths,
  status: z.enum(INCIDENT_STATUSES),
  /** What a person last decided, and the newest event then. */
  settledStatus: z.enum(INCIDENT_STATUSES).default('ACTIVE'),
  settledAt: moment.nullable().default(null),
  mergedInto: id.nullable().default(null),
  metadata,
  signatures: keys,
  hosts: names,
  candidates: ids,
  /** When it happened: stretches of time, which `recurrences` counts. */
  stretches: z.array(z.tuple([moment, moment])).default([]),
  ...when,
});

/** A raw line of an incident, which stays when its event has expired. */
export const example = z.object({
  kind: z.literal('example'),
  incident: id,
  at: moment,
  id,
  line: z.string().min(1),
  signature: key.nullable().default(null),
  asset: name.nullable().default(null),
  severity: severity.nullable().default(null),
  host: z.string().nullable().default(null),
  service: z.string().nullable().default(null),
});

const held = z.object({ candidates: ids, signatures: keys, assets: names, lessons: ids, hints: ids });

/** What a merge did to the one that lives on, so that it can be taken back. */
const journal = z.object({
  brought: held,
  added: held,
  ownSignatures: keys,
  firstObservedAt: moment,
  lastObservedAt: moment,
  priorCount: z.int(),
});

export const incidentMerge = z.object({
  kind: z.literal('incidentMerge'),
  from: id,
  into: id,
  notes: z.string().nullable(),
  author: said('author'),
  journal,
  mergedAt: moment,
  undoneAt: moment.nullable(),
  undoneBy: z.string().nullable(),
});
