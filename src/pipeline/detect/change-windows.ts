// CHANGE_WINDOW groups: what was new, or far more than usual, around a recorded change and where it was made.
import { sql } from 'drizzle-orm';
import { type Severity, worstOf } from '../../domain/severity.ts';
import { type DetectContext, query } from './context.ts';
import { idRows } from './facts.ts';
import { groupBy } from './touched.ts';
import { type GroupDraft, writeGroups } from './write-groups.ts';

/** `signalIds`: created or changed; `bereft`: groups that lost a signal. */
export async function updateChangeWindows(
  ctx: DetectContext,
  signalIds: readonly string[],
  bereft: Iterable<string>,
): Promise<void> {
  const { beforeUs, afterUs, maxLengthUs } = ctx.settings.changeWindow;
  const rows = await query<{ id: string }>(
    ctx,
    sql`with c as (select r.id from json_to_recordset(${idRows(signalIds)}::json) as r(id bigint))
        select c.change_id as id
          from (select distinct s.observed_at at from c
                  join signal s on s.tenant_id = ${ctx.tenantId} and s.signal_id = c.id
                               and s.kind in ('SPIKE', 'NEW_SIGNATURE')) o
          join change c on c.tenant_id = ${ctx.tenantId}
                       and c.start_at >= o.at - ${microseconds(maxLengthUs + afterUs)}
                       and c.start_at <= o.at + ${microseconds(beforeUs)}
        union
        select (g.metadata ->> 'changeId')::bigint
          from (select x.group_id from c join group_signal x on x.tenant_id = ${ctx.tenantId} and x.signal_id = c.id
                union
                select r.id from json_to_recordset(${idRows(bereft)}::json) as r(id bigint)) held
          join correlation_group g on g.tenant_id = ${ctx.tenantId} and g.group_id = held.group_id
                                  and g.group_type = 'CHANGE_WINDOW'`,
  );
  await regroupChanges(
    ctx,
    rows.map(({ id }) => id),
  );
}

const microseconds = (us: number) => sql`${us}::float8 * interval '1 microsecond'`;

interface MemberRow {
  changeId: string;
  title: string;
  kind: string;
  entity: string | null;
  fromUs: string;
  toUs: string;
  groupId: string | null;
  changeSignalId: string | null;
  signalId: string | null;
  severity: Severity;
  assetId: string | null;
  signatureId: string | null;
  events: number;
}

/** Looks anew at what the windows of these changes hold. */
export async function regroupChanges(ctx: DetectContext, changeIds: readonly string[]): Promise<void> {
  if (changeIds.length === 0) return;
  const changes = groupBy(await loadMembers(ctx, changeIds), (row) => row.changeId);
  const drafts: { id: string | null; draft: GroupDraft }[] = [];
  const gone: string[] = [];
  for (const rows of changes.values()) {
    const { groupId } = rows[0]!;
    const members = rows.filter((row) => row.signalId !== null);
    if (members.length > 0) drafts.push({ id: groupId, draft: draftOf(members) });
    else if (groupId !== null) gone.push(groupId);
  }
  await writeGroups(ctx, { drafts, gone });
}

function draftOf(members: readonly MemberRow[]): GroupDraft {
  const { changeId, title, kind, entity, fromUs, toUs, changeSignalId } = members[0]!;
  return {
    identity: `CHANGE_WINDOW:${changeId}`,
    groupType: 'CHANGE_WINDOW',
    startUs: Number(fromUs),
    endUs: Number(toUs),
    entity,
    severity: worstOf(members.map((m) => m.severity)),
    events: members.reduce((sum, m) => sum + m.events, 0),
    metadata: { changeId, kind, title },
    assetIds: members.flatMap(({ assetId }) => assetId ?? []),
    signatureIds: members.flatMap(({ signatureId }) => signatureId ?? []),
    signalIds: [changeSignalId, ...members.map(({ signalId }) => signalId)].filter((id) => id !== null),
  };
}

/** The spikes and the new signatures of each window, in its place; a change in none is one everywhere. */
const loadMembers = (ctx: DetectContext, changeIds: readonly string[]): Promise<MemberRow[]> => {
  const { beforeUs, afterUs, maxLengthUs } = ctx.settings.changeWindow;
  return query(
    ctx,
    sql`with c as (
          select c.*, coalesce(c.service_group, a.hostname) as place,
                 c.start_at - ${microseconds(beforeUs)} as from_at,
                 least(coalesce(c.end_at, c.start_at), c.start_at + ${microseconds(maxLengthUs)})
                   + ${microseconds(afterUs)} as to_at
            from json_to_recordset(${idRows(changeIds)}::json) as r(id bigint)
            join change c on c.tenant_id = ${ctx.tenantId} and c.change_id = r.id
            left join asset a on a.tenant_id = c.tenant_id and a.asset_id = c.asset_id)
        select c.change_id as "changeId", c.title, c.kind, c.place as entity,
               (extract(epoch from c.from_at) * 1000000)::bigint as "fromUs",
               (extract(epoch from c.to_at) * 1000000)::bigint as "toUs",
               g.group_id as "groupId", own.signal_id as "changeSignalId", s.signal_id as "signalId", s.severity,
               s.asset_id as "assetId", coalesce(f.merged_into_id, f.signature_id) as "signatureId",
               coalesce(b.events, 0) as events
          from c
          left join correlation_group g on g.tenant_id = ${ctx.tenantId}
                                       and g.identity = 'CHANGE_WINDOW:' || c.change_id::text
          left join signal own on own.tenant_id = ${ctx.tenantId} and own.identity = 'change:' || c.change_id::text
          left join signal s on s.tenant_id = ${ctx.tenantId} and s.kind in ('SPIKE', 'NEW_SIGNATURE')
                            and s.observed_at >= c.from_at and s.observed_at < c.to_at
                            and (c.asset_id is null and c.service_group is null
                                 or s.asset_id = c.asset_id
                                 or exists (select 1 from asset m
                                             where m.tenant_id = ${ctx.tenantId} and m.asset_id = s.asset_id
                                               and m.service_group = c.service_group))
          left join signature f on f.tenant_id = ${ctx.tenantId} and f.signature_id = s.signature_id
          left join lateral (
               select w.event_count as events from group_signal x
                 join correlation_group w on w.tenant_id = x.tenant_id and w.group_id = x.group_id
                                         and w.group_type = 'BURST'
                where x.tenant_id = ${ctx.tenantId} and x.signal_id = s.signal_id limit 1) b on s.kind = 'SPIKE'
         order by c.change_id, s.observed_at, s.signal_id`,
  );
};
