// Counters per host, user and address, and of what fulfilled a rule. As with all counters, in sorted order.
import type pg from 'pg';
import type { Severity } from '../domain/severity.ts';
import type { EntityKind } from '../domain/words.ts';

export interface EntityCounts {
  readonly kind: EntityKind | 'ALL';
  readonly entity: string;
  readonly minute: number;
  readonly n: number;
  readonly errors: number;
  readonly authFailures: number;
}

export interface RuleCounts {
  readonly ruleId: string;
  readonly kind: EntityKind;
  readonly entity: string;
  readonly minute: number;
  readonly signatureId: string;
  readonly assetId: string;
  readonly n: number;
  readonly worst: Severity;
  readonly firstUs: number;
  readonly lastUs: number;
}

export async function addToEntityBuckets(
  client: pg.ClientBase,
  tenantId: number,
  counts: readonly EntityCounts[],
): Promise<void> {
  if (counts.length === 0) return;
  await client.query({
    name: 'add_to_entity_buckets',
    text: `insert into entity_bucket as e (tenant_id, entity_kind, entity, minute, n, errors, auth_failures)
           select $1, d.* from unnest($2::text[], $3::text[], $4::int[], $5::int[], $6::int[], $7::int[])
             as d(entity_kind, entity, minute, n, errors, auth_failures)
            order by 2, 3, 4
           on conflict (tenant_id, entity_kind, entity, minute) do update set
             n = e.n + excluded.n, errors = e.errors + excluded.errors,
             auth_failures = e.auth_failures + excluded.auth_failures`,
    values: [
      tenantId,
      counts.map((c) => c.kind),
      counts.map((c) => c.entity),
      counts.map((c) => c.minute),
      counts.map((c) => c.n),
      counts.map((c) => c.errors),
      counts.map((c) => c.authFailures),
    ],
  });
}

export async function addToRuleBuckets(
  client: pg.ClientBase,
  tenantId: number,
  counts: readonly RuleCounts[],
): Promise<void> {
  if (counts.length === 0) return;
  await client.query({
    name: 'add_to_rule_buckets',
    text: `insert into rule_bucket as r (tenant_id, rule_id, entity_kind, entity, minute, signature_id, asset_id, n, worst, first_us, last_us)
           select $1, d.* from unnest($2::bigint[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::bigint[], $8::int[], $9::smallint[], $10::bigint[], $11::bigint[])
             as d(rule_id, entity_kind, entity, minute, signature_id, asset_id, n, worst, first_us, last_us)
            order by 2, 3, 4, 5, 6, 7
           on conflict (tenant_id, rule_id, entity_kind, entity, minute, signature_id, asset_id) do update set
             n = r.n + excluded.n, worst = greatest(r.worst, excluded.worst),
             first_us = least(r.first_us, excluded.first_us), last_us = greatest(r.last_us, excluded.last_us)`,
    values: [
      tenantId,
      counts.map((c) => c.ruleId),
      counts.map((c) => c.kind),
      counts.map((c) => c.entity),
      counts.map((c) => c.minute),
      counts.map((c) => c.signatureId),
      counts.map((c) => c.assetId),
      counts.map((c) => c.n),
      counts.map((c) => c.worst),
      counts.map((c) => c.firstUs),
      counts.map((c) => c.lastUs),
    ],
  });
}
