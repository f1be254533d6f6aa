// Counts a batch from its stored events: what its sender's process would have counted, had it lived.
import type pg from 'pg';
import { parseLine } from '../../parse/parse-line.ts';
import type { Store } from '../../store/store.ts';
import { EventFlag } from '../../store/tables/event.ts';
import { readBatchEvents, type StoredEvent } from '../../store/unfolded.ts';
import { detectionTime } from '../prepare.ts';
import { Deltas, type FoldableBatch } from './deltas.ts';

const OURS = EventFlag.SEVERITY_INFERRED | EventFlag.TIMESTAMP_ASSIGNED;

/** Timestamp and severity both came from the source. */
export const isSourced = (flags: number): boolean => (flags & OURS) === 0;

export async function recountBatch(store: Store, tenantId: number, batchId: string): Promise<FoldableBatch> {
  const client = await store.writePool.connect();
  try {
    return await recountStored(client, tenantId, batchId);
  } finally {
    client.release();
  }
}

export async function recountStored(
  client: pg.ClientBase,
  tenantId: number,
  batchId: string,
): Promise<FoldableBatch> {
  const deltas = new Deltas();
  for (const event of await readBatchEvents(client, tenantId, batchId)) {
    const { detectionUs } = detectionTime(event.timestampUs, event.receivedUs);
    deltas.add({
      signatureId: event.signatureId,
      assetId: event.assetId,
      detectionUs,
      severity: event.severity,
      sourced: isSourced(event.flags),
      message: messageOf(event),
    });
  }
  return { batchId, deltas };
}

const messageOf = (event: StoredEvent): string =>
  event.flags & EventFlag.STRUCTURED
    ? event.messageRaw
    : parseLine(event.messageRaw, { referenceUs: event.receivedUs }).message;
