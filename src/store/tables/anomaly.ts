import { sql } from 'drizzle-orm';
import {
  boolean,
  doublePrecision,
  index,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Severity } from '../../domain/severity.ts';
import { id8, moment, tenantId } from './columns.ts';

/** What a scorer said of the events of one signature and severity: each is scored once per scorer and wording. */
export const anomalyVerdict = pgTable(
  'anomaly_verdict',
  {
    tenantId: tenantId(),
    signatureId: id8('signature_id').notNull(),
    severity: smallint('severity').$type<Severity>().notNull(),
    /** Names the scorer with its version. */
    scorer: text('scorer').notNull(),
    label: text('label').notNull(),
    score: doublePrecision('score').notNull(),
    /** How anomalous, 0 to 1, whatever the label. */
    risk: doublePrecision('risk').notNull(),
    /** A detection: an anomalous label at or above the threshold. */
    isAnomalous: boolean('is_anomalous').notNull(),
    /** A hash of the pattern that was judged. */
    wording: text('wording').notNull().default(''),
    /** The one that counts, of several scorers'. */
    isCurrent: boolean('is_current').notNull(),
    scoredAt: moment('scored_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.signatureId, t.severity, t.scorer] }),
    uniqueIndex('anomaly_verdict_current_key')
      .on(t.tenantId, t.signatureId, t.severity)
      .where(sql`${t.isCurrent}`),
  ],
);

/**
 * What awaits a model's verdict. It is filled as signatures are counted, whether or not a model is set up: so any
 * process may score what another has counted, and a model that is set up later finds all there is.
 */
export const anomalyQueue = pgTable(
  'anomaly_queue',
  {
    tenantId: tenantId(),
    signatureId: id8('signature_id').notNull(),
    severity: smallint('severity').$type<Severity>().notNull(),
    /** Its newest event when it was queued: the newest are scored first. */
    seenAt: moment('seen_at').notNull(),
    /** Until then some process works on it; null: none does. */
    claimedUntil: moment('claimed_until'),
    /** Why the model cannot judge it: it is left alone until it is worded otherwise or scoring is asked for anew. */
    fault: text('fault'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.signatureId, t.severity] }),
    index('anomaly_queue_next_idx').on(t.tenantId, t.seenAt).where(sql`${t.fault} is null`),
  ],
);
