// What candidates stand on, as rows and as provenance: signatures, assets, groups, at most fifty example events.
import { type SQL, sql } from 'drizzle-orm';
import type { Finding } from '../../detect/finding.ts';
import { type CandidateFinding, type ChangedEvents, linkExamples, toBeLinked } from './candidate-examples.ts';
import { asJson, type DetectContext, query } from './context.ts';
import { idRows } from './facts.ts';

/** Makes the links anew of the candidates of which they may be others than before. */
export async function linkCandidates(
  ctx: DetectContext,
  candidates: readonly CandidateFinding[],
  work: ChangedEvents,
): Promise<void> {
  const written = toBeLinked(candidates, work);
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
  await linkExamples(ctx, ids, written, work);
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
