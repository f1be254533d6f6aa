// How often and when signatures were seen: their counters plus what is stored but not counted yet.
import type postgres from 'postgres';
import type { Micros } from '../../domain/time.ts';
import { microsOf } from '../moments.ts';

export interface SignatureHistory {
  readonly signatureId: string;
  readonly service: string;
  readonly pattern: string;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
  readonly count: number;
}

interface Row {
  readonly id: string;
  readonly service: string;
  readonly pattern: string;
  readonly first_at: string;
  readonly last_at: string;
  readonly n: string;
}

/** Most frequent first; signatures without any event are left out. `withUncounted`: read the events of uncounted batches too. */
export async function readHistory(
  read: postgres.Sql,
  tenantId: number,
  signatureIds: readonly string[],
  withUncounted: boolean,
): Promise<SignatureHistory[]> {
  if (signatureIds.length === 0) return [];
  const rows = await (withUncounted ? all : counted)(read, tenantId, [...signatureIds]);
  return rows.map((row) => ({
    signatureId: row.id,
    service: row.service,
    pattern: row.pattern,
    firstUs: microsOf(row.first_at),
    lastUs: microsOf(row.last_at),
    count: Number(row.n),
  }));
}

const counted = (read: postgres.Sql, tenantId: number, ids: string[]) => read<Row[]>`
  select signature_id as id, service, pattern, occurrence_count as n, first_seen_at as first_at, last_seen_at as last_at
    from signature
   where tenant_id = ${tenantId} and signature_id = any(${ids}::bigint[]) and occurrence_count > 0
   order by occurrence_count desc, signature_id`;

/** In one statement, so that a batch counted meanwhile is not counted twice. */
const all = (read: postgres.Sql, tenantId: number, ids: string[]) => read<Row[]>`
  select s.signature_id as id, s.service, s.pattern, s.occurrence_count + u.n as n,
         case when s.occurrence_count = 0 then u.first_at else least(s.first_seen_at, u.first_at) end as first_at,
         case when s.occurrence_count = 0 then u.last_at else greatest(s.last_seen_at, u.last_at) end as last_at
    from signature s
   cross join lateral (
     select count(e.event_id) as n, min(e.ts) as first_at, max(e.ts) as last_at
       from ingest_batch b
       join event e on e.tenant_id = b.tenant_id and e.signature_id in (
              select s.signature_id union all
              select m.signature_id from signature m where m.tenant_id = s.tenant_id and m.merged_into_id = s.signature_id)
        and e.ts >= b.min_ts and e.ts <= b.max_ts and e.batch_id = b.batch_id
      where b.tenant_id = s.tenant_id and not b.folded
   ) u
   where s.tenant_id = ${tenantId} and s.signature_id = any(${ids}::bigint[]) and s.occurrence_count + u.n > 0
   order by n desc, id`;
