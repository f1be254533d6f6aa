// Cuts a request into chunks of one transaction each, every one under a key of its own.
import { CHUNK_SIZE, type IngestEventsInput, type IngestLinesInput } from './input.ts';
import { prepareEvents } from './prepare-events.ts';
import { prepareInSlices } from './prepare-in-slices.ts';
import { prepareLines } from './prepare-lines.ts';
import { type MappedPayload, preparePayloads, slotsOf } from './prepare-payloads.ts';
import type { Chunk } from './write.ts';

/** The chunk that begins at `startIndex` of what `batchKey` names. */
const chunkKey = (batchKey: string | null | undefined, startIndex: number): string | null =>
  batchKey == null ? null : startIndex === 0 ? batchKey : `${batchKey}#${startIndex}`;

export type ChunkOrigin = Pick<Chunk, 'tenantId' | 'via' | 'replayOf'>;

export function* lineChunks(origin: ChunkOrigin, input: IngestLinesInput): Iterable<Chunk> {
  for (let at = 0; at < input.lines.length; at += CHUNK_SIZE) {
    const lines = input.lines.slice(at, at + CHUNK_SIZE);
    const startIndex = (input.startIndex ?? 0) + at;
    yield {
      ...origin,
      batchKey: chunkKey(input.batchKey, startIndex),
      startIndex,
      inputCount: lines.length,
      content: () => lines,
      prepare: ({ batchPrefix }, context) =>
        prepareInSlices(lines.length, (from, to) =>
          prepareLines(input, lines.slice(from, to), startIndex + from, batchPrefix, context),
        ),
    };
  }
}

export function* eventChunks(origin: ChunkOrigin, input: IngestEventsInput): Iterable<Chunk> {
  for (let startIndex = 0; startIndex < input.events.length; startIndex += CHUNK_SIZE) {
    const events = input.events.slice(startIndex, startIndex + CHUNK_SIZE);
    yield {
      ...origin,
      batchKey: chunkKey(input.batchKey, startIndex),
      startIndex,
      inputCount: events.length,
      content: () => events.map((event) => JSON.stringify(event)),
      prepare: async (identity, context) => prepareEvents(events, startIndex, identity, context),
    };
  }
}

export function* payloadChunks(
  origin: ChunkOrigin,
  batchKey: string | null,
  all: readonly MappedPayload[],
): Iterable<Chunk> {
  let startIndex = 0;
  for (let at = 0; at < all.length; at += CHUNK_SIZE) {
    const mapped = all.slice(at, at + CHUNK_SIZE);
    const start = startIndex;
    const inputCount = slotsOf(mapped);
    startIndex += inputCount;
    yield {
      ...origin,
      batchKey: chunkKey(batchKey, start),
      startIndex: start,
      inputCount,
      content: () => mapped.map(({ payload }) => payload),
      prepare: async (identity, context) => preparePayloads(mapped, start, identity, context),
    };
  }
}
