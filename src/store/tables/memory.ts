import { sql } from 'drizzle-orm';
import {
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
import type { ImpactLevel, IncidentStatus } from '../../domain/words.ts';
import { createdAt, id8, moment, newId, portableId, tenantId, updatedAt } from './columns.ts';

/** What a person decided to remember. */
export const incident = pgTable(
  'incident',
  {
    tenantId: tenantId(),
    incidentId: newId('incident_id'),
    title: text('title').notNull(),
    summary: text('summary').notNull(),
    incidentType: text('incident_type').notNull(),
    firstObservedAt: moment('first_observed_at').notNull(),
    lastObservedAt: moment('last_observed_at').notNull(),
    recurrenceCount: integer('recurrence_count').notNull(),
    impactLevel: text('impact_level').$type<ImpactLevel>().notNull(),
    /** Millionths. */
    confidence: integer('confidence').notNull(),
    status: text('status').$type<IncidentStatus>().notNull().default('ACTIVE'),
    /** What a person last decided on it (a promotion is ACTIVE): from there age and recurrences move `status`. */
    settledStatus: text('settled_status').$type<IncidentStatus>().notNull().default('ACTIVE'),
    /** The tenant's newest event at that decision. */
    settledAt: moment('settled_at'),
    mergedIntoId: id8('merged_into_id'),
    metadata: jsonb('metadata').$type<Record<string, unknown>>(),
    portableId: portableId(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.incidentId] }),
    uniqueIndex('incident_portable_key').on(t.tenantId, t.portableId),
    index('incident_updated_idx').on(t.tenantId, t.updatedAt),
    index('incident_last_observed_idx').on(t.tenantId, t.lastObservedAt, t.incidentId),
    index('incident_merged_into_idx')
      .on(t.tenantId, t.mergedIntoId)
      .where(sql`${t.mergedIntoId} is not null`),
  ],
);

export type MergedIds = Readonly<
  Record<'candidates' | 'signatures' | 'assets' | 'lessons' | 'hints', readonly string[]>
>;

/** What a merge of incidents did to the one that lives on, so that it can be taken back. */
export interface MergeJournal {
  /** All that the merged one held. */
  readonly brought: MergedIds;
  /** What of it the other did not hold. */
  readonly added: MergedIds;
  /** The signatures that it was bound to before. */
  readonly ownSignatures: readonly string[];
  readonly firstObservedAt: string;
  readonly lastObservedAt: string;
  /** Recurrences that were not counted from episodes. */
  readonly priorCount: number;
}

/** Append-only journal: one incident became part of another, and maybe no longer is. */
export const incidentMerge = pgTable(
  'incident_merge',
  {
    tenantId: tenantId(),
    mergeId: newId('merge_id'),
    fromId: id8('from_id').notNull(),
    intoId: id8('into_id').notNull(),
    notes: text('notes'),
    author: text('author').notNull(),
    journal: jsonb('journal').$type<MergeJournal>().notNull(),
    mergedAt: moment('merged_at').notNull(),
    undoneAt: moment('undone_at'),
    undoneBy: text('undone_by'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.mergeId] }),
    uniqueIndex('incident_merge_from_key').on(t.tenantId, t.fromId).where(sql`${t.undoneAt} is null`),
    index('incident_merge_into_idx').on(t.tenantId, t.intoId),
  ],
);

/** One stretch of time, without a pause of thirty minutes, in which an incident's signatures fired. */
export const incidentRecurrence = pgTable(
  'incident_recurrence',
  {
    tenantId: tenantId(),
    incidentId: id8('incident_id').notNull(),
    startAt: moment('start_at').notNull(),
    endAt: moment('end_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.incidentId, t.startAt] }),
    index('incident_recurrence_end_idx').on(t.tenantId, t.incidentId, t.endAt),
  ],
);

export const incidentCandidate = pgTable(
  'incident_candidate',
  {
    tenantId: tenantId(),
    incidentId: id8('incident_id').notNull(),
    candidateId: id8('candidate_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.incidentId, t.candidateId] }),
    index('incident_candidate_candidate_idx').on(t.tenantId, t.candidateId, t.incidentId),
  ],
);

export const incidentSignature = pgTable(
  'incident_signature',
  {
    tenantId: tenantId(),
    incidentId: id8('incident_id').notNull(),
    signatureId: id8('signature_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.incidentId, t.signatureId] }),
    index('incident_signature_signature_idx').on(t.tenantId, t.signatureId, t.incidentId),
  ],
);

export const incidentAsset = pgTable(
  'incident_asset',
  { tenantId: tenantId(), incidentId: id8('incident_id').notNull(), assetId: id8('asset_id').notNull() },
  (t) => [primaryKey({ columns: [t.tenantId, t.incidentId, t.assetId] })],
);

/** Example events with their raw line, which stays when the event itself has expired. */
export const incidentEvent = pgTable(
  'incident_event',
  {
    tenantId: tenantId(),
    incidentId: id8('incident_id').notNull(),
    eventTs: moment('event_ts').notNull(),
    eventId: uuid('event_id').notNull(),
    messageRaw: text('message_raw').notNull(),
    evidenceId: newId('evidence_id'),
    signatureId: id8('signature_id'),
    assetId: id8('asset_id'),
    severity: smallint('severity').$type<Severity>(),
    host: text('host'),
    service: text('service'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.incidentId, t.eventTs, t.eventId] }),
    uniqueIndex('incident_event_evidence_key').on(t.tenantId, t.evidenceId),
  ],
);
