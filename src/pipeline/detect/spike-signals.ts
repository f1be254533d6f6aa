// Reads stored bursts: a SPIKE signal and its BURST group, one row each per burst.
import { sql } from 'drizzle-orm';
import type { Burst, StoredBurst } from '../../detect/burst.ts';
import type { Stored } from '../../detect/identity.ts';
import type { Severity } from '../../domain/severity.ts';
import { type Micros, US_PER_MINUTE } from '../../domain/time.ts';
import type { Announcement } from '../../live/outbox.ts';
import { weighStrength } from '../../score/strength.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';

/** What a BURST group remembers of its burst besides its columns. */
export interface BurstMetadata {
  readonly unitMinutes: number;
  readonly baseline: number;
  readonly peak: number;
  readonly peakMinute: number;
  readonly peakPerMinute: number;
  readonly sourced: number;
}

export interface StoredSpike extends Stored, StoredBurst {
  readonly identity: string;
}

const LABELS = { fine: 'spike/1m', coarse: 'spike/5m' } as const;

/** The label of a SPIKE signal tells the length of the buckets that it was judged on. */
export const labelOfUnit = (unitMinutes: number): string => (unitMinutes === 1 ? LABELS.fine : LABELS.coarse);

/** Where the bursts of a series changed; both ends included. */
export interface BurstChange {
  readonly signatureId: string;
  readonly assetId: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

export interface BurstOutcome {
  readonly changes: BurstChange[];
  readonly announcements: Announcement[];
}

/** A recurring burst weighs half: it is known, not gone. */
export const spikeScore = (
  ctx: DetectContext,
  burst: Pick<Burst, 'peak' | 'baseline'>,
  recurring: boolean,
): number =>
  weighStrength({ type: 'BURST', peak: burst.peak, baseline: burst.baseline }, ctx.scoring).input *
  (recurring ? 0.5 : 1);

interface Row {
  i: number;
  id: string;
  identity: string;
  groupId: string;
  startUs: string;
  endUs: string;
  createdUs: string;
  acknowledged: boolean;
  recurring: boolean;
  severity: Severity;
  events: number;
  metadata: BurstMetadata;
}

/** The stored bursts of each series that began in [from, to), ascending in time; aligned with `ranges`. */
export async function loadSpikes(
  ctx: DetectContext,
  ranges: readonly {
    readonly signatureId: string;
    readonly assetId: string;
    readonly from: number;
    readonly to: number;
  }[],
): Promise<StoredSpike[][]> {
  const asked = ranges.map((r, i) => ({
    i,
    signature_id: r.signatureId,
    asset_id: r.assetId,
    from_at: moment(r.from * US_PER_MINUTE),
    to_at: moment(r.to * US_PER_MINUTE),
  }));
  const rows = await query<Row>(
    ctx,
    sql`select t.i, s.signal_id as id, s.identity, g.group_id as "groupId", s.acknowledged, s.recurring, s.severity,
               (extract(epoch from s.observed_at) * 1000000)::bigint as "startUs",
               (extract(epoch from s.ended_at) * 1000000)::bigint as "endUs",
               (extract(epoch from s.detected_at) * 1000000)::bigint as "createdUs",
               g.event_count as events, g.metadata
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, asset_id bigint, from_at timestamptz, to_at timestamptz)
          join signal s on s.tenant_id = ${ctx.tenantId} and s.signature_id = t.signature_id and s.asset_id = t.asset_id
                       and s.kind = 'SPIKE' and s.observed_at >= t.from_at and s.observed_at < t.to_at
          join group_signal gs on gs.tenant_id = s.tenant_id and gs.signal_id = s.signal_id
          join correlation_group g on g.tenant_id = gs.tenant_id and g.group_id = gs.group_id and g.group_type = 'BURST'
         order by t.i, s.observed_at`,
  );
  const spikes: StoredSpike[][] = ranges.map(() => []);
  for (const row of rows) spikes[row.i]!.push(fromRow(row));
  return spikes;
}

const fromRow = (row: Row): StoredSpike => ({
  id: row.id,
  identity: row.identity,
  groupId: row.groupId,
  createdUs: Number(row.createdUs),
  firstUs: Number(row.startUs),
  lastUs: Number(row.endUs),
  startUs: Number(row.startUs),
  endUs: Number(row.endUs),
  judged: row.acknowledged,
  withdrawn: false,
  recurring: row.recurring,
  worst: row.severity,
  events: row.events,
  ...row.metadata,
});
