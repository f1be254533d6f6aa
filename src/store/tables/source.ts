import { sql } from 'drizzle-orm';
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
} from 'drizzle-orm/pg-core';
import type { ErrorCode } from '../../domain/errors.ts';
import type { SourceType } from '../../domain/words.ts';
import { bytea, count8, createdAt, id8, moment, newId, tenantId, updatedAt } from './columns.ts';

/** A connector instance: one way by which events of one tenant come in. */
export const source = pgTable(
  'source',
  {
    tenantId: tenantId(),
    sourceId: newId('source_id'),
    name: text('name').notNull(),
    connector: text('connector').notNull(),
    enabled: boolean('enabled').notNull().default(true),
    /** What its connector was told, without secrets; null: it came into being by being sent to. */
    config: jsonb('config').$type<Record<string, unknown>>(),
    /** SHA-256 of what its senders must present. */
    secretHash: text('secret_hash'),
    /** What we present to the other side; no query of the graph reads it. */
    credential: text('credential'),
    /** Grows with every change of how it is to run. */
    revision: integer('revision').notNull().default(0),
    received: count8('received').notNull().default(0),
    rejected: count8('rejected').notNull().default(0),
    lastEventAt: moment('last_event_at'),
    lastReceivedAt: moment('last_received_at'),
    lastError: text('last_error'),
    lastErrorAt: moment('last_error_at'),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.sourceId] }),
    uniqueIndex('source_name_key').on(t.tenantId, t.name),
    index('source_secret_idx').on(t.connector, t.secretHash).where(sql`${t.secretHash} is not null`),
  ],
);

/** What a source lost: it came, and could not be kept. */
export const sourceGap = pgTable(
  'source_gap',
  {
    tenantId: tenantId(),
    gapId: newId('gap_id'),
    sourceId: id8('source_id').notNull(),
    fromAt: moment('from_at').notNull(),
    toAt: moment('to_at').notNull(),
    /** How many inputs. */
    lost: count8('lost').notNull(),
    reason: text('reason').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.gapId] }),
    index('source_gap_source_idx').on(t.tenantId, t.sourceId, t.toAt),
  ],
);

/** How far a connector has come, in its own words: a file's offset, a feed's cursor. */
export const sourceCheckpoint = pgTable(
  'source_checkpoint',
  {
    tenantId: tenantId(),
    sourceId: id8('source_id').notNull(),
    key: text('key').notNull(),
    value: jsonb('value').$type<Record<string, unknown>>().notNull(),
    updatedAt: updatedAt(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.sourceId, t.key] })],
);

/** What the events of one stream have in common, so that an event row carries one number for it. Absent is ''. */
export const origin = pgTable(
  'origin',
  {
    tenantId: tenantId(),
    originId: newId('origin_id'),
    sourceId: id8('source_id').notNull(),
    sourceType: text('source_type').$type<SourceType>().notNull(),
    sourcePath: text('source_path').notNull().default(''),
    host: text('host').notNull().default(''),
    service: text('service').notNull().default(''),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.originId] }),
    uniqueIndex('origin_content_key').on(
      t.tenantId,
      t.sourceId,
      t.sourceType,
      t.sourcePath,
      t.host,
      t.service,
    ),
    index('origin_host_idx').on(t.tenantId, t.host),
    index('origin_service_idx').on(t.tenantId, t.service),
  ],
);

/**
 * One committed transaction of ingest. `referenceAt` is the clock that its stamped times were taken from;
 * `earlierCounts` are the input counts of sendings under the key before it grew to `inputCount`.
 */
export const ingestBatch = pgTable(
  'ingest_batch',
  {
    tenantId: tenantId(),
    batchId: newId('batch_id'),
    key: text('key').notNull(),
    sourceId: id8('source_id').notNull(),
    contentHash: text('content_hash').notNull(),
    inputCount: integer('input_count').notNull(),
    earlierCounts: integer('earlier_counts').array().notNull().default([]),
    n: integer('n').notNull(),
    minTs: moment('min_ts'),
    maxTs: moment('max_ts'),
    referenceAt: moment('reference_at').notNull(),
    receivedAt: moment('received_at').notNull(),
    storedAt: moment('stored_at').notNull(),
    folded: boolean('folded').notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.key] }),
    uniqueIndex('ingest_batch_id_key').on(t.tenantId, t.batchId),
    index('ingest_batch_received_idx').on(t.tenantId, t.receivedAt),
    index('ingest_batch_unfolded_idx').on(t.tenantId, t.batchId).where(sql`not folded`),
  ],
);

/** An input that could not be stored as an event: kept whole, with the reason, to be replayed. */
export const rejectedInput = pgTable(
  'rejected_input',
  {
    tenantId: tenantId(),
    rejectedId: newId('rejected_id'),
    sourceId: id8('source_id'),
    batchKey: text('batch_key'),
    index: integer('index'),
    code: text('code').$type<ErrorCode>().notNull(),
    reason: text('reason').notNull(),
    payload: text('payload').notNull(),
    payloadBytes: bytea('payload_bytes'),
    request: jsonb('request').$type<Record<string, unknown>>().notNull(),
    attempts: smallint('attempts').notNull().default(0),
    receivedAt: moment('received_at').notNull(),
    replayedAt: moment('replayed_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.rejectedId] }),
    uniqueIndex('rejected_input_batch_key').on(t.tenantId, t.batchKey, t.index),
    index('rejected_input_received_idx').on(t.tenantId, t.receivedAt, t.rejectedId),
  ],
);
