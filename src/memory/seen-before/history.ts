// How often and when signatures were seen: their counters plus what is stored but not counted yet, in one snapshot.
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

/** Most frequent first; signatures without any event are left out. */
export async function readHistory(
  read: postgres.Sql,
  tenantId: number,
  signatureIds: readonly string[],
): Promise<SignatureHistory[]> {
  if (signatureIds.length === 0) return [];
  const rows = await read<
    { id: string; service: string; pattern: string; first_at: string; last_at: string; n: string }[]
  >`
    select s.signature_id as id, s.service, s.pattern, s.occurrence_count + u.n as n,
           case when s.occurrence_count = 0 then u.first_at else least(s.first_seen_at, u.first_at) end as first_at,
           case when s.occurrence_count = 0 then u.last_at else greatest(s.last_seen_at, u.last_at) end as last_at
      from signature s
     cross join lateral (
       select count(e.event_id) as n, min(e.ts) as first_at, max(e.ts) as last_at
         from ingest_batch b
         join event e on e.tenant_id = b.tenant_id and e.signature_id = s.signature_id
          and e.ts >= b.min_ts and e.ts <= b.max_ts and e.batch_id = b.batch_id
        where b.tenant_id = s.tenant_id and not b.folded
     ) u
     where s.tenant_id = ${tenantId} and s.signature_id = any(${[...signatureIds]}::bigint[])
       and s.occurrence_count + u.n > 0
     order by n desc, id`;
  return rows.map((row) => ({
    signatureId: row.id,
    service: row.service,
    pattern: row.pattern,
    firstUs: microsOf(row.first_at),
    lastUs: microsOf(row.last_at),
    count: Number(row.n),
  }));
}
