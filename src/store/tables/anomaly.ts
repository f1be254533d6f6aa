import { sql } from 'drizzle-orm';
import {
  boolean,
  doublePrecision,
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
