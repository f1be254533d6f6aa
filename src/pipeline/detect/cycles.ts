// Keeps one RECOVERY signal per self-healed problem, matched anew wherever one of its two sides was touched.
import { sql } from 'drizzle-orm';
import { aliveMinutes, alivenessReachMinutes } from '../../detect/aliveness.ts';
import { type AliveBetween, type Cycle, matchCycles } from '../../detect/cycle.ts';
import type { Hostnames } from '../../detect/rows.ts';
import { cycleText } from '../../detect/self-heal.ts';
import { type Micros, minuteOf, US_PER_SECOND } from '../../domain/time.ts';
import type { Announcement } from '../../live/outbox.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { deleteSignals } from './delete-signals.ts';
import { loadHostnames, type SignatureRow } from './facts.ts';
import { loadActiveMinutes } from './series.ts';
import { loadStateReports } from './state-reports.ts';

/** Event times of one pair on one asset in which something was touched; both ends included. */
export interface TouchedPair {
  readonly pairKey: string;
  readonly assetId: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** Recoveries in [fromUs, toUs) are matched anew: a late problem or recovery has a say in those soon after it. */
interface Rematch extends TouchedPair {
  readonly members: readonly SignatureRow[];
}

export async function updateCycles(
  ctx: DetectContext,
  touched: readonly TouchedPair[],
  pairs: ReadonlyMap<string, readonly SignatureRow[]>,
): Promise<Announcement[]> {
  const rematches = touched.flatMap((t) => {
    const members = pairs.get(t.pairKey) ?? [];
    const toUs = t.toUs + 1 + ctx.settings.selfHeal.outageLookBackUs;
    return members.length === 0 ? [] : [{ ...t, toUs, members }];
  });
  if (rematches.length === 0) return [];
  const stored = await loadCycles(ctx, rematches);
  const ending = await withEndings(ctx, rematches, stored);
  const cycles = await rematch(ctx, ending);
  const hostnames = await loadHostnames(
    ctx,
    ending.map((r) => r.assetId),
  );
  return store(ctx, ending, cycles, stored, hostnames);
}

/** Recoveries without a problem, and problems without an end, make no cycle: their events need not be read. */
async function withEndings(
  ctx: DetectContext,
  rematches: readonly Rematch[],
  stored: ReadonlyMap<string, string>,
): Promise<Rematch[]> {
  const asked = rematches.flatMap((r, index) =>
    r.members.map((m) => ({
      index,
      signature_id: m.signatureId,
      asset_id: r.assetId,
      role: m.pairRole,
      from_at: moment(r.fromUs),
      to_at: moment(r.toUs),
      began_at: moment(r.fromUs - ctx.settings.selfHeal.outageLookBackUs),
    })),
  );
  const rows = await query<{ index: number }>(
    ctx,
    sql`with asked as (
          select * from json_to_recordset(${asJson(asked)}::json)
               as q(index int, signature_id bigint, asset_id bigint, role text, from_at timestamptz, to_at timestamptz, began_at timestamptz)
        )
        select distinct q.index from asked q
         where exists (
               select 1 from asked p
                where p.index = q.index and p.role = 'PROBLEM' and exists (
                      select 1 from event e
                       where e.tenant_id = ${ctx.tenantId} and e.signature_id = p.signature_id
                         and e.ts >= p.began_at and e.ts < p.to_at and coalesce(e.asset_id, 0) = p.asset_id))
           and exists (
               select 1 from event e
                where e.tenant_id = ${ctx.tenantId} and e.signature_id = q.signature_id
                  and e.ts >= q.from_at and e.ts < q.to_at and coalesce(e.asset_id, 0) = q.asset_id
                  and (q.role = 'RECOVERY' or e.attrs -> 'structuredFields' ?| array['clearedAt', 'cleared_at']))`,
  );
  const ending = new Set(rows.map((row) => row.index));
  return stored.size > 0 ? [...rematches] : rematches.filter((_, i) => ending.has(i));
}

async function rematch(ctx: DetectContext, rematches: readonly Rematch[]): Promise<Cycle[][]> {
  if (rematches.length === 0) return [];
  const { selfHeal } = ctx.settings;
  const reports = await loadStateReports(
    ctx,
    rematches.flatMap((r, index) =>
      r.members.map((m) => ({
        index,
        signatureId: m.signatureId,
        role: m.pairRole!,
        assetId: r.assetId,
        fromUs: r.fromUs - selfHeal.outageLookBackUs,
        toUs: r.toUs,
      })),
    ),
  );
  const { aliveness } = ctx.settings;
  const spans = rematches.map((r) => {
    const start = minuteOf(r.fromUs - selfHeal.outageLookBackUs);
    const activeFrom = start - alivenessReachMinutes(aliveness);
    return { assetId: r.assetId, start, end: minuteOf(r.toUs) + 1, activeFrom };
  });
  const activity = await loadActiveMinutes(ctx, spans);
  return rematches.map((r, i) => {
    const { start, end } = spans[i]!;
    const alive = aliveMinutes(activity.get(r.assetId) ?? [], start, end, aliveness);
    const aliveBetween: AliveBetween = (fromUs, toUs) =>
      alive.subarray(minuteOf(fromUs) - start, minuteOf(toUs) + 1 - start).every((minute) => minute === 1);
    return matchCycles(reports.get(i) ?? [], r.fromUs, r.toUs, aliveBetween, selfHeal);
  });
}

const identityOf = (r: Rematch, cycle: Cycle, hostnames: Hostnames): string =>
  `RECOVERY:${r.pairKey}:${hostnames.get(r.assetId) ?? ''}:${cycle.correlation}:${cycle.startUs}`;

/** Equal for a found and a stored cycle that tell the same. */
const contentOf = (
  identity: string,
  endUs: Micros | string,
  severity: number,
  eventId: string | null,
): string => `${identity}|${endUs}|${severity}|${eventId}`;

/** Ids by content of the stored cycles that ended in the rematched ranges. */
async function loadCycles(ctx: DetectContext, rematches: readonly Rematch[]): Promise<Map<string, string>> {
  const asked = rematches.flatMap((r) =>
    r.members.map((m) => ({
      signature_id: m.signatureId,
      asset_id: r.assetId,
      from_at: moment(r.fromUs),
      to_at: moment(r.toUs),
      began_at: moment(r.fromUs - ctx.settings.selfHeal.healWithinUs),
    })),
  );
  const rows = await query<{
    id: string;
    identity: string;
    endUs: string;
    severity: number;
    eventId: string;
  }>(
    ctx,
    sql`select distinct s.signal_id as id, s.identity, s.severity, s.event_id as "eventId", (extract(epoch from s.ended_at) * 1000000)::bigint as "endUs"
          from json_to_recordset(${asJson(asked)}::json)
               as q(signature_id bigint, asset_id bigint, from_at timestamptz, to_at timestamptz, began_at timestamptz)
          join signal s on s.tenant_id = ${ctx.tenantId} and s.signature_id = q.signature_id
                       and s.asset_id = q.asset_id and s.kind = 'RECOVERY'
                       and s.observed_at >= q.began_at and s.observed_at < q.to_at
                       and s.ended_at >= q.from_at and s.ended_at < q.to_at`,
  );
  return new Map(rows.map((row) => [contentOf(row.identity, row.endUs, row.severity, row.eventId), row.id]));
}

async function store(
  ctx: DetectContext,
  rematches: readonly Rematch[],
  cycles: readonly Cycle[][],
  stored: ReadonlyMap<string, string>,
  hostnames: Hostnames,
): Promise<Announcement[]> {
  const found = rematches.flatMap((r, i) =>
    cycles[i]!.map((cycle) => {
      const identity = identityOf(r, cycle, hostnames);
      const content = contentOf(identity, cycle.endUs, cycle.severity, cycle.problemEventId);
      return { r, cycle, identity, content };
    }),
  );
  const present = new Set(found.map(({ content }) => content));
  const gone = [...stored].filter(([key]) => !present.has(key)).map(([, id]) => id);
  await deleteSignals(ctx, gone);
  const rows = found
    .filter(({ content }) => !stored.has(content))
    .map(({ r, cycle, identity }) => ({
      identity,
      severity: cycle.severity,
      event_id: cycle.problemEventId,
      event_ts: moment(cycle.startUs),
      signature_id: cycle.problemSignatureId,
      asset_id: r.assetId,
      entity: cycle.correlation === '' ? null : cycle.correlation,
      text: cycleText(cycle, r.assetId, hostnames),
      observed_at: moment(cycle.startUs),
      ended_at: moment(cycle.endUs),
      detected_at: moment(ctx.clock.nowUs()),
      observed: (cycle.endUs - cycle.startUs) / US_PER_SECOND,
      score: ctx.scoring.impactBySeverity[cycle.severity]!,
    }));
  const created = await insert(ctx, rows);
  return [
    ...gone.map((subjectId) => ({ topic: 'signal' as const, subjectId, kind: 'REMOVED' as const })),
    ...created.map((subjectId) => ({ topic: 'signal' as const, subjectId, kind: 'CREATED' as const })),
  ];
}

async function insert(ctx: DetectContext, rows: readonly object[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const created = await query<{ id: string }>(
    ctx,
    sql`insert into signal (tenant_id, identity, kind, label, score, severity, event_id, event_ts, signature_id,
                            asset_id, entity, text, observed_at, ended_at, detected_at, observed)
        select ${ctx.tenantId}::int, r.identity, 'RECOVERY', 'self-healed', r.score, r.severity, r.event_id, r.event_ts,
               r.signature_id, r.asset_id, r.entity, r.text, r.observed_at, r.ended_at, r.detected_at, r.observed
          from json_to_recordset(${asJson(rows)}::json)
               as r(identity text, severity smallint, event_id uuid, event_ts timestamptz, signature_id bigint,
                    asset_id bigint, entity text, text text, observed_at timestamptz, ended_at timestamptz,
                    detected_at timestamptz, observed float8, score float8)
         order by r.observed_at, r.identity
        returning signal_id as id`,
  );
  return created.map((row) => row.id);
}
