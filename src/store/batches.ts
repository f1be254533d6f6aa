// One batch, one transaction: the batch key first, then the events by COPY. A committed batch is acknowledged.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { formatMicros, type Micros, parseMicros } from '../domain/time.ts';
import { type RowId, rowId } from './dimensions.ts';
import { EVENT_COLUMNS } from './event-copy.ts';

export interface BatchRow {
  readonly batchId: string;
  readonly contentHash: string;
  readonly inputCount: number;
  /** The input counts of sendings before, each less than the next. */
  readonly earlierCounts: readonly number[];
  readonly stored: number;
  readonly referenceUs: Micros;
  /** Its events are counted. */
  readonly folded: boolean;
}

/** What an earlier sending of the same key left behind. */
export async function findBatch(
  client: pg.Pool | pg.ClientBase,
  tenantId: number,
  key: string,
): Promise<BatchRow | null> {
  const { rows } = await client.query({
    name: 'find_batch',
    text: `select batch_id, content_hash, input_count, earlier_counts, n, folded,
                  to_char(reference_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as reference_at
             from ingest_batch where tenant_id = $1 and key = $2`,
    values: [tenantId, key],
  });
  const row = rows[0];
  if (row === undefined) return null;
  return {
    batchId: row.batch_id,
    contentHash: row.content_hash,
    inputCount: row.input_count,
    earlierCounts: row.earlier_counts,
    stored: row.n,
    folded: row.folded,
    referenceUs: parseMicros(row.reference_at) as Micros,
  };
}

export interface NewBatch {
  readonly tenantId: number;
  readonly key: string;
  readonly sourceId: string;
  readonly contentHash: string;
  readonly inputCount: number;
  readonly referenceUs: Micros;
  readonly receivedUs: Micros;
  readonly storedUs: Micros;
}

/** null: another sender of the same key was first. */
export async function insertBatch(client: pg.ClientBase, batch: NewBatch): Promise<RowId | null> {
  const { rows } = await client.query({
    name: 'insert_batch',
    text: `insert into ingest_batch (tenant_id, key, source_id, content_hash, input_count, n, reference_at, received_at, stored_at)
           values ($1, $2, $3, $4, $5, 0, $6, $7, $8) on conflict do nothing returning batch_id`,
    values: [
      batch.tenantId,
      batch.key,
      batch.sourceId,
      batch.contentHash,
      batch.inputCount,
      formatMicros(batch.referenceUs),
      formatMicros(batch.receivedUs),
      formatMicros(batch.storedUs),
    ],
  });
  return rows[0] === undefined ? null : rowId(rows[0].batch_id);
}

/** Records how many events the batch holds and the half-open range of their times, for recounting it after a crash. */
export async function completeBatch(
  client: pg.ClientBase,
  tenantId: number,
  batch: RowId,
  times: { n: number; minUs: Micros; maxUs: Micros },
): Promise<void> {
  await client.query({
    name: 'complete_batch',
    text: `update ingest_batch set n = $3, min_ts = $4, max_ts = $5, folded = ($3 = 0) where tenant_id = $1 and batch_id = $2`,
    values: [
      tenantId,
      batch.text,
      times.n,
      times.n === 0 ? null : formatMicros(times.minUs),
      times.n === 0 ? null : formatMicros(times.maxUs + 1),
    ],
  });
}

export interface Resend {
  readonly tenantId: number;
  readonly key: string;
  readonly contentHash: string;
  readonly inputCount: number;
  /** The number of inputs that the key stood for when the resend was prepared. */
  readonly earlierCount: number;
}

/** The key now stands for this content too, so that the next resend is recognised at once. False: another was first. */
export async function rememberResend(client: pg.ClientBase, resend: Resend): Promise<boolean> {
  const { rowCount } = await client.query(
    `update ingest_batch
        set content_hash = $3, input_count = $4,
            earlier_counts = case when input_count < $4 then earlier_counts || input_count else earlier_counts end
      where tenant_id = $1 and key = $2 and input_count = $5`,
    [resend.tenantId, resend.key, resend.contentHash, resend.inputCount, resend.earlierCount],
  );
  return rowCount === 1;
}

/** The fast way: throws a unique violation (see `isDuplicate`) when one of the events is known already. */
export async function copyEvents(
  client: pg.ClientBase,
  slices: AsyncIterable<Buffer>,
  table = 'event',
): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} (${EVENT_COLUMNS}) from stdin (format binary)`));
  await pipeline(Readable.from(slices), stream);
}

/** The way for resends, first half: brings the events beside the table and returns the ids of those it holds already. */
export async function stageEvents(
  client: pg.ClientBase,
  slices: AsyncIterable<Buffer>,
): Promise<Set<string>> {
  await client.query('create temporary table staged_event (like event including defaults) on commit drop');
  await copyEvents(client, slices, 'staged_event');
  const { rows } = await client.query<{ event_id: string }>(
    'select e.event_id from staged_event s join event e using (tenant_id, ts, event_id)',
  );
  return new Set(rows.map((row) => row.event_id));
}

/** Second half: stores what is new, save `excludedIds`; returns the ids that it stored. */
export async function insertStaged(
  client: pg.ClientBase,
  excludedIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await client.query<{ event_id: string }>(
    `insert into event (${EVENT_COLUMNS}) select ${EVENT_COLUMNS} from staged_event
      where event_id <> all($1::uuid[])
     on conflict do nothing returning event_id`,
    [excludedIds],
  );
  return new Set(rows.map((row) => row.event_id));
}
