// Cuts a request into chunks of one transaction each, every one under a key of its own.
import { mapInTurns } from '../domain/turns.ts';
import { CHUNK_SIZE, type IngestEventsInput, type IngestLinesInput } from './input.ts';
import { CHUNK_WINDOW, chunkLength, joinChunk, rawInputOf } from './join-lines.ts';
import { type SentEvent, sentEvent } from './prepare-events.ts';
import { eventsInSlices, prepareInSlices } from './prepare-in-slices.ts';
import { prepareLines, type RawInput } from './prepare-lines.ts';
import { type MappedPayload, preparePayloads, slotsOf } from './prepare-payloads.ts';
import type { Chunk } from './write.ts';

/** The chunk that begins at `startIndex` of what `batchKey` names. */
const chunkKey = (batchKey: string | null | undefined, startIndex: number): string | null =>
  batchKey == null ? null : startIndex === 0 ? batchKey : `${batchKey}#${startIndex}`;

export type ChunkOrigin = Pick<Chunk, 'tenantId' | 'via' | 'replayOf'>;

export function* lineChunks(origin: ChunkOrigin, input: IngestLinesInput): Iterable<Chunk> {
  const isJoined = input.multiline === true;
  let at = 0;
  while (at < input.lines.length) {
    const length = isJoined ? chunkLength(input.lines.slice(at, at + CHUNK_WINDOW)) : CHUNK_SIZE;
    const lines = input.lines.slice(at, at + length);
    yield lineChunk(origin, input, at, lines, isJoined);
    at += length;
  }
}

function lineChunk(
  origin: ChunkOrigin,
  input: IngestLinesInput,
  at: number,
  lines: readonly string[],
  isJoined: boolean,
): Chunk {
  const startIndex = (input.startIndex ?? 0) + at;
  const inputsOf = (ends: readonly number[]): RawInput[] =>
    isJoined
      ? joinChunk(lines, ends).map((joined) => rawInputOf(input, at, joined))
      : lines.map((text, i) => ({ text, index: startIndex + i, bytes: input.bytes?.get(at + i) }));
  return {
    ...origin,
    batchKey: chunkKey(input.batchKey, startIndex),
    startIndex,
    inputCount: lines.length,
    countOf: (ends) => (isJoined ? joinChunk(lines, ends).length : lines.length),
    content: async () => lines,
    prepare: ({ batchPrefix, ends }, context) => {
      const inputs = inputsOf(ends);
      return prepareInSlices(inputs.length, (from, to) =>
        prepareLines(input, inputs.slice(from, to), batchPrefix, context),
      );
    },
  };
}

export function* eventChunks(origin: ChunkOrigin, input: IngestEventsInput): Iterable<Chunk> {
  for (let startIndex = 0; startIndex < input.events.length; startIndex += CHUNK_SIZE) {
    const events = input.events.slice(startIndex, startIndex + CHUNK_SIZE);
    let written: Promise<SentEvent[]> | null = null;
    const sent = () => {
      written ??= mapInTurns(events, sentEvent);
      return written;
    };
    yield {
      ...origin,
      batchKey: chunkKey(input.batchKey, startIndex),
      startIndex,
      inputCount: events.length,
      countOf: () => events.length,
      content: async () => (await sent()).map(({ payload }) => payload),
      prepare: async (identity, context) => eventsInSlices(await sent(), startIndex, identity, context),
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
      countOf: () => inputCount,
      content: async () => mapped.map(({ payload }) => payload),
      prepare: (identity, context) => preparePayloads(mapped, start, identity, context),
    };
  }
}
