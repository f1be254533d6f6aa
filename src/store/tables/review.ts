import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type {
  CandidateType,
  DecisionBand,
  IncidentChangeReason,
  LinkType,
  NodeType,
  ReviewDecision,
} from '../../domain/words.ts';
import { createdAt, id8, moment, newId, portableId, tenantId } from './columns.ts';

/** One person's judgement on one candidate, incident or lesson (exactly one of the three). Append-only. */
export const review = pgTable(
  'review',
  {
    tenantId: tenantId(),
    reviewId: newId('review_id'),
    candidateId: id8('candidate_id'),
    incidentId: id8('incident_id'),
    lessonId: id8('lesson_id'),
    /** What a candidate's review teaches: feedback counts per (signature, type). */
    candidateType: text('candidate_type').$type<CandidateType>(),
    signatureId: id8('signature_id'),
    decision: text('decision').$type<ReviewDecision>().notNull(),
    notes: text('notes'),
    reviewer: text('reviewer').notNull(),
    scoreBefore: integer('score_before'),
    scoreAfter: integer('score_after'),
    bandBefore: text('band_before').$type<DecisionBand>(),
    bandAfter: text('band_after').$type<DecisionBand>(),
    portableId: portableId(),
    reviewedAt: moment('reviewed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.reviewId] }),
    uniqueIndex('review_portable_key').on(t.tenantId, t.portableId),
    index('review_candidate_idx').on(t.tenantId, t.candidateId, t.reviewedAt),
    index('review_incident_idx').on(t.tenantId, t.incidentId, t.reviewedAt),
    index('review_lesson_idx').on(t.tenantId, t.lessonId, t.reviewedAt),
    index('review_feedback_idx').on(t.tenantId, t.signatureId, t.candidateType),
  ],
);

/** A step on the way from events to lessons, written in the transaction that made it true. */
export const provenanceLink = pgTable(
  'provenance_link',
  {
    tenantId: tenantId(),
    linkId: newId('link_id'),
    sourceType: text('source_type').$type<NodeType>().notNull(),
    sourceKey: text('source_key').notNull(),
    targetType: text('target_type').$type<NodeType>().notNull(),
    targetKey: text('target_key').notNull(),
    linkType: text('link_type').$type<LinkType>().notNull(),
    metadata: jsonb('metadata').$type<Record<string, unknown>>(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.linkId] }),
    uniqueIndex('provenance_link_key').on(
      t.tenantId,
      t.sourceType,
      t.sourceKey,
      t.targetType,
      t.targetKey,
      t.linkType,
    ),
    index('provenance_link_target_idx').on(t.tenantId, t.targetType, t.targetKey),
  ],
);

/** A link that was taken away: what it led to is no longer believed, and was until then. Append-only. */
export const removedLink = pgTable(
  'removed_link',
  {
    tenantId: tenantId(),
    linkId: id8('link_id').notNull(),
    sourceType: text('source_type').$type<NodeType>().notNull(),
    sourceKey: text('source_key').notNull(),
    targetType: text('target_type').$type<NodeType>().notNull(),
    targetKey: text('target_key').notNull(),
    linkType: text('link_type').$type<LinkType>().notNull(),
    metadata: jsonb('metadata').$type<Record<string, unknown>>(),
    createdAt: moment('created_at').notNull(),
    removedAt: moment('removed_at').notNull(),
    /** null: it went with a decision that was undone. */
    removedBy: text('removed_by'),
    reason: text('reason'),
    portableId: portableId(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.linkId] }),
    uniqueIndex('removed_link_portable_key').on(t.tenantId, t.portableId),
    index('removed_link_source_idx').on(t.tenantId, t.sourceType, t.sourceKey),
    index('removed_link_target_idx').on(t.tenantId, t.targetType, t.targetKey),
  ],
);

/** What subscribers are told. `seq` is drawn under the tenant's lock as the last act before commit. */
export const outbox = pgTable(
  'outbox',
  {
    tenantId: tenantId(),
    seq: id8('seq').notNull(),
    topic: text('topic').$type<'candidate' | 'signal' | 'incident'>().notNull(),
    subjectId: id8('subject_id').notNull(),
    kind: text('kind').$type<'CREATED' | 'UPDATED' | 'REMOVED'>().notNull(),
    /** Of an incident's change. */
    reason: text('reason').$type<IncidentChangeReason>(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.seq] })],
);
