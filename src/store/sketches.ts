// The index by which similar forms are found, and the forms that are missing from it.
import type pg from 'pg';

/** As src/signature/sketch.ts makes it. */
export interface Sketch {
  readonly version: number;
  readonly rows: readonly { readonly lane: number; readonly code: number }[];
}

interface Sketched {
  readonly key: string;
  readonly sketch: Sketch;
}

/** One array per column: the key of the form, lane, code. */
export function sketchColumns(forms: readonly Sketched[]): [string[], number[], number[]] {
  const rows = forms.flatMap(({ key, sketch }) => sketch.rows.map((row) => ({ key, ...row })));
  return [rows.map((r) => r.key), rows.map((r) => r.lane), rows.map((r) => r.code)];
}

export interface UnsketchedForm {
  readonly tenantId: number;
  readonly key: string;
  readonly example: string;
}

/** Up to `limit` forms of an older version than `version`, in order behind `after`. */
export async function readUnsketched(
  pool: pg.Pool,
  version: number,
  after: Pick<UnsketchedForm, 'tenantId' | 'key'>,
  limit: number,
): Promise<UnsketchedForm[]> {
  const { rows } = await pool.query<UnsketchedForm>(
    `select tenant_id as "tenantId", key, example from signature_form
      where (tenant_id, key) > ($1::int, $2::text) and sketch_version < $3
      order by tenant_id, key limit $4`,
    [after.tenantId, after.key, version, limit],
  );
  return rows;
}

/** In one statement: a form is marked together with its rows. */
export async function writeSketches(
  client: pg.Pool | pg.ClientBase,
  tenantId: number,
  forms: readonly Sketched[],
): Promise<void> {
  await client.query(
    `with form as (
       update signature_form f set sketch_version = d.version
         from unnest($2::text[], $3::smallint[]) as d(key, version)
        where f.tenant_id = $1 and f.key = d.key and f.sketch_version < d.version
       returning f.key, f.signature_id
     )
     insert into signature_sketch (tenant_id, lane, code, signature_id)
     select $1, r.lane, r.code, form.signature_id
       from unnest($4::text[], $5::smallint[], $6::bigint[]) as r(key, lane, code) join form using (key)
     on conflict do nothing`,
    [tenantId, forms.map((f) => f.key), forms.map((f) => f.sketch.version), ...sketchColumns(forms)],
  );
}
