// The file that carries a tenant's memory: JSON lines, a header first, an end last. Rows name each other by what is the
// same in every database: signatures by key, assets by hostname, everything else by its portable id.
import { z } from 'zod';
import { candidate, candidateVersion } from './format/candidates.ts';
import { clock, counts, entityCounts, heartbeat, signal } from './format/counts.ts';
import { count, moment } from './format/fields.ts';
import { example, incident, incidentMerge } from './format/incidents.ts';
import { link, removedLink, review, suppression, version } from './format/judgements.ts';
import { hint, lesson, outcome, proposal } from './format/lessons.ts';
import { asset, change, gap, origin, rejected, retention, rule, source } from './format/places.ts';
import { alias, constraint, form, signature } from './format/signatures.ts';

export const FORMAT = 'mnemograph-memory';
export const FORMAT_VERSION = 2;

export const record = z.discriminatedUnion('kind', [
  asset,
  retention,
  source,
  origin,
  gap,
  rejected,
  rule,
  change,
  signature,
  form,
  alias,
  constraint,
  counts,
  entityCounts,
  heartbeat,
  clock,
  signal,
  candidate,
  candidateVersion,
  incident,
  example,
  incidentMerge,
  lesson,
  hint,
  outcome,
  proposal,
  review,
  suppression,
  link,
  removedLink,
  version,
]);

/** One row of memory, as the file holds it. */
export type MemoryRecord = z.infer<typeof record>;
export type RecordKind = MemoryRecord['kind'];
/** The record before defaults are filled in. */
export type RecordInput = z.input<typeof record>;

export const RECORD_KINDS: readonly RecordKind[] = record.options.map((option) => option.shape.kind.value);

/** The first line. */
export const header = z.object({
  kind: z.literal('header'),
  format: z.literal(FORMAT),
  version: z.int().min(1),
  tenant: z.string(),
  exportedAt: moment,
});

/** The last line: without it the file was cut. `records` are all lines between header and end. */
export const end = z.object({ kind: z.literal('end'), records: count });
