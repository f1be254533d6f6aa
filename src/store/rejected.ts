// Inputs that could not be stored as events: kept whole, with the reason, to be replayed.
import type pg from 'pg';
import type { ErrorCode } from '../domain/errors.ts';
import { formatMicros, type Micros } from '../domain/time.ts';
import type { SourceType } from '../domain/words.ts';

/** How to send it again: what the payload was and what came with it. */
export type RejectedRequest =
  | {
      kind: 'line';
      sourceType: SourceType;
      sourcePath: string | null;
      host: string | null;
      service: string | null;
    }
  | { kind: 'event' }
  | { kind: 'payload' }
  /** A line of an archive, or a document: nothing that could be replayed. */
  | { kind: 'record' };

/** What `payloadBytes` holds: the payload's UTF-16LE code units, or its bytes as received. */
export type PayloadEncoding = 'utf16le' | 'bytes';

export interface Rejection {
  /** Position in the request. */
  readonly index: number;
  readonly code: ErrorCode;
  readonly reason: string;
  readonly payload: string;
  readonly payloadBytes: Buffer | null;
  readonly payloadEncoding: PayloadEncoding;
  readonly request: RejectedRequest;
}

export interface RejectionContext {
  readonly tenantId: number;
  readonly sourceId: string;
  readonly batchKey: string;
  readonly receivedUs: Micros;
}

/** Keeps the rejections and returns their ids in order; one that the same batch key brought before is not doubled. */
export async function keepRejected(
  client: pg.ClientBase,
  context: RejectionContext,
  rejections: readonly Rejection[],
): Promise<string[]> {
  if (rejections.length === 0) return [];
  const { rows } = await client.query<{ id: string; index: number; fresh: boolean }>(
    `insert into rejected_input (tenant_id, source_id, batch_key, index, code, reason, payload, payload_bytes, request, received_at)
     select $1, $2, $3, r.index, r.code, r.reason, r.payload, r.payload_bytes, r.request, $4
       from unnest($5::int[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::jsonb[])
         as r(index, code, reason, payload, payload_bytes, request)
     on conflict (tenant_id, batch_key, index) do update set reason = excluded.reason, code = excluded.code
     returning rejected_id as id, index, xmax = 0 as fresh`,
    [
      context.tenantId,
      context.sourceId,
      context.batchKey,
      formatMicros(context.receivedUs),
      rejections.map((r) => r.index),
      rejections.map((r) => r.code),
      rejections.map((r) => r.reason),
      rejections.map((r) => r.payload),
      rejections.map((r) => r.payloadBytes),
      rejections.map((r) => JSON.stringify({ ...r.request, payloadEncoding: r.payloadEncoding })),
    ],
  );
  await client.query('update source set rejected = rejected + $3 where tenant_id = $1 and source_id = $2', [
    context.tenantId,
    context.sourceId,
    rows.filter((row) => row.fresh).length,
  ]);
  return rows.sort((a, b) => a.index - b.index).map((row) => row.id);
}

/** What the batch under `batchKey` rejected, in order. */
export async function rejectedOf(
  client: pg.Pool | pg.ClientBase,
  tenantId: number,
  batchKey: string,
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    'select rejected_id as id from rejected_input where tenant_id = $1 and batch_key = $2 order by index',
    [tenantId, batchKey],
  );
  return rows.map((row) => row.id);
}

/** The positions that the batch under `batchKey` rejected: a corrected resend of them is welcome. */
export async function rejectedIndexes(
  client: pg.ClientBase,
  tenantId: number,
  batchKey: string,
): Promise<Set<number>> {
  const { rows } = await client.query<{ index: number }>(
    'select index from rejected_input where tenant_id = $1 and batch_key = $2',
    [tenantId, batchKey],
  );
  return new Set(rows.map((row) => row.index));
}

export interface RejectedReason {
  readonly index: number;
  readonly code: ErrorCode;
  readonly reason: string;
}

export async function rejectedReasons(
  client: pg.Pool,
  tenantId: number,
  ids: readonly string[],
): Promise<RejectedReason[]> {
  if (ids.length === 0) return [];
  const { rows } = await client.query<RejectedReason>(
    `select index, code, reason from rejected_input where tenant_id = $1 and rejected_id = any($2::bigint[])
      order by index`,
    [tenantId, ids],
  );
  return rows;
}

export interface KeptInput {
  readonly id: string;
  readonly payload: string;
  readonly payloadBytes: Buffer | null;
  readonly request: RejectedRequest & { payloadEncoding: PayloadEncoding };
  readonly sourceName: string;
  readonly connector: string;
}

/** The inputs to replay: those named, or all that were not replayed yet; oldest first. */
export async function loadRejected(
  client: pg.Pool,
  tenantId: number,
  ids: readonly string[] | null,
  limit: number,
): Promise<KeptInput[]> {
  const { rows } = await client.query(
    `select r.rejected_id, r.payload, r.payload_bytes, r.request, s.name, s.connector
       from rejected_input r join source s on s.tenant_id = r.tenant_id and s.source_id = r.source_id
      where r.tenant_id = $1 and r.replayed_at is null
        and case when $2::bigint[] is null then r.request ->> 'kind' <> 'record' else r.rejected_id = any($2) end
      order by r.received_at, r.rejected_id limit $3`,
    [tenantId, ids, limit],
  );
  return rows.map((row) => ({
    id: row.rejected_id,
    payload: row.payload,
    payloadBytes: row.payload_bytes,
    request: row.request,
    sourceName: row.name,
    connector: row.connector,
  }));
}

export async function markReplayed(
  client: pg.Pool,
  tenantId: number,
  id: string,
  atUs: Micros,
): Promise<void> {
  await client.query('update rejected_input set replayed_at = $3 where tenant_id = $1 and rejected_id = $2', [
    tenantId,
    id,
    formatMicros(atUs),
  ]);
}

export async function countAttempt(client: pg.Pool, tenantId: number, id: string): Promise<void> {
  await client.query(
    'update rejected_input set attempts = attempts + 1 where tenant_id = $1 and rejected_id = $2',
    [tenantId, id],
  );
}
