// The sums over assets that are kept beside the buckets, where buckets were written otherwise than by adding to them.
import type pg from 'pg';

/** Selects rows of `signature_minute`, but for their tenant, from buckets as `b`. */
export const SUMS_OF_MINUTE = `b.signature_id, b.minute, coalesce(sum(b.n) filter (where b.asset_id <> 0), 0) as n,
  coalesce(sum(b.sourced) filter (where b.asset_id <> 0), 0) as sourced,
  coalesce(max(b.worst) filter (where b.asset_id <> 0), 0) as worst,
  min(b.first_us) filter (where b.asset_id <> 0) as first_us, max(b.last_us) filter (where b.asset_id <> 0) as last_us`;

/** Minutes of a signature; both ends included. */
export interface MinuteRange {
  readonly signatureId: string;
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** Sums these minutes up anew. Call it under the tenant's lock, after the buckets are written. */
export async function sumMinutesAnew(
  client: pg.ClientBase,
  tenantId: number,
  ranges: readonly MinuteRange[],
): Promise<void> {
  if (ranges.length === 0) return;
  const hulls = `select t.id, min(t.from_minute) as from_minute, max(t.to_minute) as to_minute
                   from unnest($2::bigint[], $3::int[], $4::int[]) as t(id, from_minute, to_minute) group by t.id`;
  const values = [
    tenantId,
    ranges.map((r) => r.signatureId),
    ranges.map((r) => r.fromMinute),
    ranges.map((r) => r.toMinute),
  ];
  await client.query(
    `delete from signature_minute m using (${hulls}) h
      where m.tenant_id = $1 and m.signature_id = h.id and m.minute between h.from_minute and h.to_minute`,
    values,
  );
  await client.query(
    `insert into signature_minute (tenant_id, signature_id, minute, n, sourced, worst, first_us, last_us)
     select $1::int, ${SUMS_OF_MINUTE}
       from (${hulls}) h
       join feature_bucket b on b.tenant_id = $1 and b.signature_id = h.id
                            and b.minute between h.from_minute and h.to_minute
      where b.signature_id <> 0 group by b.signature_id, b.minute`,
    values,
  );
}
