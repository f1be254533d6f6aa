import type { SQL } from 'drizzle-orm';
import type { DetectSettings } from '../../detect/settings.ts';
import { type Clock, formatMicros, type Micros } from '../../domain/time.ts';
import type { ScoreSettings } from '../../score/settings.ts';
import type { WriteTx } from '../../store/store.ts';

/** What every step of detection works with: one tenant, inside the caller's transaction. */
export interface DetectContext {
  readonly tx: WriteTx;
  readonly tenantId: number;
  readonly clock: Clock;
  readonly settings: DetectSettings;
  readonly scoring: ScoreSettings;
  /** From this score on an anomalous label is a detection; default: 0.75. */
  readonly anomalyThreshold?: number;
  /** Collects the groups of signals that lost one: they have to be looked at again. */
  readonly bereft?: Set<string>;
}

/** The rows of a raw statement; numbers of 64 bits come as text, JSON is parsed. */
export async function query<Row extends object>(ctx: DetectContext, statement: SQL): Promise<Row[]> {
  const result = await ctx.tx.execute(statement);
  return result.rows as unknown as Row[];
}

/** For `json_to_recordset`: one parameter for any number of rows. */
export const asJson = (rows: readonly object[]): string => JSON.stringify(rows);

/** Microseconds as PostgreSQL reads them. */
export const moment = (us: Micros): string => formatMicros(us);
