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
  uuid,
} from 'drizzle-orm/pg-core';
import type { Binding, BindingKind, MessageParting, Moved } from '../../domain/bindings.ts';
import type { Severity } from '../../domain/severity.ts';
import type { SignatureScope } from '../../domain/words.ts';
import { count8, createdAt, id8, moment, newId, tenantId } from './columns.ts';

/** A family of events of one shape. It becomes visible with its first counted event. */
export const signature = pgTable(
  'signature',
  {
    tenantId: tenantId(),
    signatureId: newId('signature_id'),
    scope: text('scope').$type<SignatureScope>().notNull().default('TENANT'),
    key: text('key').notNull(),
    version: smallint('version').notNull(),
    service: text('service').notNull().default(''),
    eventFamily: text('event_family').notNull(),
    pattern: text('pattern').notNull(),
    exampleMessage: text('example_message').notNull(),
    /** Self-heal: signatures that differ in a state word of opposite meaning share it. */
    pairKey: text('pair_key'),
    pairRole: text('pair_role').$type<'PROBLEM' | 'RECOVERY'>(),
    firstSeenAt: moment('first_seen_at').notNull(),
    lastSeenAt: moment('last_seen_at').notNull(),
    occurrenceCount: count8('occurrence_count').notNull().default(0),
    worstSeverity: smallint('worst_severity').$type<Severity>().notNull(),
    /** Which severities it was counted with: the bit of each rank. */
    severities: smallint('severities').notNull().default(0),
    /** A hash of the pattern and severities that the built-in scorer has judged; null: none yet. */
    judgedAs: text('judged_as'),
    /** Millionths. */
    score: integer('score').notNull().default(0),
    /** The signature that this one was joined into; null: it stands for itself. */
    mergedIntoId: id8('merged_into_id'),
    /** Of which messages of its form it is, where people parted them; null: of all. */
    part: text('part'),
    metadata: jsonb('metadata'),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.signatureId] }),
    uniqueIndex('signature_key_key').on(t.tenantId, t.key),
    index('signature_pair_idx').on(t.tenantId, t.pairKey),
    index('signature_last_seen_idx').on(t.tenantId, t.lastSeenAt, t.signatureId),
    index('signature_first_seen_idx').on(t.tenantId, t.firstSeenAt, t.signatureId),
    index('signature_occurrences_idx').on(t.tenantId, t.occurrenceCount, t.signatureId),
    index('signature_score_idx').on(t.tenantId, t.score, t.signatureId),
    index('signature_merged_into_idx')
      .on(t.tenantId, t.mergedIntoId)
      .where(sql`${t.mergedIntoId} is not null`),
  ],
);

/**
 * One canonical form and the signature it belongs to, with the example from which it can be rebuilt; or a part of a
 * form's messages, where people parted them.
 */
export const signatureForm = pgTable(
  'signature_form',
  {
    tenantId: tenantId(),
    key: text('key').notNull(),
    /** The key of the form that this is a part of; null: it is a form. */
    formKey: text('form_key'),
    /** The key without its partition: finds a family across services. */
    contentKey: text('content_key').notNull(),
    signatureId: id8('signature_id').notNull(),
    partition: text('partition').notNull(),
    example: text('example').notNull(),
    firstSeenAt: moment('first_seen_at').notNull(),
    /** The time of its earliest counted event, whose message `example` then is; null: none is counted yet. */
    firstCountedAt: moment('first_counted_at'),
    /** Drawn under the tenant's lock with every change of `firstCountedAt`: what other processes ask for. */
    learntSeq: count8('learnt_seq'),
    /** The algorithm that wrote its rows of `signature_sketch`; 0: there are none. */
    sketchVersion: smallint('sketch_version').notNull().default(0),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.key] }),
    index('signature_form_learnt_idx').on(t.tenantId, t.partition, t.learntSeq),
    index('signature_form_content_idx').on(t.tenantId, t.contentKey),
    index('signature_form_signature_idx').on(t.tenantId, t.signatureId),
    index('signature_form_created_idx').on(t.tenantId, t.createdAt),
    index('signature_form_part_idx').on(t.tenantId, t.formKey).where(sql`${t.formKey} is not null`),
  ],
);

/** By which forms with most of the same words are found; see src/signature/sketch.ts. */
export const signatureSketch = pgTable(
  'signature_sketch',
  {
    tenantId: tenantId(),
    /** 0: a word; from 1: an order of min-hashes. */
    lane: smallint('lane').notNull(),
    code: count8('code').notNull(),
    /** The signature of the form itself, wherever that was joined to. */
    signatureId: id8('signature_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.lane, t.code, t.signatureId] })],
);

/** `key` was joined into `toKey`, when and why; an undone one says until when. */
export const signatureAlias = pgTable(
  'signature_alias',
  {
    tenantId: tenantId(),
    aliasId: newId('alias_id'),
    key: text('key').notNull(),
    toKey: text('to_key').notNull(),
    reason: text('reason').notNull(),
    undone: boolean('undone').notNull().default(false),
    undoneAt: moment('undone_at'),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.aliasId] }),
    index('signature_alias_key_idx').on(t.tenantId, t.key),
    index('signature_alias_to_idx').on(t.tenantId, t.toKey),
  ],
);

/**
 * What people decided, in the order of `seq`: signatures belong together (must-link), or one comes apart (cannot-link).
 * It is the journal too: an undone decision stays.
 */
export const signatureConstraint = pgTable(
  'signature_constraint',
  {
    tenantId: tenantId(),
    constraintId: newId('constraint_id'),
    kind: text('kind').$type<BindingKind>().notNull(),
    /** The key of the signature that was kept, or parted. */
    key: text('key').notNull(),
    /** The key of what was joined, or came apart. */
    otherKey: text('other_key').notNull(),
    detail: jsonb('detail').$type<Pick<Binding, 'anchors' | 'parting'>>(),
    author: text('author').notNull(),
    reason: text('reason'),
    /** Drawn under the tenant's lock: decisions are applied in its order. */
    seq: count8('seq'),
    moved: jsonb('moved').$type<Moved>(),
    undoneAt: moment('undone_at'),
    undoneBy: text('undone_by'),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.constraintId] }),
    index('signature_constraint_key_idx').on(t.tenantId, t.key),
    index('signature_constraint_created_idx').on(t.tenantId, t.createdAt, t.constraintId),
  ],
);

/** Append-only: a stored event bore `fromId` until people's decisions about signatures gave it `toId`. */
export const eventResigned = pgTable(
  'event_resigned',
  {
    tenantId: tenantId(),
    eventTs: moment('event_ts').notNull(),
    eventId: uuid('event_id').notNull(),
    resignedAt: moment('resigned_at').notNull(),
    fromId: id8('from_id').notNull(),
    toId: id8('to_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.eventTs, t.eventId, t.resignedAt] }),
    index('event_resigned_at_idx').on(t.tenantId, t.resignedAt),
  ],
);

/** What ingest obeys: messages with `key` for which the parting holds get `partKey`; asked in the order of `position`. */
export const signatureRule = pgTable(
  'signature_rule',
  {
    tenantId: tenantId(),
    formKey: text('form_key').notNull(),
    key: text('key').notNull(),
    position: smallint('position').notNull(),
    parting: jsonb('parting').$type<MessageParting>().notNull(),
    partKey: text('part_key').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.formKey, t.key, t.position] })],
);
