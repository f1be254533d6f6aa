// Incidents that became part of others: lists show the one that lives on, with what the merged ones keep.
import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { incident } from '../store/tables/memory.ts';
import type { Row, TenantScope } from './plan/scope.ts';

/** `(select …)`, for `in`: the incident and all that became part of it. */
export function withMerged(scope: TenantScope, id: SQL | AnyPgColumn): SQL {
  const first = scope.table(incident);
  const next = scope.table(incident);
  return sql`(with recursive part(id) as (
    select ${first.row.incidentId} from ${first.from} where ${first.mine} and ${first.row.incidentId} = ${id}
    union
    select ${next.row.incidentId} from part join ${next.from} on ${next.mine} and ${next.row.mergedIntoId} = part.id
  ) select id from part)`;
}

/** `(select …)`: the incident that lives on, itself included. */
export function livingIncident(scope: TenantScope, id: SQL): SQL {
  const first = scope.table(incident);
  const next = scope.table(incident);
  const hop = (row: Row<typeof incident>) => sql`${row.incidentId}, ${row.mergedIntoId}`;
  return sql`(with recursive hop(id, next_id) as (
    select ${hop(first.row)} from ${first.from} where ${first.mine} and ${first.row.incidentId} = ${id}::bigint
    union
    select ${hop(next.row)} from hop join ${next.from} on ${next.mine} and ${next.row.incidentId} = hop.next_id
  ) select id from hop where next_id is null)`;
}
