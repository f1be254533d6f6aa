import { sql } from 'drizzle-orm';
import {
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Severity } from '../../domain/severity.ts';
import type { EntityKind, GroupType, SignalKind } from '../../domain/words.ts';
import { count8, createdAt, id8, moment, newId, portableId, tenantId } from './columns.ts';

/** Events of one signature on one asset ('0': none) without a pause of thirty minutes: derived from the buckets. */
export const episode = pgTable(
  'episode',
  {
    tenantId: tenantId(),
    signatureId: id8('signature_id').notNull(),
    assetId: id8('asset_id').notNull(),
    startAt: moment('start_at').notNull(),
    endAt: moment('end_at').notNull(),
    eventCount: count8('event_count').notNull(),
    sourced: count8('sourced').notNull(),
    worst: smallint('worst').$type<Severity>().notNull(),
    // What it held before the minute of its last event, so that more of them need not have it summed up anew; null: it
    // held nothing, or that is not known.
    beforeCount: count8('before_count'),
    beforeSourced: count8('before_sourced'),
    beforeWorst: smallint('before_worst').$type<Severity>(),
    beforeEndAt: moment('before_end_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.signatureId, t.assetId, t.startAt] }),
    index('episode_start_idx').on(t.tenantId, t.startAt),
    // Named by an expression, so that it is taken for a signature's episodes on all assets and never for one series.
    index('episode_signature_idx').on(t.tenantId, sql`(${t.signatureId} + 0)`, t.startAt),
    index('episode_asset_idx').on(t.tenantId, t.assetId, t.startAt),
    index('episode_failure_idx').on(t.tenantId, t.startAt).where(sql`${t.worst} >= 5`),
  ],
);

/** How far the events of a tenant reach, in minutes since 1970: detection's "now", and the start of its memory. */
export const eventClock = pgTable('event_clock', {
  tenantId: tenantId().primaryKey(),
  firstMinute: integer('first_minute').notNull(),
  nowMinute: integer('now_minute').notNull(),
});

/** When an asset was last heard of, and when its quiet has to be looked at; minutes since 1970. */
export const heartbeat = pgTable(
  'heartbeat',
  {
    tenantId: tenantId(),
    assetId: id8('asset_id').notNull(),
    /** From here to `lastMinute` no gap is long enough for a silence. */
    steadyMinute: integer('steady_minute').notNull(),
    lastMinute: integer('last_minute').notNull(),
    dueMinute: integer('due_minute'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.assetId] }),
    index('heartbeat_due_idx').on(t.tenantId, t.dueMinute).where(sql`${t.dueMinute} is not null`),
  ],
);

/** A detection on one subject at one time. `identity` names subject and time, so that a re-run adds nothing. */
export const signal = pgTable(
  'signal',
  {
    tenantId: tenantId(),
    signalId: newId('signal_id'),
    identity: text('identity').notNull(),
    kind: text('kind').$type<SignalKind>().notNull(),
    sourceId: id8('source_id'),
    label: text('label').notNull(),
    score: doublePrecision('score').notNull(),
    severity: smallint('severity').$type<Severity>().notNull(),
    eventId: uuid('event_id'),
    eventTs: moment('event_ts'),
    signatureId: id8('signature_id'),
    assetId: id8('asset_id'),
    entityKind: text('entity_kind').$type<EntityKind>(),
    entity: text('entity'),
    text: text('text').notNull(),
    observedAt: moment('observed_at').notNull(),
    endedAt: moment('ended_at'),
    detectedAt: moment('detected_at').notNull(),
    baseline: doublePrecision('baseline'),
    observed: doublePrecision('observed'),
    recurring: boolean('recurring').notNull().default(false),
    acknowledged: boolean('acknowledged').notNull().default(false),
    acknowledgedAt: moment('acknowledged_at'),
    acknowledgedBy: text('acknowledged_by'),
    notes: text('notes'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.signalId] }),
    uniqueIndex('signal_identity_key').on(t.tenantId, t.identity),
    index('signal_observed_idx').on(t.tenantId, t.observedAt, t.signalId),
    index('signal_signature_idx').on(t.tenantId, t.signatureId, t.assetId, t.observedAt),
    index('signal_asset_idx').on(t.tenantId, t.assetId, t.observedAt),
    index('signal_entity_idx').on(t.tenantId, t.entityKind, t.entity, t.observedAt),
    index('signal_event_idx').on(t.tenantId, t.eventId),
  ],
);

/** Signals and signatures that belong together in time; evidence for candidates. */
export const correlationGroup = pgTable(
  'correlation_group',
  {
    tenantId: tenantId(),
    groupId: newId('group_id'),
    identity: text('identity').notNull(),
    groupType: text('group_type').$type<GroupType>().notNull(),
    startAt: moment('start_at').notNull(),
    endAt: moment('end_at').notNull(),
    entity: text('entity'),
    severity: smallint('severity').$type<Severity>().notNull(),
    eventCount: integer('event_count').notNull(),
    metadata: jsonb('metadata'),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.groupId] }),
    uniqueIndex('correlation_group_identity_key').on(t.tenantId, t.identity),
    index('correlation_group_entity_idx').on(t.tenantId, t.entity, t.startAt),
    index('correlation_group_start_idx').on(t.tenantId, t.startAt, t.groupId),
  ],
);

export const groupAsset = pgTable(
  'group_asset',
  { tenantId: tenantId(), groupId: id8('group_id').notNull(), assetId: id8('asset_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.groupId, t.assetId] }),
    index('group_asset_asset_idx').on(t.tenantId, t.assetId),
  ],
);

export const groupSignature = pgTable(
  'group_signature',
  { tenantId: tenantId(), groupId: id8('group_id').notNull(), signatureId: id8('signature_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.groupId, t.signatureId] }),
    index('group_signature_signature_idx').on(t.tenantId, t.signatureId),
  ],
);

export const groupSignal = pgTable(
  'group_signal',
  { tenantId: tenantId(), groupId: id8('group_id').notNull(), signalId: id8('signal_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.groupId, t.signalId] }),
    index('group_signal_signal_idx').on(t.tenantId, t.signalId),
  ],
);

/** Something that people or tools did: a deploy, a configuration change, a restart. */
export const change = pgTable(
  'change',
  {
    tenantId: tenantId(),
    changeId: newId('change_id'),
    kind: text('kind').notNull(),
    title: text('title').notNull(),
    description: text('description'),
    author: text('author').notNull(),
    assetId: id8('asset_id'),
    serviceGroup: text('service_group'),
    startAt: moment('start_at').notNull(),
    endAt: moment('end_at'),
    metadata: jsonb('metadata'),
    portableId: portableId(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.changeId] }),
    uniqueIndex('change_portable_key').on(t.tenantId, t.portableId),
    index('change_start_idx').on(t.tenantId, t.startAt, t.changeId),
  ],
);
