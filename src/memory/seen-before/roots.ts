import type postgres from 'postgres';

/** Where each signature's history is kept today; ids that the tenant does not have lead nowhere. */
export async function rootsOf(
  read: postgres.Sql,
  tenantId: number,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await read<{ id: string }[]>`
    with recursive led as (
      select signature_id, merged_into_id from signature
       where tenant_id = ${tenantId} and signature_id = any(${[...ids]}::bigint[])
      union
      select s.signature_id, s.merged_into_id
        from led join signature s on s.tenant_id = ${tenantId} and s.signature_id = led.merged_into_id
    )
    select distinct signature_id as id from led where merged_into_id is null`;
  return rows.map((row) => row.id);
}
