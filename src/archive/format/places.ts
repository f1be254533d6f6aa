// Where events come from, and what people did and asked for there.
import { z } from 'zod';
import { ERROR_CODES } from '../../domain/errors.ts';
import { ENTITY_KINDS, SOURCE_TYPES } from '../../domain/words.ts';
import { count, id, json, metadata, moment, name, said, severity, when } from './fields.ts';

export const asset = z.object({
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

/** What the retention has dropped: all events before it. */
export const retention = z.object({ kind: z.literal('retention'), eventsFrom: moment });

/** A way by which events came in, without how it was set up. */
export const source = z.object({
  kind: z.literal('source'),
  name,
  connector: z.string().min(1),
  enabled: z.boolean(),
  received: count,
  rejected: count,
  lastEventAt: moment.nullable(),
  lastReceivedAt: moment.nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: moment.nullable(),
  createdAt: moment,
});

/** A stream of a source; what is absent is ''. */
export const origin = z.object({
  kind: z.literal('origin'),
  source: name,
  sourceType: z.enum(SOURCE_TYPES),
  sourcePath: z.string(),
  host: z.string(),
  service: z.string(),
});

/** What a source lost. */
export const gap = z.object({
  kind: z.literal('gap'),
  source: name,
  fromAt: moment,
  toAt: moment,
  lost: count,
  reason: z.string(),
});

/** An input that could not be stored, and waits to be replayed. */
export const rejected = z.object({
  kind: z.literal('rejected'),
  source: name.nullable(),
  batchKey: z.string().nullable(),
  index: z.int().nullable(),
  code: z.enum(ERROR_CODES),
  reason: z.string(),
  payload: z.string(),
  /** What the text cannot hold, in base64. */
  bytes: z.base64().nullable(),
  request: json,
  receivedAt: moment,
});

export const rule = z.object({
  kind: z.literal('rule'),
  name,
  description: z.string(),
  expression: z.string().min(1),
  severity: severity.nullable(),
  count: z.int().min(1),
  windowMinutes: z.int().min(1),
  per: z.array(z.enum(ENTITY_KINDS)),
  position: z.int(),
  enabled: z.boolean(),
  ...when,
});

export const change = z.object({
  kind: z.literal('change'),
  id,
  changeKind: z.string().min(1),
  title: said('title'),
  description: z.string().nullable(),
  author: z.string(),
  host: name.nullable(),
  serviceGroup: z.string().nullable(),
  startAt: moment,
  endAt: moment.nullable(),
  metadata,
  createdAt: moment,
});
