// Sends a rejected input through the pipeline again, under a key of its own so that replaying twice stores it once.
import type { Caller } from '../domain/caller.ts';
import { ValidationError } from '../domain/errors.ts';
import type { KeptInput } from '../store/rejected.ts';
import type {
  IngestEventInput,
  IngestEventsInput,
  IngestLinesInput,
  IngestOutcome,
  IngestPayloadsInput,
  Via,
} from './input.ts';

/** `replayOf` names the rejected input that this is another try of. */
export interface Ingest {
  ingestLines(
    caller: Caller,
    input: IngestLinesInput,
    via?: Via,
    replayOf?: string | null,
  ): Promise<IngestOutcome>;
  ingestEvents(
    caller: Caller,
    input: IngestEventsInput,
    via?: Via,
    replayOf?: string | null,
  ): Promise<IngestOutcome>;
  /** Each payload is mapped by the connector of its source; one that cannot be mapped is kept. */
  ingestPayloads(
    caller: Caller,
    input: IngestPayloadsInput,
    via: Via,
    replayOf?: string | null,
  ): Promise<IngestOutcome>;
}

export function replayRequest(ingest: Ingest, caller: Caller, kept: KeptInput): Promise<IngestOutcome> {
  const via = { name: kept.sourceName, connector: kept.connector };
  const { payload, bytes } = originalOf(kept);
  const batchKey = `replay:${kept.id}`;
  if (kept.request.kind === 'event') {
    return ingest.ingestEvents(caller, { events: [JSON.parse(payload) as IngestEventInput], batchKey }, via);
  }
  if (kept.request.kind === 'record')
    throw new ValidationError(
      'What an import skipped is not replayed: correct it in its file, and import that again.',
      ['input', 'ids'],
    );
  if (kept.request.kind === 'payload') {
    return ingest.ingestPayloads(caller, { payloads: [payload], batchKey }, via, kept.id);
  }
  return ingest.ingestLines(caller, { ...kept.request, lines: [payload], ...bytes, batchKey }, via, kept.id);
}

function originalOf({ payload, payloadBytes, request }: KeptInput): {
  payload: string;
  bytes: { bytes?: ReadonlyMap<number, Buffer> };
} {
  if (payloadBytes === null) return { payload, bytes: {} };
  if (request.payloadEncoding === 'utf16le') return { payload: payloadBytes.toString('utf16le'), bytes: {} };
  return { payload: payloadBytes.toString('utf8'), bytes: { bytes: new Map([[0, payloadBytes]]) } };
}
