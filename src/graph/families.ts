// Signatures that were joined: what is counted and remembered is the root's, events keep the signature they were given.
import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { signature } from '../store/tables/signature.ts';
import type { TenantScope } from './plan/scope.ts';

/** `(select …)`: the signature for which events of `id` are counted, itself or the one it was merged into. */
export const rootOf = (scope: TenantScope, id: SQL | AnyPgColumn): SQL =>
  scope.select(
    signature,
    (own) => sql`coalesce(${own.mergedIntoId}, ${own.signatureId})`,
    (own) => sql`${own.signatureId} = ${id}`,
  );

/** `(select …)`, for `in`: the signatures whose events are those of the roots that `roots`, again a `(select …)`, yields. */
export const withMembers = (scope: TenantScope, roots: () => SQL): SQL =>
  sql`(${roots()} union all ${scope.select(
    signature,
    (member) => member.signatureId,
    (member) => sql`${member.mergedIntoId} in ${roots()}`,
  )})`;
