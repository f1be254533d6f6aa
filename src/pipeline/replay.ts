// Sends a rejected input through the pipeline again, under a key of its own so that replaying twice stores it once.
import type { Caller } from '../domain/caller.ts';
import type { KeptInput } from '../store/rejected.ts';
import type { IngestEventInput, IngestOutcome } from './input.ts';
import type { Pipeline } from './pipeline.ts';

export function replayRequest(pipeline: Pipeline, caller: Caller, kept: KeptInput): Promise<IngestOutcome> {
  const via = { name: kept.sourceName, connector: kept.connector };
  const { payload, bytes } = originalOf(kept);
  const batchKey = `replay:${kept.id}`;
  if (kept.request.kind === 'event') {
    return pipeline.ingestEvents(
      caller,
      { events: [JSON.parse(payload) as IngestEventInput], batchKey },
      via,
    );
  }
  return pipeline.ingestLines(
    caller,
    { ...kept.request, lines: [payload], ...bytes, batchKey },
    via,
    kept.id,
  );
}

function originalOf({ payload, payloadBytes, request }: KeptInput): {
  payload: string;
  bytes: { bytes?: ReadonlyMap<number, Buffer> };
} {
  if (payloadBytes === null) return { payload, bytes: {} };
  if (request.payloadEncoding === 'utf16le') return { payload: payloadBytes.toString('utf16le'), bytes: {} };
  return { payload: payloadBytes.toString('utf8'), bytes: { bytes: new Map([[0, payloadBytes]]) } };
}
