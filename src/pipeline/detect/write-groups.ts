// Stores correlation groups with what they hold. A group that late events moved keeps its id.
import { sql } from 'drizzle-orm';
import type { Severity } from '../../domain/severity.ts';
import type { Micros } from '../../domain/time.ts';
import type { GroupType } from '../../domain/words.ts';
import { SET_ASIDE } from '../../store/families.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { idRows } from './facts.ts';

/** A group as it ought to be stored. Names of subjects make the identity: the same in any order of arrival. */
export interface GroupDraft {
  readonly identity: string;
  readonly groupType: GroupType;
  readonly startUs: Micros;
  readonly endUs: Micros;
  readonly entity: string | null;
  readonly severity: Severity;
  readonly events: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly assetIds: readonly string[];
  readonly signatureIds: readonly string[];
  /** Absent: the group is no group of signals. */
  readonly signalIds?: readonly string[];
  /** It holds what it held before: nothing is linked anew. */
  readonly holdsTheSame?: boolean;
}

export interface GroupChanges {
  /** `id` null: a new one. */
  readonly drafts: readonly { readonly id: string | null; readonly draft: GroupDraft }[];
  readonly gone: readonly string[];
}

export async function writeGroups(ctx: DetectContext, { drafts, gone }: GroupChanges): Promise<void> {
  await deleteGroups(ctx, gone);
  if (drafts.length === 0) return;
  const { tenantId } = ctx;
  const rows = drafts.map(({ id, draft }) => ({
    group_id: id,
    identity: draft.identity,
    group_type: draft.groupType,
    start_at: moment(draft.startUs),
    end_at: moment(draft.endUs),
    entity: draft.entity,
    severity: draft.severity,
    event_count: draft.events,
    metadata: draft.metadata,
  }));
  // Identities may move along a row of groups: each steps aside before any takes its new one.
  await query(
    ctx,
    sql`update correlation_group g set identity = g.identity || ${SET_ASIDE}::text
          from json_to_recordset(${asJson(rows)}::json) as r(group_id bigint, identity text)
         where g.tenant_id = ${tenantId} and g.group_id = r.group_id and g.identity <> r.identity`,
  );
  const written = await query<{ groupId: string; identity: string }>(
    ctx,
    sql`with r as (
          select coalesce(x.group_id, nextval('mnemograph_id_seq')) as id, x.*
            from (select * from json_to_recordset(${asJson(rows)}::json)
                      as r(group_id bigint, identity text, group_type text, start_at timestamptz, end_at timestamptz,
                           entity text, severity smallint, event_count int, metadata jsonb)
                   order by identity) x)
        insert into correlation_group as g (tenant_id, group_id, identity, group_type, start_at, end_at, entity, severity,
                                            event_count, metadata, created_at)
        select ${tenantId}::int, r.id, r.identity, r.group_type, r.start_at, r.end_at, r.entity, r.severity,
               r.event_count, r.metadata, ${moment(ctx.clock.nowUs())}::timestamptz
          from r
        on conflict (tenant_id, group_id) do update
           set identity = excluded.identity, start_at = excluded.start_at, end_at = excluded.end_at,
               entity = excluded.entity, severity = excluded.severity, event_count = excluded.event_count,
               metadata = excluded.metadata
        returning g.group_id as "groupId", g.identity`,
  );
  const idOf = new Map(written.map(({ identity, groupId }) => [identity, groupId]));
  const regrouped = drafts.filter(({ draft }) => draft.holdsTheSame !== true);
  await link(ctx, regrouped, idOf, 'group_asset', 'asset_id', (draft) => draft.assetIds);
  await link(ctx, regrouped, idOf, 'group_signature', 'signature_id', (draft) => draft.signatureIds);
  const ofSignals = drafts.filter(({ draft }) => draft.signalIds !== undefined);
  if (ofSignals.length === 0) return;
  await link(ctx, ofSignals, idOf, 'group_signal', 'signal_id', (draft) => draft.signalIds!);
  await linkProvenance(
    ctx,
    ofSignals.map(({ draft }) => idOf.get(draft.identity)!),
  );
}

/** Every signal of the groups leads to its group, and no other signal does. */
async function linkProvenance(ctx: DetectContext, groupIds: readonly string[]): Promise<void> {
  const { tenantId } = ctx;
  await query(
    ctx,
    sql`with g as (select r.id from json_to_recordset(${idRows(groupIds)}::json) as r(id bigint)),
        gone as (
          delete from provenance_link l using g
           where l.tenant_id = ${tenantId} and l.target_type = 'CorrelationGroup' and l.target_key = g.id::text
             and l.source_type = 'Signal' and l.link_type = 'GROUPED_IN'
             and not exists (select 1 from group_signal s where s.tenant_id = ${tenantId} and s.group_id = g.id
                                                           and s.signal_id::text = l.source_key))
        insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type)
        select ${tenantId}::int, 'Signal', s.signal_id::text, 'CorrelationGroup', s.group_id::text, 'GROUPED_IN'
          from g join group_signal s on s.tenant_id = ${tenantId} and s.group_id = g.id
        on conflict do nothing`,
  );
}

async function link(
  ctx: DetectContext,
  drafts: GroupChanges['drafts'],
  idOf: ReadonlyMap<string, string>,
  table: 'group_asset' | 'group_signature' | 'group_signal',
  column: string,
  membersOf: (draft: GroupDraft) => readonly string[],
): Promise<void> {
  if (drafts.length === 0) return;
  const [links, id] = [sql.raw(table), sql.raw(column)];
  const groupIds = drafts.map(({ draft }) => idOf.get(draft.identity)!);
  const rows = drafts.flatMap(({ draft }) =>
    [...new Set(membersOf(draft))].map((member) => ({ group_id: idOf.get(draft.identity)!, id: member })),
  );
  await query(
    ctx,
    sql`with wanted as (select * from json_to_recordset(${asJson(rows)}::json) as w(group_id bigint, id bigint)),
        gone as (
          delete from ${links} l
           using json_to_recordset(${idRows(groupIds)}::json) as g(id bigint)
           where l.tenant_id = ${ctx.tenantId} and l.group_id = g.id
             and not exists (select 1 from wanted w where w.group_id = l.group_id and w.id = l.${id}))
        insert into ${links} (tenant_id, group_id, ${id})
        select ${ctx.tenantId}::int, w.group_id, w.id from wanted w
        on conflict do nothing`,
  );
}

/** Removes groups whose ground is gone, and every link to them. */
async function deleteGroups(ctx: DetectContext, groupIds: readonly string[]): Promise<void> {
  if (groupIds.length === 0) return;
  const { tenantId } = ctx;
  await query(
    ctx,
    sql`with gone as (select r.id from json_to_recordset(${idRows(groupIds)}::json) as r(id bigint)),
        assets as (
          delete from group_asset x using gone where x.tenant_id = ${tenantId} and x.group_id = gone.id),
        signatures as (
          delete from group_signature x using gone where x.tenant_id = ${tenantId} and x.group_id = gone.id),
        signals as (
          delete from group_signal x using gone where x.tenant_id = ${tenantId} and x.group_id = gone.id),
        candidates as (
          delete from candidate_group x using gone where x.tenant_id = ${tenantId} and x.group_id = gone.id),
        links as (
          delete from provenance_link l using gone
           where l.tenant_id = ${tenantId}
             and (l.source_type = 'CorrelationGroup' and l.source_key = gone.id::text
               or l.target_type = 'CorrelationGroup' and l.target_key = gone.id::text))
        delete from correlation_group g using gone where g.tenant_id = ${tenantId} and g.group_id = gone.id`,
  );
}
