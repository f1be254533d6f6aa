// Counts a batch from its stored events: what its sender's process would have counted, had it lived.
import type pg from 'pg';
import { eachInTurns } from '../../domain/turns.ts';
import { signatureKey } from '../../signature/engine.ts';
import type { Store } from '../../store/store.ts';
import { EventFlag } from '../../store/tables/event.ts';
import { readBatchEvents } from '../../store/unfolded.ts';
import { detectionTime } from '../prepare.ts';
import type { EventReader } from '../rules/event-reader.ts';
import { signedText } from '../stored-message.ts';
import { Deltas, type FoldableBatch } from './deltas.ts';

const OURS = EventFlag.SEVERITY_INFERRED | EventFlag.TIMESTAMP_ASSIGNED;

/** Timestamp and severity both came from the source. */
export const isSourced = (flags: number): boolean => (flags & OURS) === 0;

export async function recountBatch(
  store: Store,
  reader: EventReader,
  tenantId: number,
  batchId: string,
): Promise<FoldableBatch> {
  const client = await store.writePool.connect();
  try {
    return await recountStored(client, reader, tenantId, batchId);
  } finally {
    client.release();
  }
}

export async function recountStored(
  client: pg.ClientBase,
  reader: EventReader,
  tenantId: number,
  batchId: string,
): Promise<FoldableBatch> {
  const deltas = new Deltas();
  await eachInTurns(await readBatchEvents(client, tenantId, batchId), (event) => {
    const { detectionUs } = detectionTime(event.timestampUs, event.receivedUs);
    const { message, structured } = signedText(event);
    const { severity, host, service } = event;
    const formKey = signatureKey(message, '');
    deltas.add({
      signatureId: event.signatureId,
      assetId: event.assetId,
      detectionUs,
      severity,
      sourced: isSourced(event.flags),
      message,
      host,
      reading: reader.read({ formKey, message, severity, host, service, structured }, (rule, fault) =>
        deltas.fault(rule, fault),
      ),
    });
  });
  return { batchId, deltas };
}
