// How often and when, and what was detected of it.
import { z } from 'zod';
import { ENTITY_KINDS, SIGNAL_KINDS } from '../../domain/words.ts';
import { count, key, moment, name, severity } from './fields.ts';

/** [minute since 1970, events, events with time and severity of their own, worst severity, first µs, last µs] */
const minuteCounts = z.tuple([count, count, count, severity, z.int(), z.int()]);

export const counts = z.object({
  kind: z.literal('counts'),
  /** null: all signatures of the host together. */
  signature: key.nullable(),
  /** null: events that name no host. */
  host: name.nullable(),
  minutes: z.array(minuteCounts).min(1),
});

/** [minute since 1970, events, errors, failed logins] */
const entityMinute = z.tuple([count, count, count, count]);

export const entityCounts = z.object({
  kind: z.literal('entityCounts'),
  /** ALL: of the whole tenant, whose `entity` is ''. */
  entityKind: z.enum([...ENTITY_KINDS, 'ALL']),
  entity: z.string(),
  minutes: z.array(entityMinute).min(1),
});

/** When an asset was last heard of, and when its quiet has to be looked at; minutes since 1970. */
export const heartbeat = z.object({
  kind: z.literal('heartbeat'),
  host: name,
  steadyMinute: count,
  lastMinute: count,
  dueMinute: count.nullable(),
});

/** How far the events reach, in minutes since 1970. */
export const clock = z.object({ kind: z.literal('clock'), firstMinute: count, nowMinute: count });

export const signal = z.object({
  kind: z.literal('signal'),
  identity: z.string().min(1),
  signalKind: z.enum(SIGNAL_KINDS),
  label: z.string(),
  score: z.number(),
  severity,
  signature: key.nullable(),
  host: name.nullable(),
  entityKind: z.enum(ENTITY_KINDS).nullable().default(null),
  entity: z.string().nullable(),
  text: z.string(),
  observedAt: moment,
  endedAt: moment.nullable(),
  detectedAt: moment,
  baseline: z.number().nullable(),
  observed: z.number().nullable(),
  recurring: z.boolean(),
  acknowledgedAt: moment.nullable(),
  acknowledgedBy: z.string().nullable(),
  notes: z.string().nullable(),
});
