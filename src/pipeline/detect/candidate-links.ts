// What candidates stand on, as rows and as provenance: signatures, assets, groups, at most fifty example events.
import { type SQL, sql } from 'drizzle-orm';
import type { Finding } from '../../detect/finding.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { idRows } from './facts.ts';

export interface CandidateFinding {
  readonly candidateId: string;
  readonly finding: Finding;
}

const MAX_EXAMPLE_EVENTS = 50;

export async function linkCandidates(
  ctx: DetectContext,
  written: readonly CandidateFinding[],
): Promise<void> {
  if (written.length === 0) return;
  const ids = idRows(written.map((w) => w.candidateId));
  await linkIds(
    ctx,
    ids,
    'candidate_signature',
    'signature_id',
    pairsOf(written, (f) => f.signatureIds),
  );
  await linkIds(
    ctx,
    ids,
    'candidate_asset',
    'asset_id',
    pairsOf(written, (f) => f.assetIds),
  );
  await linkIds(
    ctx,
    ids,
    'candidate_group',
    'group_id',
    pairsOf(written, (f) => f.groupIds),
  );
  await linkExamples(ctx, ids, written);
  await linkProvenance(ctx, ids);
}

const pairsOf = (written: readonly CandidateFinding[], idsOf: (finding: Finding) => readonly string[]) =>
  written.flatMap(({ candidateId, finding }) =>
    [...new Set(idsOf(finding))].map((id) => ({ candidate_id: candidateId, id })),
  );

async function linkIds(
  ctx: DetectContext,
  candidateIds: string,
  table: 'candidate_signature' | 'candidate_asset' | 'candidate_group',
  column: string,
  rows: readonly object[],
): Promise<void> {
  const [links, id] = [sql.raw(table), sql.raw(column)];
  await query(
    ctx,
    sql`with wanted as (select * from json_to_recordset(${asJson(rows)}::json) as w(candidate_id bigint, id bigint)),
        gone as (
          delete from ${links} l
           using json_to_recordset(${candidateIds}::json) as c(id bigint)
           where l.tenant_id = ${ctx.tenantId} and l.candidate_id = c.id
             and not exists (select 1 from wanted w where w.candidate_id = l.candidate_id and w.id = l.${id}))
        insert into ${links} (tenant_id, candidate_id, ${id})
        select ${ctx.tenantId}::int, w.candidate_id, w.id from wanted w
        on conflict do nothing`,
  );
}

/** From each span its earliest events, in equal shares: the choice depends on the evidence alone. */
async function linkExamples(
  ctx: DetectContext,
  candidateIds: string,
  written: readonly CandidateFinding[],
): Promise<void> {
  const spans = written.flatMap(({ candidateId, finding }) =>
    finding.examples.flatMap((span) => ({
      candidate_id: candidateId,
      signature_ids: span.signatureIds,
      asset_id: span.assetId,
      from_at: moment(span.fromUs),
      to_at: moment(span.toUs),
      share: Math.floor(MAX_EXAMPLE_EVENTS / finding.examples.length),
    })),
  );
  await query(
    ctx,
    sql`with wanted as materialized (
          select distinct s.candidate_id, e.ts, e.event_id
            from json_to_recordset(${asJson(spans)}::json)
                 as s(candidate_id bigint, signature_ids json, asset_id bigint, from_at timestamptz,
                      to_at timestamptz, share int)
           cross join lateral (
                 select e.ts, e.event_id
                   from (select id::bigint from json_array_elements_text(s.signature_ids) as own(id)
                         union
                         select m.signature_id from json_array_elements_text(s.signature_ids) as root(id)
                           join signature m on m.tenant_id = ${ctx.tenantId} and m.merged_into_id = root.id::bigint) f
                  cross join lateral (
                        select e.ts, e.event_id from event e
                         where e.tenant_id = ${ctx.tenantId} and e.signature_id = f.id
                           and e.ts >= s.from_at and e.ts <= s.to_at and coalesce(e.asset_id, 0) = s.asset_id
                         order by e.ts, e.event_id limit s.share) e
                  order by e.ts, e.event_id limit s.share) e),
        gone as (
          delete from candidate_event l
           using json_to_recordset(${candidateIds}::json) as c(id bigint)
           where l.tenant_id = ${ctx.tenantId} and l.candidate_id = c.id
             and not exists (select 1 from wanted w
                              where w.candidate_id = l.candidate_id and w.ts = l.event_ts and w.event_id = l.event_id))
        insert into candidate_event (tenant_id, candidate_id, event_ts, event_id)
        select ${ctx.tenantId}::int, w.candidate_id, w.ts, w.event_id from wanted w
        on conflict do nothing`,
  );
}

async function linkProvenance(ctx: DetectContext, candidateIds: string): Promise<void> {
  const { tenantId } = ctx;
  await query(
    ctx,
    sql`with c as (select r.id from json_to_recordset(${candidateIds}::json) as r(id bigint)),
        wanted as materialized (${currentLinks(tenantId)}),
        gone as (
          delete from provenance_link l using c
           where l.tenant_id = ${tenantId} and l.target_type = 'Candidate' and l.target_key = c.id::text
             and l.link_type in ('EVIDENCE_OF', 'GROUPED_IN') and l.source_type <> 'EvidenceLine'
             and not exists (select 1 from wanted w
                              where w.source_type = l.source_type and w.source_key = l.source_key
                                and w.target_key = l.target_key and w.link_type = l.link_type))
        insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type)
        select ${tenantId}::int, w.source_type, w.source_key, 'Candidate', w.target_key, w.link_type from wanted w
        on conflict do nothing`,
  );
}

const currentLinks = (tenantId: number): SQL => sql`
  select 'Event' as source_type, x.event_id::text as source_key, c.id::text as target_key, 'EVIDENCE_OF' as link_type
    from c join candidate_event x on x.tenant_id = ${tenantId} and x.candidate_id = c.id
  union
  select 'Signature', x.signature_id::text, c.id::text, 'EVIDENCE_OF'
    from c join candidate_signature x on x.tenant_id = ${tenantId} and x.candidate_id = c.id
  union
  select 'CorrelationGroup', x.group_id::text, c.id::text, 'GROUPED_IN'
    from c join candidate_group x on x.tenant_id = ${tenantId} and x.candidate_id = c.id`;
