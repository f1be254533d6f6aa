import { sql } from 'drizzle-orm';
import { type DetectContext, query } from './context.ts';
import { idRows } from './facts.ts';

/** Removes signals whose ground is gone, with the groups that held nothing else and every link to them. */
export async function deleteSignals(ctx: DetectContext, signalIds: readonly string[]): Promise<void> {
  if (signalIds.length === 0) return;
  const { tenantId } = ctx;
  const bereft = await query<{ id: string }>(
    ctx,
    sql`select distinct g.group_id as id
          from json_to_recordset(${idRows(signalIds)}::json) as r(id bigint)
          join group_signal x on x.tenant_id = ${tenantId} and x.signal_id = r.id
          join correlation_group g on g.tenant_id = x.tenant_id and g.group_id = x.group_id and g.group_type <> 'BURST'`,
  );
  for (const { id } of bereft) ctx.bereft?.add(id);
  await query(
    ctx,
    sql`with gone as (select r.id from json_to_recordset(${idRows(signalIds)}::json) as r(id bigint)),
        grouped as (
          delete from group_signal gs using gone
           where gs.tenant_id = ${tenantId} and gs.signal_id = gone.id returning gs.group_id),
        groups as (
          delete from correlation_group g using grouped
           where g.tenant_id = ${tenantId} and g.group_id = grouped.group_id and g.group_type = 'BURST'
          returning g.group_id),
        assets as (
          delete from group_asset x using groups where x.tenant_id = ${tenantId} and x.group_id = groups.group_id),
        signatures as (
          delete from group_signature x using groups where x.tenant_id = ${tenantId} and x.group_id = groups.group_id),
        candidates as (
          delete from candidate_group x using groups where x.tenant_id = ${tenantId} and x.group_id = groups.group_id),
        from_signals as (
          delete from provenance_link l using gone
           where l.tenant_id = ${tenantId} and l.source_type = 'Signal' and l.source_key = gone.id::text),
        from_groups as (
          delete from provenance_link l using groups
           where l.tenant_id = ${tenantId} and l.source_type = 'CorrelationGroup'
             and l.source_key = groups.group_id::text)
        delete from signal s using gone where s.tenant_id = ${tenantId} and s.signal_id = gone.id`,
  );
}
