// The signatures that a decision names, as they are counted now.
import type pg from 'pg';

export interface NamedSignature {
  readonly id: string;
  readonly rootId: string;
  readonly rootKey: string;
  readonly pattern: string;
  /** Whether other forms are counted for it. */
  readonly isFamily: boolean;
  /** Its form; null: it takes what is no longer told apart, and has none. */
  readonly formKey: string | null;
  readonly partition: string;
  readonly formExample: string;
}

/** By id; ids that the tenant does not have are missing. */
export async function readNamed(
  client: pg.ClientBase,
  tenantId: number,
  ids: readonly string[],
): Promise<Map<string, NamedSignature>> {
  const { rows } = await client.query<NamedSignature>(
    `select s.signature_id as id, r.signature_id as "rootId", r.key as "rootKey", r.pattern,
            exists (select 1 from signature m where m.tenant_id = $1 and m.merged_into_id = r.signature_id) as "isFamily",
            n.key as "formKey", f.partition, n.example as "formExample"
       from signature s
       join signature r on r.tenant_id = $1 and r.signature_id = coalesce(s.merged_into_id, s.signature_id)
       left join signature_form f on f.tenant_id = $1 and f.key = r.key
       left join signature_form n on n.tenant_id = $1 and n.key = coalesce(f.form_key, f.key)
      where s.tenant_id = $1 and s.signature_id = any($2::bigint[])`,
    [tenantId, ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The forms' own keys of the given signatures. */
export async function readFormKeys(
  client: pg.ClientBase,
  tenantId: number,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; key: string }>(
    `select f.signature_id as id, f.key from signature_form f
      where f.tenant_id = $1 and f.signature_id = any($2::bigint[]) and f.form_key is null`,
    [tenantId, ids],
  );
  return new Map(rows.map(({ id, key }) => [id, key]));
}
