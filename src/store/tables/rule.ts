import {
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Severity } from '../../domain/severity.ts';
import type { EntityKind } from '../../domain/words.ts';
import { count8, createdAt, id8, moment, newId, tenantId, updatedAt } from './columns.ts';

/** What a tenant wants to be told of. */
export const rule = pgTable(
  'rule',
  {
    tenantId: tenantId(),
    ruleId: newId('rule_id'),
    name: text('name').notNull(),
    description: text('description').notNull(),
    expression: text('expression').notNull(),
    severity: smallint('severity').$type<Severity>(),
    count: integer('count').notNull(),
    windowMinutes: integer('window_minutes').notNull(),
    per: text('per').array().$type<EntityKind[]>().notNull(),
    position: integer('position').notNull(),
    enabled: boolean('enabled').notNull(),
    lastError: text('last_error'),
    lastErrorAt: moment('last_error_at'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.ruleId] }),
    uniqueIndex('rule_name_key').on(t.tenantId, t.name),
    index('rule_position_idx').on(t.tenantId, t.position, t.ruleId),
  ],
);

/** Says that the tenant has its rules, and grows with every change to them: who knows the version knows the rules. */
export const ruleBook = pgTable('rule_book', {
  tenantId: tenantId().primaryKey(),
  version: integer('version').notNull().default(1),
});

/** Events that fulfilled a rule, per subject ('': none is named), signature as given to the event, asset and minute. */
export const ruleBucket = pgTable(
  'rule_bucket',
  {
    tenantId: tenantId(),
    ruleId: id8('rule_id').notNull(),
    entityKind: text('entity_kind').$type<EntityKind>().notNull(),
    entity: text('entity').notNull(),
    minute: integer('minute').notNull(),
    signatureId: id8('signature_id').notNull(),
    assetId: id8('asset_id').notNull(),
    n: integer('n').notNull(),
    worst: smallint('worst').$type<Severity>().notNull(),
    firstUs: count8('first_us').notNull(),
    lastUs: count8('last_us').notNull(),
  },
  (t) => [
    primaryKey({
      columns: [t.tenantId, t.ruleId, t.entityKind, t.entity, t.minute, t.signatureId, t.assetId],
    }),
  ],
);

/** Counts per host, user or address and minute; of kind ALL and entity '': of the whole tenant. */
export const entityBucket = pgTable(
  'entity_bucket',
  {
    tenantId: tenantId(),
    entityKind: text('entity_kind').$type<EntityKind | 'ALL'>().notNull(),
    entity: text('entity').notNull(),
    minute: integer('minute').notNull(),
    n: integer('n').notNull(),
    errors: integer('errors').notNull(),
    authFailures: integer('auth_failures').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.entityKind, t.entity, t.minute] }),
    index('entity_bucket_minute_idx').on(t.tenantId, t.entityKind, t.minute),
  ],
);
