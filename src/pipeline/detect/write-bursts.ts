// Stores judged bursts as SPIKE signals, each with its BURST group. A burst that late events moved keeps its rows.
import { sql } from 'drizzle-orm';
import { type Burst, burstText } from '../../detect/burst.ts';
import { matchStored } from '../../detect/identity.ts';
import type { Hostnames } from '../../detect/rows.ts';
import { type Micros, minuteOf } from '../../domain/time.ts';
import type { Announcement } from '../../live/outbox.ts';
import { SET_ASIDE } from '../../store/families.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { deleteSignals } from './delete-signals.ts';
import { loadHostnames, loadSignatures, type SignatureRow } from './facts.ts';
import { updateHabits } from './habits.ts';
import type { Judged } from './series.ts';
import {
  type BurstChange,
  type BurstMetadata,
  type BurstOutcome,
  labelOfUnit,
  type StoredSpike,
  spikeScore,
} from './spike-signals.ts';

/** The bursts found in a judged range, and the stored ones that began in it. */
export interface JudgedBursts extends Judged {
  readonly bursts: Burst[];
  readonly stored: StoredSpike[];
}

interface Written {
  readonly judged: JudgedBursts;
  readonly burst: Burst;
  readonly stored: StoredSpike | null;
}

export async function writeBursts(
  ctx: DetectContext,
  judged: readonly JudgedBursts[],
): Promise<BurstOutcome> {
  const written: Written[] = [];
  const gone: StoredSpike[] = [];
  const changes: BurstChange[] = [];
  for (const series of judged) {
    const found = series.bursts.map((burst) => ({ ...burst, firstUs: burst.startUs, lastUs: burst.endUs }));
    const { kept, joined, groundless } = matchStored(found, series.stored);
    const changed = kept.filter(
      ({ finding, stored }) => stored === null || !isSame(finding, stored) || isSetAside(stored),
    );
    const vanished = [...joined.map(({ from }) => from), ...groundless];
    for (const { finding, stored } of changed) written.push({ judged: series, burst: finding, stored });
    gone.push(...vanished);
    const touched = [...changed.flatMap((c) => [c.finding, c.stored ?? c.finding]), ...vanished];
    if (touched.length > 0) changes.push(changeOf(series, touched));
  }
  if (changes.length === 0) return { changes, announcements: [] };
  const announcements = await store(ctx, written, gone);
  const habits = await updateHabits(ctx, changes);
  return {
    changes: [...changes, ...habits.changes],
    announcements: [...announcements, ...habits.announcements],
  };
}

const changeOf = (series: Judged, touched: readonly { startUs: Micros; endUs: Micros }[]): BurstChange => ({
  signatureId: series.signatureId,
  assetId: series.assetId,
  fromUs: Math.min(...touched.map((b) => b.startUs)),
  toUs: Math.max(...touched.map((b) => b.endUs)),
});

const FACTS = [
  'startUs',
  'endUs',
  'unitMinutes',
  'baseline',
  'peak',
  'peakMinute',
  'peakPerMinute',
  'events',
  'sourced',
  'worst',
] as const satisfies readonly (keyof Burst)[];

/** The signature that it was found on was joined into another. */
const isSetAside = ({ identity }: StoredSpike): boolean => identity.endsWith(SET_ASIDE);

const isSame = (a: Burst, b: Burst): boolean => FACTS.every((fact) => a[fact] === b[fact]);

async function store(
  ctx: DetectContext,
  written: readonly Written[],
  gone: readonly StoredSpike[],
): Promise<Announcement[]> {
  await deleteSignals(
    ctx,
    gone.map((s) => s.id),
  );
  const signatures = await loadSignatures(
    ctx,
    written.map((w) => w.judged.signatureId),
  );
  const hostnames = await loadHostnames(
    ctx,
    written.map((w) => w.judged.assetId),
  );
  const rows = written.map((w) => rowOf(ctx, w, signatures.get(w.judged.signatureId)!, hostnames));
  const updated = rows.filter((row) => row.signal_id !== null);
  await updateSignals(ctx, updated);
  const created = await insertSignals(
    ctx,
    rows.filter((row) => row.signal_id === null),
  );
  return [
    ...gone.map((s) => announcement(s.id, 'REMOVED')),
    ...updated.map((row) => announcement(row.signal_id!, 'UPDATED')),
    ...created.map((id) => announcement(id, 'CREATED')),
  ];
}

const announcement = (subjectId: string, kind: Announcement['kind']): Announcement => ({
  topic: 'signal',
  subjectId,
  kind,
});

function rowOf(
  ctx: DetectContext,
  { judged, burst, stored }: Written,
  signature: SignatureRow,
  hostnames: Hostnames,
) {
  const { unitMinutes, baseline, peak, peakMinute, peakPerMinute, sourced } = burst;
  const minute = minuteOf(burst.startUs);
  const start = minute - (minute % unitMinutes);
  const name = `${signature.key}:${hostnames.get(judged.assetId) ?? ''}:${start}`;
  return {
    signal_id: stored?.id ?? null,
    group_id: stored?.groupId ?? null,
    identity: `SPIKE:${name}`,
    group_identity: `BURST:${name}`,
    moved: stored !== null && stored.identity !== `SPIKE:${name}`,
    signature_id: judged.signatureId,
    asset_id: judged.assetId,
    label: labelOfUnit(unitMinutes),
    score: spikeScore(ctx, burst, stored?.recurring ?? false),
    severity: burst.worst,
    text: burstText(burst, judged.assetId, hostnames),
    observed_at: moment(burst.startUs),
    ended_at: moment(burst.endUs),
    detected_at: moment(ctx.clock.nowUs()),
    baseline,
    observed: peak,
    event_count: burst.events,
    metadata: { unitMinutes, baseline, peak, peakMinute, peakPerMinute, sourced } satisfies BurstMetadata,
  };
}

type SpikeRow = ReturnType<typeof rowOf>;

const RECORD =
  sql.raw(`r(signal_id bigint, group_id bigint, identity text, group_identity text, moved boolean,
  signature_id bigint, asset_id bigint, label text, score float8, severity smallint, text text,
  observed_at timestamptz, ended_at timestamptz, detected_at timestamptz, baseline float8, observed float8,
  event_count int, metadata jsonb)`);

async function updateSignals(ctx: DetectContext, rows: readonly SpikeRow[]): Promise<void> {
  if (rows.length === 0) return;
  const { tenantId } = ctx;
  // Identities may move along a row of bursts: each steps aside before any takes its new one.
  const moved = rows.filter((row) => row.moved);
  if (moved.length > 0)
    await query(
      ctx,
      sql`with m as (select * from json_to_recordset(${asJson(moved)}::json) as ${RECORD}),
          aside as (update correlation_group g set identity = g.identity || ${SET_ASIDE}::text from m
                     where g.tenant_id = ${tenantId} and g.group_id = m.group_id)
          update signal s set identity = s.identity || ${SET_ASIDE}::text from m
           where s.tenant_id = ${tenantId} and s.signal_id = m.signal_id`,
    );
  await query(
    ctx,
    sql`with r as (select * from json_to_recordset(${asJson(rows)}::json) as ${RECORD}),
        groups as (
          update correlation_group g
             set identity = r.group_identity, start_at = r.observed_at, end_at = r.ended_at,
                 severity = r.severity, event_count = r.event_count, metadata = r.metadata
            from r where g.tenant_id = ${tenantId} and g.group_id = r.group_id)
        update signal s
           set identity = r.identity, label = r.label, score = r.score, severity = r.severity, text = r.text,
               observed_at = r.observed_at, ended_at = r.ended_at, baseline = r.baseline, observed = r.observed
          from r where s.tenant_id = ${tenantId} and s.signal_id = r.signal_id`,
  );
}

async function insertSignals(ctx: DetectContext, rows: readonly SpikeRow[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const { tenantId } = ctx;
  const created = await query<{ signalId: string }>(
    ctx,
    sql`with r as (
          select nextval('mnemograph_id_seq') as new_signal_id, nextval('mnemograph_id_seq') as new_group_id, x.*
            from (select * from json_to_recordset(${asJson(rows)}::json) as ${RECORD} order by identity) x),
        signals as (
          insert into signal (tenant_id, signal_id, identity, kind, label, score, severity, signature_id, asset_id,
                              text, observed_at, ended_at, detected_at, baseline, observed)
          select ${tenantId}::int, new_signal_id, identity, 'SPIKE', label, score, severity, signature_id, asset_id,
                 text, observed_at, ended_at, detected_at, baseline, observed from r),
        groups as (
          insert into correlation_group (tenant_id, group_id, identity, group_type, start_at, end_at, severity,
                                         event_count, metadata, created_at)
          select ${tenantId}::int, new_group_id, group_identity, 'BURST', observed_at, ended_at, severity,
                 event_count, metadata, detected_at from r),
        assets as (
          insert into group_asset (tenant_id, group_id, asset_id)
          select ${tenantId}::int, new_group_id, asset_id from r where asset_id <> 0),
        signatures as (
          insert into group_signature (tenant_id, group_id, signature_id)
          select ${tenantId}::int, new_group_id, signature_id from r),
        members as (
          insert into group_signal (tenant_id, group_id, signal_id)
          select ${tenantId}::int, new_group_id, new_signal_id from r),
        links as (
          insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type)
          select ${tenantId}::int, 'Signal', new_signal_id::text, 'CorrelationGroup', new_group_id::text, 'GROUPED_IN'
            from r)
        select new_signal_id as "signalId" from r`,
  );
  return created.map((row) => row.signalId);
}
