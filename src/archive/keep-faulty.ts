// What an import skips is not lost: it is kept as a rejected input, with its place and what is wrong with it.
import { createHash } from 'node:crypto';
import { formatMicros } from '../domain/time.ts';
import { keepRejected, type Rejection } from '../store/rejected.ts';
import type { MergeContext } from './merge.ts';
import type { LineFault } from './read-records.ts';

const SOURCE = 'import';
const CONNECTOR = 'archive';
const MAX_KEPT_CHARS = 1 << 20;

/** Keeping the same again adds nothing. */
export async function keepFaulty(ctx: MergeContext, faults: readonly LineFault[]): Promise<void> {
  if (faults.length === 0) return;
  const { client, tenantId, clock } = ctx;
  const receivedUs = clock.nowUs();
  const { rows } = await client.query<{ id: string }>(
    `insert into source as s (tenant_id, name, connector, last_received_at) values ($1, '${SOURCE}', '${CONNECTOR}', $2)
     on conflict (tenant_id, name) do update set last_received_at = greatest(s.last_received_at, excluded.last_received_at)
     returning source_id as id`,
    [tenantId, formatMicros(receivedUs)],
  );
  for (const fault of faults) {
    const rejection = rejectionOf(fault);
    const batchKey = `import:${createHash('sha256').update(rejection.payload).digest('hex').slice(0, 32)}`;
    await keepRejected(client, { tenantId, sourceId: rows[0]!.id, batchKey, receivedUs }, [rejection]);
  }
}

function rejectionOf({ file, line, field, reason, text }: LineFault): Rejection {
  const place = `${file === undefined ? '' : `${file}, `}line ${line}${field === null ? '' : `, "${field}"`}`;
  return {
    index: line,
    code: 'VALIDATION',
    reason: `${place}: ${reason}`,
    payload: (text ?? '').slice(0, MAX_KEPT_CHARS).replaceAll('\u0000', '\ufffd').toWellFormed(),
    payloadBytes: null,
    payloadEncoding: 'utf16le',
    request: { kind: 'record' },
  };
}
