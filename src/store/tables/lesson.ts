// What was learned, what to try first, and what came of it.
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { LessonProposalState } from '../../domain/words.ts';
import { createdAt, id8, moment, newId, portableId, tenantId, updatedAt } from './columns.ts';

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
