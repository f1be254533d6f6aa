// Candidates, as they are and as they were.
import { z } from 'zod';
import { CANDIDATE_STATES, CANDIDATE_TYPES, DECISION_BANDS } from '../../domain/words.ts';
import { count, id, json, keys, metadata, millionths, moment, names, severity, when } from './fields.ts';

export const candidate = z.object({
  kind: z.literal('candidate'),
  id,
  type: z.enum(CANDIDATE_TYPES),
  subject: z.string().min(1),
  state: z.enum(CANDIDATE_STATES),
  title: z.string(),
  summary: z.string(),
  explanation: z.string(),
  firstSeenAt: moment,
  lastSeenAt: moment,
  score: millionths,
  scoreBreakdown: z.array(z.record(z.string(), z.unknown())),
  decisionBand: z.enum(DECISION_BANDS),
  confidence: millionths,
  severity,
  episodeCount: count,
  eventCount: count,
  metadata,
  version: z.int().min(1),
  redirectedTo: id.nullable(),
  withdrawn: z.boolean(),
  suppressedUntil: moment.nullable(),
  suppressedReason: z.string().nullable(),
  signatures: keys,
  hosts: names,
  examples: z.array(z.object({ at: moment, id })).default([]),
  ...when,
});

export const candidateVersion = z.object({
  kind: z.literal('candidateVersion'),
  candidate: id,
  version: z.int().min(1),
  state: z.enum(CANDIDATE_STATES),
  score: millionths,
  decisionBand: z.enum(DECISION_BANDS),
  confidence: millionths,
  receipt: z.record(z.string(), z.unknown()),
  /** The candidate's columns as they were. */
  content: json.nullable().default(null),
  createdAt: moment,
});
