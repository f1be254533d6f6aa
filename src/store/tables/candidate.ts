import {
  boolean,
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
import type { CandidateState, CandidateType, DecisionBand, ScoreComponent } from '../../domain/words.ts';
import { createdAt, id8, moment, newId, portableId, tenantId, updatedAt } from './columns.ts';

/** Everything a score was made of: recomputing from it gives the same numbers. */
export interface ScoreReceipt {
  algorithm: string;
  inputs: Record<string, unknown>;
  settings: Record<string, unknown>;
}

/**
 * A detection worth a person's judgement. Its identity is (type, subject, run): `subject` names the signature or pair
 * and the scope; the run is the interval, matched by overlap when late events move its ends.
 */
export const candidate = pgTable(
  'candidate',
  {
    tenantId: tenantId(),
    candidateId: newId('candidate_id'),
    type: text('type').$type<CandidateType>().notNull(),
    subject: text('subject').notNull(),
    state: text('state').$type<CandidateState>().notNull().default('OPEN'),
    title: text('title').notNull(),
    summary: text('summary').notNull(),
    explanation: text('explanation').notNull(),
    firstSeenAt: moment('first_seen_at').notNull(),
    lastSeenAt: moment('last_seen_at').notNull(),
    /** Millionths, the exact sum of the breakdown's contributions. */
    score: integer('score').notNull(),
    scoreBreakdown: jsonb('score_breakdown').$type<ScoreComponent[]>().notNull(),
    decisionBand: text('decision_band').$type<DecisionBand>().notNull(),
    /** Millionths. */
    confidence: integer('confidence').notNull(),
    severity: smallint('severity').$type<Severity>().notNull(),
    episodeCount: integer('episode_count').notNull(),
    eventCount: integer('event_count').notNull(),
    metadata: jsonb('metadata').$type<Record<string, unknown>>(),
    version: integer('version').notNull().default(1),
    /** Late events joined this one with an older one, which keeps its id. */
    redirectedToId: id8('redirected_to_id'),
    /** Late events took its ground away. */
    withdrawn: boolean('withdrawn').notNull().default(false),
    suppressedUntil: moment('suppressed_until'),
    suppressedReason: text('suppressed_reason'),
    portableId: portableId(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.candidateId] }),
    uniqueIndex('candidate_portable_key').on(t.tenantId, t.portableId),
    index('candidate_subject_idx').on(t.tenantId, t.type, t.subject, t.firstSeenAt),
    index('candidate_score_idx').on(t.tenantId, t.score, t.candidateId),
    index('candidate_last_seen_idx').on(t.tenantId, t.lastSeenAt, t.candidateId),
    index('candidate_created_idx').on(t.tenantId, t.createdAt, t.candidateId),
  ],
);

/** Written when the band, the state or a score component changes. */
export const candidateVersion = pgTable(
  'candidate_version',
  {
    tenantId: tenantId(),
    candidateId: id8('candidate_id').notNull(),
    version: integer('version').notNull(),
    state: text('state').$type<CandidateState>().notNull(),
    score: integer('score').notNull(),
    decisionBand: text('decision_band').$type<DecisionBand>().notNull(),
    confidence: integer('confidence').notNull(),
    receipt: jsonb('receipt').$type<ScoreReceipt>().notNull(),
    /** The columns of the candidate as they were with its first change to this version; null: older than they are kept. */
    content: jsonb('content').$type<Record<string, unknown>>(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.candidateId, t.version] })],
);

export const candidateSignature = pgTable(
  'candidate_signature',
  {
    tenantId: tenantId(),
    candidateId: id8('candidate_id').notNull(),
    signatureId: id8('signature_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.candidateId, t.signatureId] }),
    index('candidate_signature_signature_idx').on(t.tenantId, t.signatureId, t.candidateId),
  ],
);

/** '0' in `assetId` never appears here: events without an asset need no row. */
export const candidateAsset = pgTable(
  'candidate_asset',
  { tenantId: tenantId(), candidateId: id8('candidate_id').notNull(), assetId: id8('asset_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.candidateId, t.assetId] }),
    index('candidate_asset_asset_idx').on(t.tenantId, t.assetId, t.candidateId),
  ],
);

/** At most fifty example events; the evidence itself is the range of signatures, assets and time. */
export const candidateEvent = pgTable(
  'candidate_event',
  {
    tenantId: tenantId(),
    candidateId: id8('candidate_id').notNull(),
    eventTs: moment('event_ts').notNull(),
    eventId: uuid('event_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.candidateId, t.eventTs, t.eventId] }),
    index('candidate_event_event_idx').on(t.tenantId, t.eventId),
  ],
);

export const candidateGroup = pgTable(
  'candidate_group',
  { tenantId: tenantId(), candidateId: id8('candidate_id').notNull(), groupId: id8('group_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.candidateId, t.groupId] }),
    index('candidate_group_group_idx').on(t.tenantId, t.groupId),
  ],
);

/** The first events of one stretch of evidence: [minute, time, event id] of each. */
export interface LinkedSpan {
  key: string;
  events: [number, string, string][];
  /** The stretch holds no others. */
  isAll: boolean;
}

/** What the links of a candidate were made from: they are made anew only where that is not the same any more. */
export const candidateLinking = pgTable(
  'candidate_linking',
  {
    tenantId: tenantId(),
    candidateId: id8('candidate_id').notNull(),
    /** A hash of its signatures, assets, groups and of where its example events are looked for. */
    madeFrom: text('made_from').notNull(),
    /** Per span, in order: the minute of its last example once it has its share of them, else null. */
    fullSince: jsonb('full_since').$type<(number | null)[]>().notNull(),
    spans: jsonb('spans').$type<LinkedSpan[]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.candidateId] })],
);

/** A NOISE review silences one (type, subject) for a while, unless severity or rate breaks out. */
export const suppression = pgTable(
  'suppression',
  {
    tenantId: tenantId(),
    suppressionId: newId('suppression_id'),
    type: text('type').$type<CandidateType>().notNull(),
    subject: text('subject').notNull(),
    reviewId: id8('review_id').notNull(),
    reason: text('reason').notNull(),
    fromAt: moment('from_at').notNull(),
    untilAt: moment('until_at').notNull(),
    /** A severity above it, or a peak beyond `maxPeak`, breaks out. */
    maxSeverity: smallint('max_severity').$type<Severity>().notNull(),
    maxPeak: integer('max_peak'),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.suppressionId] }),
    index('suppression_subject_idx').on(t.tenantId, t.type, t.subject, t.untilAt),
  ],
);
