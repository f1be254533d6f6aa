import { integer, pgTable, primaryKey, smallint } from 'drizzle-orm/pg-core';
import type { Severity } from '../../domain/severity.ts';
import { count8, id8, tenantId } from './columns.ts';

/** Which assets a signature was seen on in which quarter of an hour (counted since 1970): derived from the buckets. */
export const slotAsset = pgTable(
  'slot_asset',
  {
    tenantId: tenantId(),
    signatureId: id8('signature_id').notNull(),
    slot: integer('slot').notNull(),
    assetId: id8('asset_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.signatureId, t.slot, t.assetId] })],
);

/** On how many assets that was, and how many are usual: the 95th percentile of the seven days before. */
export const slotSpread = pgTable(
  'slot_spread',
  {
    tenantId: tenantId(),
    signatureId: id8('signature_id').notNull(),
    slot: integer('slot').notNull(),
    assets: integer('assets').notNull(),
    usual: integer('usual').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.signatureId, t.slot] })],
);

/**
 * What the buckets of a signature sum up to in one minute, over the assets that its events name; a minute of which no
 * event names one counts none, and has no times. Kept with the buckets.
 */
export const signatureMinute = pgTable(
  'signature_minute',
  {
    tenantId: tenantId(),
    signatureId: id8('signature_id').notNull(),
    /** Minutes since 1970. */
    minute: integer('minute').notNull(),
    n: integer('n').notNull(),
    sourced: integer('sourced').notNull(),
    worst: smallint('worst').$type<Severity>().notNull(),
    firstUs: count8('first_us'),
    lastUs: count8('last_us'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.signatureId, t.minute] })],
);
