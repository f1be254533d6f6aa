// Stores one chunk: prepared, signed and committed in one transaction, or recognised as sent before.
import { createHash, randomUUID } from 'node:crypto';
import type { Clock, Micros } from '../domain/time.ts';
import { Turns } from '../domain/turns.ts';
import { type BatchRow, findBatch } from '../store/batches.ts';
import type { EventPartitions } from '../store/partitions.ts';
import { rejectedOf } from '../store/rejected.ts';
import type { Store } from '../store/store.ts';
import { commitChunk } from './commit.ts';
import type { FoldableBatch } from './fold/deltas.ts';
import { recountBatch } from './fold/recount.ts';
import type { IngestOutcome, Via } from './input.ts';
import type { PrepareContext } from './prepare.ts';
import type { Prepared } from './prepare-lines.ts';
import type { RuleBooks } from './rules/rule-books.ts';
import type { Signer } from './sign.ts';

export interface Chunk {
  readonly tenantId: number;
  readonly via: Via;
  /** null: nothing tells a resend of this chunk from a repetition. */
  readonly batchKey: string | null;
  /** Position of the chunk's first input in what the batch key names. */
  readonly startIndex: number;
  readonly inputCount: number;
  /** How many events, stored or rejected, the inputs make; `ends` as for `prepare`. */
  countOf(ends: readonly number[]): number;
  /** The rejected input that this is another try of: refused again, it leaves no second trace. */
  readonly replayOf: string | null;
  /** All that makes the content what it is, for recognising a resend without looking inside. */
  content(): Promise<readonly string[]>;
  /**
   * `batchPrefix` and `sourcePrefix` begin the identity of inputs without, and with, a key of their own; `ends` are the
   * numbers of inputs that earlier sendings under the same key had.
   */
  prepare(
    identity: { batchPrefix: string; sourcePrefix: string; ends: readonly number[] },
    context: PrepareContext,
  ): Promise<Prepared>;
}

export interface WriteServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly partitions: EventPartitions;
  readonly rules: RuleBooks;
  /** Events older than this are refused; null: keep everything. */
  readonly retentionUs: Micros | null;
}

export interface Written {
  readonly outcome: Omit<IngestOutcome, 'replaySafe'>;
  /** What is to be counted; null: nothing. */
  readonly foldable: FoldableBatch | null;
}

/** Stores the chunk and returns after COMMIT. */
export async function writeChunk(services: WriteServices, chunk: Chunk): Promise<Written> {
  const receivedUs = services.clock.nowUs();
  const source = await services.signer.sourceId(chunk.tenantId, chunk.via);
  const contentHash = await hashOf(await chunk.content());
  const key = chunk.batchKey ?? `auto:${randomUUID()}`;
  for (;;) {
    const earlier =
      chunk.batchKey === null ? null : await findBatch(services.store.writePool, chunk.tenantId, key);
    if (earlier !== null && earlier.contentHash === contentHash && earlier.inputCount === chunk.inputCount) {
      return resentWhole(services, chunk, key, earlier);
    }
    const referenceUs = earlier?.referenceUs ?? receivedUs;
    const oldestUs = services.retentionUs === null ? null : receivedUs - services.retentionUs;
    const ends = earlier === null ? [] : endsOf(earlier);
    const identity = {
      ends,
      batchPrefix: `${chunk.tenantId}\u0000batch\u0000${key}`,
      sourcePrefix: `${chunk.tenantId}\u0000source\u0000${source.text}`,
    };
    const prepared = await chunk.prepare(identity, { referenceUs, receivedUs, oldestUs });
    if (chunk.replayOf !== null && prepared.rejections.length > 0) return refusedAgain(chunk.replayOf);
    const signed = await services.signer.sign(chunk.tenantId, source, prepared.events);
    await services.partitions.ensure(timesOf(prepared), receivedUs);
    const committed = await commitChunk(services, {
      reader: await services.rules.readerOf(chunk.tenantId),
      tenantId: chunk.tenantId,
      key,
      source,
      contentHash,
      startIndex: chunk.startIndex,
      inputCount: chunk.inputCount,
      count: chunk.countOf(ends),
      earlierCount: earlier?.inputCount ?? null,
      receivedUs,
      referenceUs,
      signingVersion: signed.signingVersion,
      events: signed.events,
      rejections: prepared.rejections,
      isReplay: chunk.replayOf !== null,
    });
    if (committed === 'RACED') continue;
    if (committed === 'OUTDATED') {
      services.signer.forgetRules(chunk.tenantId);
      continue;
    }
    if (committed === 'REFUSED') return refusedAgain(chunk.replayOf as string);
    return {
      outcome: { ...committed.outcome, newSignatureIds: signed.newSignatureIds },
      foldable: committed.foldable,
    };
  }
}

const endsOf = (earlier: BatchRow): number[] => [...earlier.earlierCounts, earlier.inputCount];

const timesOf = (prepared: Prepared) => prepared.events.map((event) => event.timestampUs);

const PARTS_A_STEP = 50;

// The lengths keep apart what line breaks inside of parts would make alike.
async function hashOf(parts: readonly string[]): Promise<string> {
  const turns = new Turns();
  const hash = createHash('sha1').update(parts.map((part) => part.length).join());
  for (let at = 0; at < parts.length; at += PARTS_A_STEP) {
    if (turns.isOver) await turns.next();
    hash.update(`\n${parts.slice(at, at + PARTS_A_STEP).join('\n')}`);
  }
  return hash.digest('base64url');
}

/** Whoever stored it may have died before it was counted: then it is counted now, and only once. */
async function resentWhole(
  services: WriteServices,
  chunk: Chunk,
  key: string,
  earlier: BatchRow,
): Promise<Written> {
  const rejectedIds = await rejectedOf(services.store.writePool, chunk.tenantId, key);
  const duplicates = chunk.countOf(endsOf(earlier)) - rejectedIds.length;
  const foldable = earlier.folded
    ? null
    : await recountBatch(
        services.store,
        await services.rules.readerOf(chunk.tenantId),
        chunk.tenantId,
        earlier.batchId,
      );
  return { outcome: { accepted: 0, duplicates, rejectedIds, newSignatureIds: [] }, foldable };
}

const refusedAgain = (rejectedId: string): Written => ({
  outcome: { accepted: 0, duplicates: 0, rejectedIds: [rejectedId], newSignatureIds: [] },
  foldable: null,
});
