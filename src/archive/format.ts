// The file that carries a tenant's memory: JSON lines, a header first, an end last. Rows name each other by what is the
// same in every database: signatures by key, assets by hostname, everything else by its portable id.
import { z } from 'zod';
import { PART_FIELDS } from '../domain/bindings.ts';
import {
  CANDIDATE_STATES,
  CANDIDATE_TYPES,
  DECISION_BANDS,
  ENTITY_KINDS,
  IMPACT_LEVELS,
  INCIDENT_STATUSES,
  LINK_TYPES,
  REVIEW_DECISIONS,
  SIGNAL_KINDS,
  SIGNATURE_SCOPES,
} from '../domain/words.ts';
import { MAX_CHARS } from '../review/checked-text.ts';

export const FORMAT = 'mnemograph-memory';
export const FORMAT_VERSION = 1;

const MILLION = 1_000_000;
const MAX_EXAMPLE_CHARS = 65_536;

const moment = z.iso.datetime({ offset: true, error: 'must be an RFC 3339 time, e.g. 2026-03-01T12:00:00Z' });
const id = z.uuid();
const name = z.string().min(1).max(512);
const words = z.string().max(MAX_EXAMPLE_CHARS);
const said = (field: keyof typeof MAX_CHARS) => z.string().trim().min(1).max(MAX_CHARS[field]);
const count = z.int().min(0);
const millionths = z.int().min(0).max(MILLION);
const severity = z.int().min(0).max(7);
const key = z.string().regex(/^v\d+:[0-9a-f]{16}$/, 'must be a signature key, e.g. v1:0123456789abcdef');
const metadata = z.record(z.string(), z.unknown()).nullable().default(null);
const ids = z.array(id).default([]);
const keys = z.array(key).default([]);
const names = z.array(name).default([]);
const when = { createdAt: moment, updatedAt: moment };

const asset = z.object({
  kind: z.literal('asset'),
  hostname: name,
  assetType: z.string().nullable().default(null),
  serviceGroup: z.string().nullable().default(null),
  ipAddresses: z.array(z.string()).default([]),
  platform: z.string().nullable().default(null),
  tags: z.array(z.string()).default([]),
  metadata,
  ...when,
});

const signature = z.object({
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

const form = z.object({
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
});

const alias = z.object({
  kind: z.literal('alias'),
  key,
  toKey: key,
  reason: z.string(),
  undone: z.boolean(),
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

const constraint = z.object({
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

/** [minute since 1970, events, events with time and severity of their own, worst severity, first µs, last µs] */
const minuteCounts = z.tuple([count, count, count, severity, z.int(), z.int()]);

const counts = z.object({
  kind: z.literal('counts'),
  /** null: all signatures of the host together. */
  signature: key.nullable(),
  /** null: events that name no host. */
  host: name.nullable(),
  minutes: z.array(minuteCounts).min(1),
});

/** How far the events reach, in minutes since 1970. */
const clock = z.object({ kind: z.literal('clock'), firstMinute: count, nowMinute: count });

const signal = z.object({
  kind: z.literal('signal'),
  identity: z.string().min(1),
  signalKind: z.enum(SIGNAL_KINDS),
  label: z.string(),
  score: z.number(),
  severity,
  signature: key.nullable(),
  host: name.nullable(),
  entityKind: z.enum(ENTITY_KINDS).nullable().default(null),
  entity: z.string().nullable(),
  text: z.string(),
  observedAt: moment,
  endedAt: moment.nullable(),
  detectedAt: moment,
  baseline: z.number().nullable(),
  observed: z.number().nullable(),
  recurring: z.boolean(),
  acknowledgedAt: moment,
  acknowledgedBy: z.string().nullable(),
  notes: z.string().nullable(),
});

const candidate = z.object({
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

const candidateVersion = z.object({
  kind: z.literal('candidateVersion'),
  candidate: id,
  version: z.int().min(1),
  state: z.enum(CANDIDATE_STATES),
  score: millionths,
  decisionBand: z.enum(DECISION_BANDS),
  confidence: millionths,
  receipt: z.record(z.string(), z.unknown()),
  createdAt: moment,
});

const incident = z.object({
  kind: z.literal('incident'),
  id,
  title: said('title'),
  summary: said('summary'),
  incidentType: said('incidentType'),
  firstObservedAt: moment,
  lastObservedAt: moment,
  recurrences: count,
  impactLevel: z.enum(IMPACT_LEVELS),
  confidence: millionths,
  status: z.enum(INCIDENT_STATUSES),
  /** What a person last decided, and the newest event then. */
  settledStatus: z.enum(INCIDENT_STATUSES).default('ACTIVE'),
  settledAt: moment.nullable().default(null),
  mergedInto: id.nullable().default(null),
  metadata,
  signatures: keys,
  hosts: names,
  candidates: ids,
  /** When it happened: stretches of time, which `recurrences` counts. */
  stretches: z.array(z.tuple([moment, moment])).default([]),
  ...when,
});

/** A raw line of an incident, which stays when its event has expired. */
const example = z.object({
  kind: z.literal('example'),
  incident: id,
  at: moment,
  id,
  line: z.string().min(1),
});

const lesson = z.object({
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

const hint = z.object({
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

const outcome = z.object({
  kind: z.literal('outcome'),
  id,
  hint: id,
  outcome: z.enum(['WORKED', 'FAILED', 'NOT_APPLICABLE']),
  incident: id.nullable(),
  notes: z.string().nullable(),
  reporter: said('reporter'),
  createdAt: moment,
});

const review = z.object({
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

const suppression = z.object({
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

/** What a link may lead from and to, each named as the file names such rows; an event by its own id. */
export const LINKED = [
  'Event',
  'Signature',
  'Candidate',
  'Incident',
  'Lesson',
  'RunbookHint',
  'Review',
] as const;

const linkEnd = z.object({ type: z.enum(LINKED), key: z.string().min(1) });

const link = z.object({
  kind: z.literal('link'),
  source: linkEnd,
  target: linkEnd,
  linkType: z.enum(LINK_TYPES),
  metadata,
  createdAt: moment,
});

export const record = z.discriminatedUnion('kind', [
  asset,
  signature,
  form,
  alias,
  constraint,
  counts,
  clock,
  signal,
  candidate,
  candidateVersion,
  incident,
  example,
  lesson,
  hint,
  outcome,
  review,
  suppression,
  link,
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
