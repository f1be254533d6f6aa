// What was learned, what to try first, and what came of it.
import { z } from 'zod';
import { LESSON_PROPOSAL_STATES } from '../../domain/words.ts';
import { count, id, ids, key, keys, metadata, millionths, moment, said, when } from './fields.ts';

export const lesson = z.object({
  kind: z.literal('lesson'),
  id,
  title: said('title'),
  summary: said('summary'),
  recommendation: said('recommendation'),
  confidence: millionths,
  metadata,
  signatures: keys,
  incidents: ids,
  candidates: ids,
  ...when,
});

export const hint = z.object({
  kind: z.literal('hint'),
  id,
  title: said('title'),
  hintText: said('hintText'),
  priority: z.int().min(0).max(100),
  confidence: millionths,
  shown: count,
  worked: count,
  failed: count,
  metadata,
  signatures: keys,
  incidents: ids,
  ...when,
});

export const outcome = z.object({
  kind: z.literal('outcome'),
  id,
  hint: id,
  outcome: z.enum(['WORKED', 'FAILED', 'NOT_APPLICABLE']),
  incident: id.nullable(),
  candidate: id.nullable().default(null),
  notes: z.string().nullable(),
  reporter: said('reporter'),
  createdAt: moment,
});

/** Reviews say that there is a lesson in a signature. */
export const proposal = z.object({
  kind: z.literal('proposal'),
  id,
  signature: key,
  state: z.enum(LESSON_PROPOSAL_STATES),
  title: said('title'),
  summary: said('summary'),
  recommendation: z.string().nullable(),
  lesson: id.nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: moment.nullable(),
  notes: z.string().nullable(),
  ...when,
});
