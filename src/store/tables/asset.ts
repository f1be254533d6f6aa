import { jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, newId, tenantId, updatedAt } from './columns.ts';

/** A host, device or service that events come from; made on first sight, enriched by people and connectors. */
export const asset = pgTable(
  'asset',
  {
    tenantId: tenantId(),
    assetId: newId('asset_id'),
    hostname: text('hostname').notNull(),
    assetType: text('asset_type'),
    serviceGroup: text('service_group'),
    ipAddresses: text('ip_addresses').array().notNull().default([]),
    platform: text('platform'),
    tags: text('tags').array().notNull().default([]),
    metadata: jsonb('metadata'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.assetId] }),
    uniqueIndex('asset_hostname_key').on(t.tenantId, t.hostname),
  ],
);
