// Column kinds that every table shares.
import { sql } from 'drizzle-orm';
import { customType, integer, pgSequence, timestamp, uuid } from 'drizzle-orm/pg-core';

/** One sequence for all ids: an id names one row of the whole database. */
export const idSequence = pgSequence('mnemograph_id_seq', { cache: 16 });

/** The order in which subscribers are told; see `outbox`. */
export const outboxSequence = pgSequence('mnemograph_outbox_seq', { cache: 1 });

/** The order in which forms became known; see `signature_form`. */
export const learntSequence = pgSequence('mnemograph_learnt_seq', { cache: 1 });

/** A bigint kept as a string in JavaScript: a distributed sequence exceeds 2^53. */
export const id8 = customType<{ data: string; driverData: string }>({ dataType: () => 'bigint' });

/** A 64-bit count that stays below 2^53. */
export const count8 = customType<{ data: number; driverData: string | number }>({
  dataType: () => 'bigint',
  fromDriver: Number,
});

export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

export const newId = (name: string) => id8(name).notNull().default(sql`nextval('mnemograph_id_seq')`);

/** By which an export names the row: the same in every database that it was ever taken to. */
export const portableId = () => uuid('portable_id').notNull().default(sql`gen_random_uuid()`);

export const tenantId = () => integer('tenant_id').notNull();

/** Timestamps stay text with microseconds: a JavaScript Date would drop three digits. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 6, mode: 'string' });

export const createdAt = () => moment('created_at').notNull().default(sql`clock_timestamp()`);
export const updatedAt = () => moment('updated_at').notNull().default(sql`clock_timestamp()`);
