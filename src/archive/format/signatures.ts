// Signatures, their forms, and what people decided about them.
import { z } from 'zod';
import { PART_FIELDS } from '../../domain/bindings.ts';
import { SIGNATURE_SCOPES } from '../../domain/words.ts';
import { count, key, metadata, millionths, moment, severity, words } from './fields.ts';

export const signature = z.object({
  kind: z.literal('signature'),
  key,
  scope: z.enum(SIGNATURE_SCOPES),
  version: z.int().min(1),
  service: z.string().max(512),
  eventFamily: z.string(),
  pattern: words,
  example: words,
  pairKey: z.string().nullable(),
  pairRole: z.enum(['PROBLEM', 'RECOVERY']).nullable(),
  firstSeenAt: moment,
  lastSeenAt: moment,
  occurrences: count,
  worstSeverity: severity,
  /** The bit of each severity rank that it was counted with. */
  severities: z.int().min(0).max(255).default(0),
  score: millionths,
  /** The signature that it was joined into. */
  mergedInto: key.nullable(),
  /** Of which messages of its form it is, where people parted them. */
  part: z.string().nullable().default(null),
  metadata,
  createdAt: moment,
});

export const form = z.object({
  kind: z.literal('form'),
  key,
  contentKey: key,
  signature: key,
  /** The form that it is a part of. */
  formKey: key.nullable().default(null),
  partition: z.string(),
  example: words,
  firstSeenAt: moment,
  firstCountedAt: moment.nullable(),
  /** Default: `firstSeenAt`. */
  createdAt: moment.optional(),
});

export const alias = z.object({
  kind: z.literal('alias'),
  key,
  toKey: key,
  reason: z.string(),
  undone: z.boolean(),
  /** Since when it is not believed any more. */
  undoneAt: moment.nullable().default(null),
  createdAt: moment,
});

const values = z.array(z.string()).min(1);

const parting = z.discriminatedUnion('by', [
  z.object({ by: z.literal('FIELD'), field: z.enum(PART_FIELDS), values }),
  z.object({
    by: z.literal('PARAMETER'),
    pattern: z.string().nullable(),
    index: z.int().min(0),
    values,
  }),
  z.object({ by: z.literal('WORD'), word: z.string() }),
  z.object({ by: z.literal('FORMS'), keys: z.array(key).min(1) }),
]);

/** What a decision about signatures says: see src/domain/bindings.ts. */
const decision = z.object({
  anchors: z.array(z.object({ key, words: z.array(z.string()), partition: z.string(), element: key })),
  parting: parting.nullable(),
});

export const constraint = z.object({
  kind: z.literal('constraint'),
  decision: z.enum(['MUST_LINK', 'CANNOT_LINK']),
  key,
  otherKey: key,
  detail: decision,
  author: z.string(),
  reason: z.string().nullable().default(null),
  moved: z.object({ events: count, candidates: count, incidents: count }).nullable().default(null),
  undoneAt: moment.nullable(),
  undoneBy: z.string().nullable().default(null),
  createdAt: moment,
});
