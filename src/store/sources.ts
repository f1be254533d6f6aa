// Rows of `source` as connectors need them: configured, found by what their senders present, and told of faults.
import { formatMicros, type Micros } from '../domain/time.ts';
import type { Store } from './store.ts';

/** A source as its connector runs it. */
export interface SourceRow {
  readonly tenantId: number;
  readonly tenantSlug: string;
  readonly sourceId: string;
  readonly name: string;
  readonly connector: string;
  readonly enabled: boolean;
  readonly config: Record<string, unknown> | null;
  readonly secretHash: string | null;
  readonly credential: string | null;
  readonly revision: number;
}

const SELECT = `select s.tenant_id as "tenantId", t.slug as "tenantSlug", s.source_id as "sourceId", s.name,
       s.connector, s.enabled, s.config, s.secret_hash as "secretHash", s.credential, s.revision
  from source s join tenant t on t.tenant_id = s.tenant_id`;

type Pool = Pick<Store, 'writePool'>;

/** The enabled sources of these connectors, of every tenant: what this installation has to run. */
export async function listRunnable({ writePool }: Pool, connectors: readonly string[]): Promise<SourceRow[]> {
  const { rows } = await writePool.query<SourceRow>(
    `${SELECT} where s.enabled and s.config is not null and s.connector = any($1::text[])
      order by s.tenant_id, s.source_id`,
    [connectors],
  );
  return rows;
}

export async function findSource(
  { writePool }: Pool,
  tenantId: number,
  name: string,
): Promise<SourceRow | null> {
  const { rows } = await writePool.query<SourceRow>(`${SELECT} where s.tenant_id = $1 and s.name = $2`, [
    tenantId,
    name,
  ]);
  return rows[0] ?? null;
}

/** A secret names its source, and with it the tenant: it is asked across tenants, by its hash alone. */
export async function findSourceBySecret(
  { writePool }: Pool,
  connector: string,
  secretHash: string,
): Promise<SourceRow | null> {
  const { rows } = await writePool.query<SourceRow>(
    `${SELECT} where s.connector = $1 and s.secret_hash = $2 order by s.source_id limit 1`,
    [connector, secretHash],
  );
  return rows[0] ?? null;
}

/** Whether any source of this connector asks its senders for a secret. */
export async function hasSecrets({ writePool }: Pool, connector: string): Promise<boolean> {
  const { rows } = await writePool.query(
    'select 1 from source where connector = $1 and secret_hash is not null limit 1',
    [connector],
  );
  return rows.length > 0;
}

export async function noteFault(
  { writePool }: Pool,
  tenantId: number,
  name: string,
  message: string,
  atUs: Micros,
): Promise<void> {
  await writePool.query(
    'update source set last_error = $3, last_error_at = $4 where tenant_id = $1 and name = $2',
    [tenantId, name, message, formatMicros(atUs)],
  );
}

export interface Loss {
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** How many inputs. */
  readonly lost: number;
  readonly reason: string;
}

/** Losses with less than this between them are told as one. */
const LOSS_PAUSE = '1 minute';

export async function noteLoss(
  { writePool }: Pool,
  tenantId: number,
  name: string,
  { fromUs, toUs, lost, reason }: Loss,
): Promise<void> {
  await writePool.query(
    `with s as (select source_id from source where tenant_id = $1 and name = $2),
     latest as (
       select g.gap_id from source_gap g join s using (source_id)
        where g.tenant_id = $1 and g.to_at >= $3::timestamptz - interval '${LOSS_PAUSE}' and g.reason = $6
        order by g.to_at desc limit 1),
     extended as (
       update source_gap g set to_at = greatest(g.to_at, $4::timestamptz), lost = g.lost + $5::bigint
         from latest where g.tenant_id = $1 and g.gap_id = latest.gap_id returning g.gap_id)
     insert into source_gap (tenant_id, source_id, from_at, to_at, lost, reason)
     select $1, source_id, $3::timestamptz, $4::timestamptz, $5::bigint, $6 from s
      where not exists (select 1 from extended)`,
    [tenantId, name, formatMicros(fromUs), formatMicros(toUs), lost, reason],
  );
}
