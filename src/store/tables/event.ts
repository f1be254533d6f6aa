import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import type { Severity } from '../../domain/severity.ts';
import { count8, id8, moment, tenantId } from './columns.ts';

/** What is not a column of the event: the sender's own structure, and bytes that a text column cannot hold. */
export interface EventAttrs {
  structuredFields?: Record<string, unknown>;
  correlationKeys?: Record<string, unknown>;
  ingestMetadata?: Record<string, unknown>;
  severityOriginal?: string;
  /** The message as received (base64 of its UTF-16LE code units) where it holds NUL or lone surrogates. */
  rawBase64?: string;
  /** The bytes as received (base64) where they are not valid UTF-8. */
  rawBytesBase64?: string;
}

/** Bits of `event.flags`: what we, not the source, decided about an event. */
export const EventFlag = {
  SEVERITY_INFERRED: 1,
  TIMESTAMP_ASSIGNED: 2,
  YEAR_INFERRED: 4,
  /** Stamped more than ten minutes ahead of its receipt: detection uses the time of receipt. */
  SKEWED: 8,
  /** Came with its fields already apart (`ingestEvents`), so `messageRaw` has no header. */
  STRUCTURED: 16,
  /** Longer than the signature looks at. */
  TRUNCATED: 32,
} as const;

/** One event, compact: its dimensions live in `origin`, its receipt in `ingest_batch`. Partitioned by `ts`. */
export const event = pgTable(
  'event',
  {
    tenantId: tenantId(),
    eventId: uuid('event_id').notNull(),
    ts: moment('ts').notNull(),
    originId: id8('origin_id').notNull(),
    batchId: id8('batch_id').notNull(),
    signatureId: id8('signature_id').notNull(),
    assetId: id8('asset_id'),
    severity: smallint('severity').$type<Severity>().notNull(),
    facility: smallint('facility'),
    flags: smallint('flags').notNull().default(0),
    messageRaw: text('message_raw').notNull(),
    attrs: jsonb('attrs').$type<EventAttrs>(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.ts, t.eventId] }),
    index('event_signature_idx').on(t.tenantId, t.signatureId, t.ts),
    index('event_asset_idx').on(t.tenantId, t.assetId, t.ts),
    // One event in eight, by the hash that its id ends with: an even sample of a signature, in an order of no meaning.
    index('event_sample_idx')
      .on(t.tenantId, t.signatureId, sql`substring(uuid_send(${t.eventId}) from 10)`)
      .where(sql`get_byte(uuid_send(${t.eventId}), 9) < 32`),
  ],
);

/** A sender's own event key is unique per source, whatever the event's time. */
export const eventKey = pgTable(
  'event_key',
  {
    tenantId: tenantId(),
    sourceId: id8('source_id').notNull(),
    key: text('key').notNull(),
    eventId: uuid('event_id').notNull(),
    ts: moment('ts').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.sourceId, t.key] })],
);

/**
 * Counts per signature, asset and minute; `assetId` '0' is "no asset". The row with `signatureId` '0' sums all
 * signatures of the asset: it tells when the asset was alive.
 */
export const featureBucket = pgTable(
  'feature_bucket',
  {
    tenantId: tenantId(),
    assetId: id8('asset_id').notNull(),
    signatureId: id8('signature_id').notNull(),
    /** Minutes since 1970. */
    minute: integer('minute').notNull(),
    n: integer('n').notNull(),
    /** How many of them carried their own timestamp and severity. */
    sourced: integer('sourced').notNull(),
    worst: smallint('worst').$type<Severity>().notNull(),
    firstUs: count8('first_us').notNull(),
    lastUs: count8('last_us').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.signatureId, t.assetId, t.minute] }),
    index('feature_bucket_asset_idx').on(t.tenantId, t.assetId, t.minute),
  ],
);
