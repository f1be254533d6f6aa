// What awaits a model's verdict: claimed in batches by whichever process is free, the newest first.
import type pg from 'pg';
import type { Severity } from '../domain/severity.ts';
import { formatMicros, type Micros } from '../domain/time.ts';

export interface Unscored {
  readonly signatureId: string;
  readonly severity: Severity;
  readonly pattern: string;
  /** A hash of the pattern. */
  readonly wording: string;
}

/** Signatures by their newest event, `[since, until)`; null: without that bound. */
export interface ScoringWindow {
  readonly sinceUs: Micros | null;
  readonly untilUs: Micros | null;
}

export const ALL_TIME: ScoringWindow = { sinceUs: null, untilUs: null };

type Key = Pick<Unscored, 'signatureId' | 'severity'>;

const at = (us: Micros | null): string | null => (us === null ? null : formatMicros(us));

const keyRows = (keys: readonly Key[]): string =>
  JSON.stringify(keys.map(({ signatureId, severity }) => ({ signature_id: signatureId, severity })));

/** Nobody else gets them for `leaseSeconds`, by the database's clock: whoever dies gives them back so. */
export async function claimUnscored(
  pool: pg.Pool,
  tenantId: number,
  { sinceUs, untilUs }: ScoringWindow,
  limit: number,
  leaseSeconds: number,
): Promise<Unscored[]> {
  const { rows } = await pool.query<Unscored>({
    name: 'claim_unscored',
    text: `with next as (
             select q.signature_id, q.severity, s.pattern
               from anomaly_queue q
               join signature s on s.tenant_id = q.tenant_id and s.signature_id = q.signature_id
                               and s.merged_into_id is null
              where q.tenant_id = $1 and q.fault is null
                and (q.claimed_until is null or q.claimed_until < clock_timestamp())
                and ($2::timestamptz is null or q.seen_at >= $2) and ($3::timestamptz is null or q.seen_at < $3)
              order by q.seen_at desc, q.signature_id, q.severity
              limit $4 for update of q skip locked)
           update anomaly_queue q set claimed_until = clock_timestamp() + make_interval(secs => $5)
             from next n
            where q.tenant_id = $1 and q.signature_id = n.signature_id and q.severity = n.severity
           returning q.signature_id as "signatureId", q.severity, n.pattern, md5(n.pattern) as wording`,
    values: [tenantId, at(sinceUs), at(untilUs), limit, leaseSeconds],
  });
  return rows;
}

export async function releaseUnscored(pool: pg.Pool, tenantId: number, keys: readonly Key[]): Promise<void> {
  await pool.query(
    `update anomaly_queue q set claimed_until = null
       from json_to_recordset($2) as r(signature_id bigint, severity smallint)
      where q.tenant_id = $1 and q.signature_id = r.signature_id and q.severity = r.severity`,
    [tenantId, keyRows(keys)],
  );
}

/** They got their verdict; what was worded otherwise meanwhile stays, for whoever comes next. */
export async function removeScored(
  client: pg.ClientBase,
  tenantId: number,
  scored: readonly Key[],
): Promise<void> {
  await client.query(
    `delete from anomaly_queue q using json_to_recordset($2) as r(signature_id bigint, severity smallint)
      where q.tenant_id = $1 and q.signature_id = r.signature_id and q.severity = r.severity`,
    [tenantId, keyRows(scored)],
  );
}

/** They are left alone from now on. */
export async function setAsideUnscorable(
  pool: pg.Pool,
  tenantId: number,
  faulty: readonly (Key & { readonly fault: string })[],
): Promise<void> {
  await pool.query(
    `update anomaly_queue q set claimed_until = null, fault = r.fault
       from json_to_recordset($2) as r(signature_id bigint, severity smallint, fault text)
      where q.tenant_id = $1 and q.signature_id = r.signature_id and q.severity = r.severity`,
    [
      tenantId,
      JSON.stringify(
        faulty.map((f) => ({ signature_id: f.signatureId, severity: f.severity, fault: f.fault })),
      ),
    ],
  );
}

/**
 * Queues whatever the scorer has not judged as it stands now, or with `anew` everything; what was set aside gets
 * another chance. Returns how many were queued.
 */
export async function queueAll(
  pool: pg.Pool,
  tenantId: number,
  scorer: string,
  { sinceUs, untilUs }: ScoringWindow,
  anew: boolean,
): Promise<number> {
  const { rowCount } = await pool.query(
    `insert into anomaly_queue as q (tenant_id, signature_id, severity, seen_at)
     select v.tenant_id, v.signature_id, v.severity, s.last_seen_at
       from anomaly_verdict v
       join signature s on s.tenant_id = v.tenant_id and s.signature_id = v.signature_id and s.merged_into_id is null
      where v.tenant_id = $1 and v.is_current
        and ($3::timestamptz is null or s.last_seen_at >= $3) and ($4::timestamptz is null or s.last_seen_at < $4)
        and ($5 or not exists (
              select 1 from anomaly_verdict own
               where own.tenant_id = v.tenant_id and own.signature_id = v.signature_id
                 and own.severity = v.severity and own.scorer = $2 and own.is_current
                 and own.wording = md5(s.pattern)))
      order by 1, 2, 3
     on conflict (tenant_id, signature_id, severity) do update set fault = null where q.fault is not null`,
    [tenantId, scorer, at(sinceUs), at(untilUs), anew],
  );
  return rowCount ?? 0;
}

export async function tenantsWithUnscored(pool: pg.Pool): Promise<number[]> {
  const { rows } = await pool.query<{ tenantId: number }>(
    `select t.tenant_id as "tenantId" from tenant t
      where exists (select 1 from anomaly_queue q where q.tenant_id = t.tenant_id and q.fault is null)
      order by 1`,
  );
  return rows.map(({ tenantId }) => tenantId);
}

export interface QueueLength {
  readonly waiting: number;
  /** The model failed on them. */
  readonly unscorable: number;
}

export async function countUnscored(pool: pg.Pool, tenantId: number): Promise<QueueLength> {
  const { rows } = await pool.query<QueueLength>(
    `select count(*) filter (where q.fault is null)::int as waiting, count(q.fault)::int as unscorable
       from anomaly_queue q
       join signature s on s.tenant_id = q.tenant_id and s.signature_id = q.signature_id
                       and s.merged_into_id is null
      where q.tenant_id = $1`,
    [tenantId],
  );
  return rows[0]!;
}
