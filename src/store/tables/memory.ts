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
import type { ImpactLevel, IncidentStatus, LessonProposalState } from '../../domain/words.ts';
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

/** What was learned, and what to do next time. */
export const lesson = pgTable(
  'lesson',
  {
    tenantId: tenantId(),
    lessonId: newId('lesson_id'),
    title: text('title').notNull(),
    summary: text('summary').notNull(),
    recommendation: text('recommendation').notNull(),
    /** Millionths. */
    confidence: integer('confidence').notNull(),
    metadata: jsonb('metadata').$type<Record<string, unknown>>(),
    portableId: portableId(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.lessonId] }),
    uniqueIndex('lesson_portable_key').on(t.tenantId, t.portableId),
    index('lesson_updated_idx').on(t.tenantId, t.updatedAt, t.lessonId),
  ],
);

export const incidentLesson = pgTable(
  'incident_lesson',
  { tenantId: tenantId(), incidentId: id8('incident_id').notNull(), lessonId: id8('lesson_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.incidentId, t.lessonId] }),
    index('incident_lesson_lesson_idx').on(t.tenantId, t.lessonId, t.incidentId),
  ],
);

export const candidateLesson = pgTable(
  'candidate_lesson',
  { tenantId: tenantId(), candidateId: id8('candidate_id').notNull(), lessonId: id8('lesson_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.candidateId, t.lessonId] }),
    index('candidate_lesson_lesson_idx').on(t.tenantId, t.lessonId, t.candidateId),
  ],
);

export const lessonSignature = pgTable(
  'lesson_signature',
  { tenantId: tenantId(), lessonId: id8('lesson_id').notNull(), signatureId: id8('signature_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.lessonId, t.signatureId] }),
    index('lesson_signature_signature_idx').on(t.tenantId, t.signatureId, t.lessonId),
  ],
);

/** Reviews of one family say that there is a lesson in it; a person writes it, or declines. */
export const lessonProposal = pgTable(
  'lesson_proposal',
  {
    tenantId: tenantId(),
    proposalId: newId('proposal_id'),
    signatureId: id8('signature_id').notNull(),
    state: text('state').$type<LessonProposalState>().notNull().default('OPEN'),
    title: text('title').notNull(),
    summary: text('summary').notNull(),
    /** null: nothing that people wrote so far says what to do. */
    recommendation: text('recommendation'),
    lessonId: id8('lesson_id'),
    decidedBy: text('decided_by'),
    decidedAt: moment('decided_at'),
    notes: text('notes'),
    portableId: portableId(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.proposalId] }),
    uniqueIndex('lesson_proposal_portable_key').on(t.tenantId, t.portableId),
    index('lesson_proposal_signature_idx').on(t.tenantId, t.signatureId),
    index('lesson_proposal_updated_idx').on(t.tenantId, t.updatedAt, t.proposalId),
  ],
);

/** A first step for whoever meets a signature or incident again, with its record of outcomes. */
export const runbookHint = pgTable(
  'runbook_hint',
  {
    tenantId: tenantId(),
    hintId: newId('hint_id'),
    title: text('title').notNull(),
    hintText: text('hint_text').notNull(),
    priority: integer('priority').notNull().default(0),
    /** Millionths. */
    confidence: integer('confidence').notNull(),
    /**
     * Millionths, best first: the mean of a Beta distribution of what came of it, whose prior weighs four trials and
     * says with the priority (0..100) what was thought of it before: (2 + priority / 50 + worked) / (4 + worked + failed).
     */
    rank: integer('rank')
      .notNull()
      .generatedAlwaysAs(
        sql`round((2 + priority / 50.0 + worked_count) / (4 + worked_count + failed_count) * 1000000)::integer`,
      ),
    shownCount: integer('shown_count').notNull().default(0),
    workedCount: integer('worked_count').notNull().default(0),
    failedCount: integer('failed_count').notNull().default(0),
    metadata: jsonb('metadata').$type<Record<string, unknown>>(),
    portableId: portableId(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.hintId] }),
    uniqueIndex('runbook_hint_portable_key').on(t.tenantId, t.portableId),
    index('runbook_hint_updated_idx').on(t.tenantId, t.updatedAt),
    index('runbook_hint_priority_idx').on(t.tenantId, t.priority, t.hintId),
    index('runbook_hint_rank_idx').on(t.tenantId, t.rank, t.hintId),
  ],
);

export const hintSignature = pgTable(
  'hint_signature',
  { tenantId: tenantId(), hintId: id8('hint_id').notNull(), signatureId: id8('signature_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.hintId, t.signatureId] }),
    index('hint_signature_signature_idx').on(t.tenantId, t.signatureId, t.hintId),
  ],
);

export const hintIncident = pgTable(
  'hint_incident',
  { tenantId: tenantId(), hintId: id8('hint_id').notNull(), incidentId: id8('incident_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.hintId, t.incidentId] }),
    index('hint_incident_incident_idx').on(t.tenantId, t.incidentId, t.hintId),
  ],
);

/** Append-only record of what happened when a hint was followed. */
export const hintOutcome = pgTable(
  'hint_outcome',
  {
    tenantId: tenantId(),
    outcomeId: newId('outcome_id'),
    hintId: id8('hint_id').notNull(),
    outcome: text('outcome').$type<'WORKED' | 'FAILED' | 'NOT_APPLICABLE'>().notNull(),
    incidentId: id8('incident_id'),
    candidateId: id8('candidate_id'),
    notes: text('notes'),
    reporter: text('reporter').notNull(),
    portableId: portableId(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.outcomeId] }),
    uniqueIndex('hint_outcome_portable_key').on(t.tenantId, t.portableId),
    uniqueIndex('hint_outcome_hint_key').on(t.tenantId, t.hintId, t.outcomeId),
  ],
);
