// What candidates say about signatures and assets: keys, patterns, hostnames.
import { sql } from 'drizzle-orm';
import type { SignatureFacts } from '../../detect/rows.ts';
import type { Severity } from '../../domain/severity.ts';
import { asJson, type DetectContext, query } from './context.ts';

export interface SignatureRow extends SignatureFacts {
  /** The signature that it is counted for and shown as: itself, unless it was joined into another. */
  readonly rootId: string;
  readonly worst: Severity;
  readonly pairKey: string | null;
  readonly pairRole: 'PROBLEM' | 'RECOVERY' | null;
}

interface Row {
  signatureId: string;
  rootId: string;
  key: string;
  pattern: string;
  firstSeenUs: string;
  worst: Severity;
  pairKey: string | null;
  pairRole: 'PROBLEM' | 'RECOVERY' | null;
}

const COLUMNS = sql.raw(`s.signature_id as "signatureId", r.signature_id as "rootId", r.key,
  case when r.part is null then r.pattern else r.pattern || ' [' || r.part || ']' end as pattern,
  r.worst_severity as worst, (extract(epoch from r.first_seen_at) * 1000000)::bigint as "firstSeenUs",
  s.pair_key as "pairKey", s.pair_role as "pairRole"`);

const ROOT = sql.raw(`join signature r on r.tenant_id = s.tenant_id
  and r.signature_id = coalesce(s.merged_into_id, s.signature_id)`);

const fromRow = (row: Row): SignatureRow => ({ ...row, firstSeenUs: Number(row.firstSeenUs) });

export async function loadSignatures(
  ctx: DetectContext,
  signatureIds: Iterable<string>,
): Promise<Map<string, SignatureRow>> {
  const rows = await query<Row>(
    ctx,
    sql`select ${COLUMNS} from signature s ${ROOT}
         where s.tenant_id = ${ctx.tenantId}
           and s.signature_id in (select r.id from json_to_recordset(${idRows(signatureIds)}::json) as r(id bigint))`,
  );
  return new Map(rows.map((row) => [row.signatureId, fromRow(row)]));
}

/** All signatures of the given pairs, by key order: each form has its own pair, whatever family it joined. */
export async function loadPairs(
  ctx: DetectContext,
  pairKeys: Iterable<string>,
): Promise<Map<string, SignatureRow[]>> {
  const rows = await query<Row>(
    ctx,
    sql`select ${COLUMNS} from signature s ${ROOT}
         where s.tenant_id = ${ctx.tenantId} and s.pair_role is not null
           and s.pair_key in (select r.id from json_to_recordset(${idRows(pairKeys)}::json) as r(id text))
         order by s.key`,
  );
  const pairs = new Map<string, SignatureRow[]>();
  for (const row of rows) {
    const members = pairs.get(row.pairKey!);
    if (members === undefined) pairs.set(row.pairKey!, [fromRow(row)]);
    else members.push(fromRow(row));
  }
  return pairs;
}

export async function loadHostnames(
  ctx: DetectContext,
  assetIds: Iterable<string>,
): Promise<Map<string, string>> {
  const rows = await query<{ assetId: string; hostname: string }>(
    ctx,
    sql`select a.asset_id as "assetId", a.hostname from asset a
         where a.tenant_id = ${ctx.tenantId}
           and a.asset_id in (select r.id from json_to_recordset(${idRows(assetIds)}::json) as r(id bigint))`,
  );
  return new Map(rows.map((row) => [row.assetId, row.hostname]));
}

export const idRows = (ids: Iterable<string>): string => asJson([...new Set(ids)].map((id) => ({ id })));
