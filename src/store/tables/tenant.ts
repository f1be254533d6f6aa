import { boolean, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, moment, updatedAt } from './columns.ts';

export const tenant = pgTable(
  'tenant',
  {
    tenantId: integer('tenant_id').primaryKey().generatedAlwaysAsIdentity(),
    slug: text('slug').notNull(),
    name: text('name').notNull(),
    environmentType: text('environment_type'),
    tags: text('tags').array().notNull().default([]),
    metadata: jsonb('metadata'),
    /** Counts the changes of `signature_rule`: what ingest signed by an older state is signed again. */
    signingVersion: integer('signing_version').notNull().default(0),
    shareSignatures: boolean('share_signatures').notNull().default(false),
    /** The retention has dropped all events before it; null: it has dropped none. */
    eventsFrom: moment('events_from'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [uniqueIndex('tenant_slug_key').on(t.slug)],
);
