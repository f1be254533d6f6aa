// What people judged, how things hang together, and what was known before.
import { z } from 'zod';
import { CANDIDATE_TYPES, DECISION_BANDS, LINK_TYPES, REVIEW_DECISIONS } from '../../domain/words.ts';
import { VERSIONED } from '../versioned.ts';
import { count, id, json, key, metadata, millionths, moment, name, said, severity } from './fields.ts';

export const review = z.object({
  kind: z.literal('review'),
  id,
  candidate: id.nullable(),
  incident: id.nullable(),
  lesson: id.nullable(),
  candidateType: z.enum(CANDIDATE_TYPES).nullable(),
  signature: key.nullable(),
  decision: z.enum(REVIEW_DECISIONS),
  notes: z.string().nullable(),
  reviewer: said('reviewer'),
  scoreBefore: millionths.nullable(),
  scoreAfter: millionths.nullable(),
  bandBefore: z.enum(DECISION_BANDS).nullable(),
  bandAfter: z.enum(DECISION_BANDS).nullable(),
  reviewedAt: moment,
});

export const suppression = z.object({
  kind: z.literal('suppression'),
  review: id,
  type: z.enum(CANDIDATE_TYPES),
  subject: z.string().min(1),
  reason: z.string(),
  fromAt: moment,
  untilAt: moment,
  maxSeverity: severity,
  maxPeak: count.nullable(),
  createdAt: moment,
});

/** What a link may lead from and to, each named as the file names such rows; an event by its own id, a line by its
 * incident and event. */
export const LINKED = [
  'Event',
  'Signature',
  'Candidate',
  'Incident',
  'Lesson',
  'RunbookHint',
  'Review',
  'EvidenceLine',
  'Change',
] as const;

const linkEnd = z.object({ type: z.enum(LINKED), key: z.string().min(1) });

export const link = z.object({
  kind: z.literal('link'),
  source: linkEnd,
  target: linkEnd,
  linkType: z.enum(LINK_TYPES),
  metadata,
  createdAt: moment,
});

/** A link that was taken back. */
export const removedLink = z.object({
  ...link.shape,
  kind: z.literal('removedLink'),
  id,
  removedAt: moment,
  removedBy: z.string().nullable(),
  reason: z.string().nullable(),
});

/** A row of memory as it was known from a time on, until another; null: it still is. */
export const version = z.object({
  kind: z.literal('version'),
  relation: z.enum(VERSIONED),
  /** What names the row, and of a row that links two the other. */
  owner: name,
  other: name.nullable(),
  from: moment,
  until: moment.nullable(),
  /** Its columns but for those that name rows. */
  content: json,
  mergedInto: id.nullable().default(null),
});
