// The transaction of one chunk: its batch key, its senders' keys, its events, its rejections.
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Clock, Micros } from '../domain/time.ts';
import { eachInTurns } from '../domain/turns.ts';
import {
  completeBatch,
  copyEvents,
  insertBatch,
  insertStaged,
  rememberResend,
  stageEvents,
} from '../store/batches.ts';
import type { RowId } from '../store/dimensions.ts';
import { encodeEvents, eventIdOf } from '../store/event-copy.ts';
import { claimEventKeys, type KeyClaim } from '../store/event-keys.ts';
import { keepRejected, type Rejection, rejectedIndexes } from '../store/rejected.ts';
import { holdSigning } from '../store/signing.ts';
import type { Store } from '../store/store.ts';
import { isDuplicate, transaction } from '../store/transaction.ts';
import { Deltas, type FoldableBatch } from './fold/deltas.ts';
import { isSourced } from './fold/recount.ts';
import { Refused, rejection } from './prepare.ts';
import { conflictingKey } from './prepare-events.ts';
import type { EventReader } from './rules/event-reader.ts';
import type { SignedEvent } from './sign.ts';

export interface CommitServices {
  readonly store: Store;
  readonly clock: Clock;
}

export interface ChunkToCommit {
  readonly tenantId: number;
  readonly reader: EventReader;
  readonly key: string;
  readonly source: RowId;
  readonly contentHash: string;
  readonly startIndex: number;
  readonly inputCount: number;
  /** How many events, stored or rejected, the inputs make. */
  readonly count: number;
  /** How many inputs the key brought before; null: the key is new. */
  readonly earlierCount: number | null;
  readonly receivedUs: Micros;
  readonly referenceUs: Micros;
  /** Of the rules by which the events were signed. */
  readonly signingVersion: number;
  readonly events: readonly SignedEvent[];
  readonly rejections: readonly Rejection[];
  /** Another try of one rejected input: refused again, nothing is written. */
  readonly isReplay: boolean;
}

export interface Committed {
  readonly outcome: { accepted: number; duplicates: number; rejectedIds: readonly string[] };
  readonly foldable: FoldableBatch | null;
}

/**
 * RACED: another sender of the same key committed first. REFUSED: a replay met its conflict again. OUTDATED: the rules
 * by which the events were signed have changed.
 */
export type CommitResult = Committed | NotCommitted;
type NotCommitted = 'RACED' | 'REFUSED' | 'OUTDATED';

class RolledBack extends Error {
  readonly result: NotCommitted;

  constructor(result: NotCommitted) {
    super(result);
    this.result = result;
  }
}

export async function commitChunk(services: CommitServices, chunk: ChunkToCommit): Promise<CommitResult> {
  try {
    if (chunk.earlierCount !== null) return await attempt(services, chunk, true);
    return await attempt(services, chunk, false).catch((error: unknown) => {
      if (!isDuplicate(error)) throw error;
      return attempt(services, chunk, true);
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.result;
    throw error;
  }
}

/** `staged`: some of the events may be stored already. */
function attempt(services: CommitServices, chunk: ChunkToCommit, staged: boolean): Promise<Committed> {
  return transaction(services.store, async ({ client }) => {
    const version = await holdSigning(client, chunk.tenantId);
    if (version !== chunk.signingVersion) throw new RolledBack('OUTDATED');
    const batch = await insertBatch(client, {
      ...chunk,
      key: chunk.earlierCount === null ? chunk.key : `${chunk.key}~${randomUUID()}`,
      sourceId: chunk.source.text,
      storedUs: services.clock.nowUs(),
    });
    if (batch === null) throw new RolledBack('RACED');
    const keyed = await withoutKnownKeys(client, chunk);
    const { stored, conflicts } = staged
      ? await storeStaged(client, chunk, batch, keyed.events)
      : await storeNew(client, chunk, batch, keyed.events);
    if (chunk.isReplay && keyed.conflicts.length > 0) throw new RolledBack('REFUSED');
    await completeBatch(client, chunk.tenantId, batch, rangeOf(stored));
    const { earlierCount } = chunk;
    if (earlierCount !== null && chunk.inputCount >= earlierCount) {
      if (!(await rememberResend(client, { ...chunk, earlierCount }))) throw new RolledBack('RACED');
    }
    const rejections = [...chunk.rejections, ...keyed.conflicts, ...conflicts];
    const rejectedIds = await keepRejected(
      client,
      { ...chunk, sourceId: chunk.source.text, batchKey: chunk.key },
      rejections,
    );
    return {
      outcome: {
        accepted: stored.length,
        duplicates: chunk.count - stored.length - rejections.length,
        rejectedIds,
      },
      foldable:
        stored.length === 0 ? null : { batchId: batch.text, deltas: await deltasOf(stored, chunk.reader) },
    };
  });
}

interface Sorted {
  readonly events: readonly SignedEvent[];
  readonly conflicts: readonly Rejection[];
}

/** Leaves out the events whose sender's key is known: a duplicate goes, other content under it is a conflict. */
async function withoutKnownKeys(client: pg.ClientBase, chunk: ChunkToCommit): Promise<Sorted> {
  const withKey = chunk.events.filter((event) => event.prepared.eventKey !== null);
  if (withKey.length === 0) return { events: chunk.events, conflicts: [] };
  const first = new Map<string, SignedEvent>();
  for (const event of withKey) {
    const key = event.prepared.eventKey as string;
    if (!first.has(key)) first.set(key, event);
  }
  const claims = await claimEventKeys(
    client,
    chunk.tenantId,
    chunk.source.text,
    [...first.entries()].map(([key, event]) => ({
      key,
      eventId: eventIdOf(event),
      timestampUs: event.timestampUs,
    })),
  );
  const claimOf = (event: SignedEvent): KeyClaim | null =>
    event.prepared.eventKey === null ? null : (claims.get(event.prepared.eventKey) ?? null);
  return {
    events: chunk.events.filter(
      (event) =>
        claimOf(event) === null ||
        (claimOf(event) === 'FRESH' && first.get(event.prepared.eventKey as string) === event),
    ),
    conflicts: chunk.events
      .filter((event) => claimOf(event) === 'CONFLICT')
      .map((event) => asRejection(event, conflictingKey(event.prepared.eventKey as string))),
  };
}

type Stored = { readonly stored: readonly SignedEvent[]; readonly conflicts: readonly Rejection[] };

async function storeNew(
  client: pg.ClientBase,
  chunk: ChunkToCommit,
  batch: RowId,
  events: readonly SignedEvent[],
): Promise<Stored> {
  if (events.length > 0) await copyEvents(client, encodeEvents(chunk.tenantId, batch, events));
  return { stored: events, conflicts: [] };
}

async function storeStaged(
  client: pg.ClientBase,
  chunk: ChunkToCommit,
  batch: RowId,
  events: readonly SignedEvent[],
): Promise<Stored> {
  const idOf = new Map(events.map((event) => [event, eventIdOf(event)]));
  const known = await stageEvents(client, encodeEvents(chunk.tenantId, batch, events));
  const taken = await takenPositions(client, chunk);
  const clashing = events.filter(
    (event) =>
      event.prepared.eventKey === null &&
      !known.has(idOf.get(event) as string) &&
      taken(event.prepared.index),
  );
  const stored = await insertStaged(
    client,
    clashing.map((event) => idOf.get(event) as string),
  );
  return {
    stored: events.filter((event) => stored.has(idOf.get(event) as string)),
    conflicts: clashing.map((event) =>
      asRejection(event, conflictingPosition(chunk.key, event.prepared.index)),
    ),
  };
}

/** Positions that an earlier sending under this key filled with an event. */
async function takenPositions(
  client: pg.ClientBase,
  chunk: ChunkToCommit,
): Promise<(index: number) => boolean> {
  if (chunk.earlierCount === null) return () => false;
  const end = chunk.startIndex + chunk.earlierCount;
  const rejected = await rejectedIndexes(client, chunk.tenantId, chunk.key);
  return (index) => index < end && !rejected.has(index);
}

const conflictingPosition = (key: string, index: number) =>
  new Refused(
    'CONFLICT',
    `Under the batchKey "${key.slice(0, 100)}" position ${index} holds other content: an event is never overwritten. Send new content under a new batchKey.`,
  );

const asRejection = (event: SignedEvent, refused: Refused): Rejection =>
  rejection(event.prepared.index, refused, event.prepared.original.payload, event.prepared.original.request);

function rangeOf(events: readonly SignedEvent[]): { n: number; minUs: Micros; maxUs: Micros } {
  let minUs = Number.POSITIVE_INFINITY;
  let maxUs = Number.NEGATIVE_INFINITY;
  for (const { timestampUs } of events) {
    if (timestampUs < minUs) minUs = timestampUs;
    if (timestampUs > maxUs) maxUs = timestampUs;
  }
  return { n: events.length, minUs, maxUs };
}

async function deltasOf(events: readonly SignedEvent[], reader: EventReader): Promise<Deltas> {
  const deltas = new Deltas();
  await eachInTurns(events, (event) => {
    const { prepared, formKey, severity } = event;
    const reading = reader.read({ ...readable(prepared), formKey, severity }, (rule, fault) =>
      deltas.fault(rule, fault),
    );
    deltas.add({
      signatureId: event.signature.text,
      assetId: event.asset?.text ?? null,
      detectionUs: prepared.detectionUs,
      severity,
      sourced: isSourced(event.flags),
      message: prepared.message,
      host: prepared.host,
      reading,
    });
  });
  return deltas;
}

const readable = ({ message, host, service, structured }: SignedEvent['prepared']) => ({
  message,
  host,
  service,
  structured,
});
