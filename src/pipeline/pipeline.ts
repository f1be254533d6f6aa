// The one way into the memory, as a table of contents: check, then chunk by chunk parse, sign, store; then count,
// detect, score and announce.
import type { Caller } from '../domain/caller.ts';
import { INCIDENT_ACTIVE_DAYS } from '../domain/incident-age.ts';
import type { Logger } from '../domain/logger.ts';
import { type Clock, US_PER_DAY } from '../domain/time.ts';
import { EventPartitions } from '../store/partitions.ts';
import { countAttempt, loadRejected, markReplayed } from '../store/rejected.ts';
import type { Store } from '../store/store.ts';
import { formBound } from './families/bound.ts';
import { FamilyLearner } from './families/learner.ts';
import { Folder, type FoldStatus } from './fold/folder.ts';
import { passTime } from './fold/pass-time.ts';
import { Gate } from './gate.ts';
import {
  CHUNK_SIZE,
  checkRequest,
  type IngestEventsInput,
  type IngestLinesInput,
  type IngestOutcome,
  joinOutcomes,
  NOTHING_INGESTED,
  type Via,
} from './input.ts';
import { prepareEvents } from './prepare-events.ts';
import { prepareLines } from './prepare-lines.ts';
import { type Ingest, replayRequest } from './replay.ts';
import { Signer } from './sign.ts';
import { sketchForms } from './sketch-forms.ts';
import { type Chunk, type WriteServices, writeChunk } from './write.ts';

export interface PipelineOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** null: keep everything. */
  readonly retentionDays: number | null;
  /** Default: {@link INCIDENT_ACTIVE_DAYS}. */
  readonly incidentActiveDays?: number;
  readonly maxQueuedInputs?: number;
  /** Forms of messages that are told apart per service; default: what the signature engine can bear. */
  readonly maxFormsPerPartition?: number;
}

export interface PipelineStatus extends FoldStatus {
  readonly queuedInputs: number;
}

export interface ReplayInput {
  /** Row ids; null: all that were not replayed yet, oldest first. */
  readonly ids: readonly string[] | null;
  readonly limit: number;
}

/** `tenantId` of the caller is never 0 here. */
export interface Pipeline extends Ingest {
  replayRejected(caller: Caller, input: ReplayInput): Promise<IngestOutcome>;
  /** Resolves when all that was acknowledged here is counted and looked at, or after `maxWaitMs`. */
  settle(tenantId: number, maxWaitMs?: number): Promise<void>;
  /** Looks for what shows by the passing of time alone; `start` has it done every minute. */
  passTime(): Promise<void>;
  status(): PipelineStatus;
  start(): Promise<void>;
  close(): Promise<void>;
}

const GRAPHQL: Via = { name: 'graphql', connector: 'graphql' };
const WRITERS = 3;
const MAX_QUEUED_INPUTS = 200_000;
const PARTITION_INTERVAL_MS = 3_600_000;
const TIME_INTERVAL_MS = 60_000;

export function createPipeline(options: PipelineOptions): Pipeline {
  const { store, clock, logger } = options;
  const partitions = new EventPartitions(store.writePool);
  const learner = new FamilyLearner();
  const incidentActiveUs = (options.incidentActiveDays ?? INCIDENT_ACTIVE_DAYS) * US_PER_DAY;
  const folder = new Folder({ store, clock, logger, learner, incidentActiveUs });
  const gate = new Gate({ writers: WRITERS, maxInputs: options.maxQueuedInputs ?? MAX_QUEUED_INPUTS });
  const services: WriteServices = {
    store,
    clock,
    partitions,
    signer: new Signer(store, formBound(learner, logger, options.maxFormsPerPartition)),
    retentionUs: options.retentionDays === null ? null : options.retentionDays * US_PER_DAY,
  };
  let partitionTimer: NodeJS.Timeout | undefined;
  let timeTimer: NodeJS.Timeout | undefined;
  let passing = Promise.resolve();
  const closing = new AbortController();
  let sketching: Promise<void> = Promise.resolve();

  /** Makes the coming days' partitions and drops those past the retention. */
  async function keepPartitions(): Promise<void> {
    const nowUs = clock.nowUs();
    await partitions.ensureAhead(nowUs);
    if (services.retentionUs === null) return;
    const dropped = await partitions.dropBefore(nowUs - services.retentionUs);
    if (dropped > 0) logger.info({ dropped }, 'partitions past the retention are dropped');
  }

  async function sketchOlder(): Promise<void> {
    try {
      const forms = await sketchForms(store, closing.signal);
      if (forms > 0) logger.info({ forms }, 'forms of an earlier version can be found by likeness now');
    } catch (err) {
      logger.error(
        { err },
        'older forms are not found by likeness: indexing them failed; the next start tries again',
      );
    }
  }

  async function ingest(tenantId: number, count: number, chunks: Iterable<Chunk>): Promise<IngestOutcome> {
    return gate.pass(count, async () => {
      let outcome = NOTHING_INGESTED;
      for (const chunk of chunks) {
        const written = await writeChunk(services, chunk);
        if (written.foldable !== null) folder.enqueue(tenantId, written.foldable);
        outcome = joinOutcomes(outcome, { ...written.outcome, replaySafe: true });
      }
      return outcome;
    });
  }

  const pipeline: Pipeline = {
    async ingestLines(caller, input, via = GRAPHQL, replayOf = null) {
      checkRequest('lines', input.lines.length, input.batchKey);
      const chunks = lineChunks({ tenantId: caller.tenantId, via, replayOf }, input);
      const outcome = await ingest(caller.tenantId, input.lines.length, chunks);
      return { ...outcome, replaySafe: input.batchKey != null };
    },

    async ingestEvents(caller, input, via = GRAPHQL, replayOf = null) {
      checkRequest('events', input.events.length, input.batchKey);
      const chunks = eventChunks({ tenantId: caller.tenantId, via, replayOf }, input);
      const outcome = await ingest(caller.tenantId, input.events.length, chunks);
      const allKeyed = input.events.every((event) => event.eventKey != null);
      return { ...outcome, replaySafe: input.batchKey != null || allKeyed };
    },

    async replayRejected(caller, { ids, limit }) {
      let outcome = NOTHING_INGESTED;
      for (const kept of await loadRejected(store.writePool, caller.tenantId, ids, limit)) {
        const replayed = await replayRequest(pipeline, caller, kept);
        if (replayed.rejectedIds.length === 0)
          await markReplayed(store.writePool, caller.tenantId, kept.id, clock.nowUs());
        else await countAttempt(store.writePool, caller.tenantId, kept.id);
        outcome = joinOutcomes(outcome, replayed);
      }
      return outcome;
    },

    settle: (tenantId, maxWaitMs) => folder.settle(tenantId, maxWaitMs),
    passTime: () => passTime({ store, clock, incidentActiveUs }, (tenantId) => folder.isBusy(tenantId)),
    status: () => ({ ...folder.status(), queuedInputs: gate.queuedInputs }),

    async start() {
      await keepPartitions();
      await folder.start();
      sketching = sketchOlder();
      partitionTimer = setInterval(() => {
        keepPartitions().catch((err) => logger.error({ err }, 'making and dropping partitions failed'));
      }, PARTITION_INTERVAL_MS);
      partitionTimer.unref();
      timeTimer = setInterval(() => {
        passing = passing
          .then(() => pipeline.passTime())
          .catch((err) => logger.error({ err }, 'looking for silences failed'));
      }, TIME_INTERVAL_MS);
      timeTimer.unref();
    },

    async close() {
      clearInterval(partitionTimer);
      clearInterval(timeTimer);
      await passing;
      closing.abort();
      await folder.close();
      await sketching;
    },
  };
  return pipeline;
}

/** The chunk that begins at `startIndex` of what `batchKey` names. */
const chunkKey = (batchKey: string | null | undefined, startIndex: number): string | null =>
  batchKey == null ? null : startIndex === 0 ? batchKey : `${batchKey}#${startIndex}`;

type ChunkOrigin = Pick<Chunk, 'tenantId' | 'via' | 'replayOf'>;

function* lineChunks(origin: ChunkOrigin, input: IngestLinesInput): Iterable<Chunk> {
  for (let at = 0; at < input.lines.length; at += CHUNK_SIZE) {
    const lines = input.lines.slice(at, at + CHUNK_SIZE);
    const startIndex = (input.startIndex ?? 0) + at;
    yield {
      ...origin,
      batchKey: chunkKey(input.batchKey, startIndex),
      startIndex,
      inputCount: lines.length,
      content: () => lines,
      prepare: ({ batchPrefix }, context) => prepareLines(input, lines, startIndex, batchPrefix, context),
    };
  }
}

function* eventChunks(origin: ChunkOrigin, input: IngestEventsInput): Iterable<Chunk> {
  for (let startIndex = 0; startIndex < input.events.length; startIndex += CHUNK_SIZE) {
    const events = input.events.slice(startIndex, startIndex + CHUNK_SIZE);
    yield {
      ...origin,
      batchKey: chunkKey(input.batchKey, startIndex),
      startIndex,
      inputCount: events.length,
      content: () => events.map((event) => JSON.stringify(event)),
      prepare: (identity, context) => prepareEvents(events, startIndex, identity, context),
    };
  }
}
