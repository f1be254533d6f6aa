// Parts of the statements that bring rows into the file's terms; `t` is the tenant's number.

/** A statement over one tenant whose rows are lines of the file. */
export type Query = (t: number) => string;

export const keysOf = (t: number, table: string, owner: string, id: string) => `
  coalesce((select jsonb_agg(s.key order by s.key) from ${table} l
             join signature s on s.tenant_id = ${t} and s.signature_id = l.signature_id
            where l.tenant_id = ${t} and l.${owner} = ${id}), '[]')`;

export const hostsOf = (t: number, table: string, owner: string, id: string) => `
  coalesce((select jsonb_agg(a.hostname order by a.hostname) from ${table} l
             join asset a on a.tenant_id = ${t} and a.asset_id = l.asset_id
            where l.tenant_id = ${t} and l.${owner} = ${id}), '[]')`;

export const portable = (
  t: number,
  link: string,
  owner: string,
  id: string,
  table: string,
  member: string,
) => `
  coalesce((select jsonb_agg(m.portable_id order by m.portable_id) from ${link} l
             join ${table} m on m.tenant_id = ${t} and m.${member} = l.${member}
            where l.tenant_id = ${t} and l.${owner} = ${id}), '[]')`;
