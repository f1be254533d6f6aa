import { index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { id8, moment, tenantId } from './columns.ts';

/**
 * Rows of memory as they were: each content with the time from which it was known and until when; null: it still is.
 * `ownerId` and `otherId` are the row's ids ('0' where it has one only).
 */
export const memoryVersion = pgTable(
  'memory_version',
  {
    tenantId: tenantId(),
    relation: text('relation').notNull(),
    ownerId: id8('owner_id').notNull(),
    otherId: id8('other_id').notNull(),
    knownFrom: moment('known_from').notNull(),
    knownUntil: moment('known_until'),
    content: jsonb('content').$type<Record<string, unknown>>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.relation, t.ownerId, t.otherId, t.knownFrom] }),
    index('memory_version_other_idx').on(t.tenantId, t.relation, t.otherId),
  ],
);
