// What people changed just before a story began: the window of a change runs from five minutes before it to an hour
// after it, on its asset, its service group, or everywhere.
import type postgres from 'postgres';
import type { Micros } from '../../domain/time.ts';
import { microsOf } from '../moments.ts';

export interface NearbyChange {
  readonly title: string;
  readonly kind: string;
  readonly author: string;
  readonly startUs: Micros;
}

/** The latest change by candidate; candidates without one are absent. */
export async function readNearbyChanges(
  read: postgres.Sql,
  tenantId: number,
  candidateIds: readonly string[],
): Promise<Map<string, NearbyChange>> {
  if (candidateIds.length === 0) return new Map();
  const rows = await read<
    { candidate_id: string; title: string; kind: string; author: string; start_at: string }[]
  >`
    select c.candidate_id, h.title, h.kind, h.author, h.start_at
      from candidate c
     cross join lateral (
       select h.title, h.kind, h.author, h.start_at from change h
        where h.tenant_id = ${tenantId}
          and h.start_at >= c.first_seen_at - interval '60 minutes'
          and h.start_at <= c.first_seen_at + interval '5 minutes'
          and (h.asset_id is null and h.service_group is null
               or exists (select 1 from candidate_asset ca
                            join asset a on a.tenant_id = ca.tenant_id and a.asset_id = ca.asset_id
                           where ca.tenant_id = ${tenantId} and ca.candidate_id = c.candidate_id
                             and (a.asset_id = h.asset_id or a.service_group = h.service_group)))
        order by h.start_at desc, h.change_id desc limit 1
     ) h
     where c.tenant_id = ${tenantId} and c.candidate_id = any(${[...candidateIds]}::bigint[])`;
  return new Map(
    rows.map(({ candidate_id, start_at, ...change }) => [
      candidate_id,
      { ...change, startUs: microsOf(start_at) },
    ]),
  );
}
