// Batches whose events are stored but not counted yet: what a crash leaves, and what the pipeline's lag is.
import type pg from 'pg';
import type { Severity } from '../domain/severity.ts';
import { formatMicros, type Micros, parseMicros } from '../domain/time.ts';
import { mapInTurns } from '../domain/turns.ts';
import type { Store } from './store.ts';
import type { EventAttrs } from './tables/event.ts';

export interface UnfoldedBatch {
  readonly tenantId: number;
  readonly batchId: string;
}

/** Batches stored more than `olderThanSeconds` ago: whoever stored them has had its time to count them. */
export async function findUnfolded(
  store: Store,
  olderThanSeconds: number,
  limit: number,
): Promise<UnfoldedBatch[]> {
  const rows = await store.read<{ tenant_id: number; batch_id: string }[]>`
    select tenant_id, batch_id from ingest_batch
     where not folded and stored_at <= clock_timestamp() - make_interval(secs => ${olderThanSeconds})
     order by tenant_id, batch_id limit ${limit}`;
  return rows.map((row) => ({ tenantId: row.tenant_id, batchId: row.batch_id }));
}

export interface StoredEvent {
  readonly signatureId: string;
  readonly assetId: string | null;
  readonly timestampUs: Micros;
  readonly receivedUs: Micros;
  readonly severity: Severity;
  readonly flags: number;
  readonly messageRaw: string;
  readonly attrs: EventAttrs | null;
  readonly host: string;
  readonly service: string;
}

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

const STORED_EVENT = `e.signature_id, e.asset_id, to_char(e.ts at time zone 'UTC', ${ISO}) as ts,
            to_char(b.received_at at time zone 'UTC', ${ISO}) as received_at, e.severity, e.flags, e.message_raw, e.attrs,
            o.host, o.service`;

/** The events of one batch, read back from its range of times. */
export async function readBatchEvents(
  client: pg.ClientBase,
  tenantId: number,
  batchId: string,
): Promise<StoredEvent[]> {
  const { rows } = await client.query(
    `select ${STORED_EVENT}
       from ingest_batch b
       join event e on e.tenant_id = b.tenant_id and e.ts >= b.min_ts and e.ts < b.max_ts and e.batch_id = b.batch_id
       join origin o on o.tenant_id = e.tenant_id and o.origin_id = e.origin_id
      where b.tenant_id = $1 and b.batch_id = $2`,
    [tenantId, batchId],
  );
  return mapInTurns(rows, storedEvent);
}

/** The events of [fromUs, toUs), at most `limit`. */
export async function readEventsBetween(
  pool: Pick<pg.Pool, 'query'>,
  { tenantId, fromUs, toUs, limit }: { tenantId: number; fromUs: Micros; toUs: Micros; limit: number },
): Promise<StoredEvent[]> {
  const { rows } = await pool.query(
    `select ${STORED_EVENT}
       from event e
       join ingest_batch b on b.tenant_id = e.tenant_id and b.batch_id = e.batch_id
       join origin o on o.tenant_id = e.tenant_id and o.origin_id = e.origin_id
      where e.tenant_id = $1 and e.ts >= $2 and e.ts < $3 limit $4`,
    [tenantId, formatMicros(fromUs), formatMicros(toUs), limit],
  );
  return mapInTurns(rows, storedEvent);
}

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
const storedEvent = (row: any): StoredEvent => ({
  signatureId: row.signature_id,
  assetId: row.asset_id,
  timestampUs: parseMicros(row.ts) as Micros,
  receivedUs: parseMicros(row.received_at) as Micros,
  severity: row.severity,
  flags: row.flags,
  messageRaw: row.message_raw,
  attrs: row.attrs,
  host: row.host,
  service: row.service,
});
