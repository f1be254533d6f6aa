import { integer, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { id8, tenantId } from './columns.ts';

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
