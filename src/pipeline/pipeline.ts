// The one way into the memory, as a table of contents: check, then chunk by chunk parse, sign, store; then count,
// detect, score and announce.

import { ANOMALY_THRESHOLD } from '../domain/anomaly.ts';
import { MAX_MOVED_EVENTS } from '../domain/bindings.ts';
import type { Caller } from '../domain/caller.ts';
import { ValidationError } from '../domain/errors.ts';
import { INCIDENT_ACTIVE_DAYS } from '../domain/incident-age.ts';
import type { Logger } from '../domain/logger.ts';
import { type Clock, systemClock, US_PER_DAY } from '../domain/time.ts';
import { Turns } from '../domain/turns.ts';
import { EventPartitions } from '../store/partitions.ts';
import { countAttempt, loadRejected, markReplayed } from '../store/rejected.ts';
import type { Store } from '../store/store.ts';
import { type ChunkOrigin, eventChunks, lineChunks, payloadChunks } from './chunks.ts';
import { formBound } from './families/bound.ts';
import { type Deciding, decide } from './families/decide.ts';
import { FamilyLearner } from './families/learner.ts';
import type { FoldRunner } from './fold/fold-runner.ts';
import { FoldThread } from './fold/fold-thread.ts';
import { Folder, type FoldStatus } from './fold/folder.ts';
import { LocalFolds } from './fold/local-folds.ts';
import { findPassing } from './fold/pass-time.ts';
import { Gate } from './gate.ts';
import { Housekeeping } from './housekeeping.ts';
import {
  checkRequest,
  type IngestOutcome,
  type IngestPayloadsInput,
  joinOutcomes,
  NOTHING_INGESTED,
  type Via,
} from './input.ts';
import {
  contentKey,
  type MappedPayload,
  mapPayload,
  type PayloadMapper,
  slotsOf,
} from './prepare-payloads.ts';
import { type Ingest, replayRequest } from './replay.ts';
import { RuleBooks } from './rules/rule-books.ts';
import type { VerdictChanges } from './scoring/verdict-changes.ts';
import { Signer } from './sign.ts';
import { type Chunk, type WriteServices, writeChunk } from './write.ts';

export interface PipelineOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** null: keep everything. */
  readonly retentionDays: number | null;
  /** Default: {@link INCIDENT_ACTIVE_DAYS}. */
  readonly incidentActiveDays?: number;
  /** From this score on an anomalous label is a detection; default: {@link ANOMALY_THRESHOLD}. */
  readonly anomalyThreshold?: number;
  /** Counting and detection run in a thread of their own; by the system's clock only. Default: here. */
  readonly foldThread?: boolean;
  /** How connectors map payloads; without it none is understood. */
  readonly mapPayload?: PayloadMapper;
  /** Events that one decision about signatures may move; default: {@link MAX_MOVED_EVENTS}. */
  readonly maxMovedEvents?: number;
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
  /** Runs a decision about signatures; what is refused, or only previewed, changes nothing. */
  decide<T>(caller: Caller, dryRun: boolean, work: (deciding: Deciding) => Promise<T>): Promise<T>;
  /** Looks for what shows by the passing of time alone; started, it is done every minute. */
  passTime(): Promise<void>;
  status(): PipelineStatus;
  /** Readies what the first events would wait for. */
  warmUp(): void;
  readonly verdicts: VerdictChanges;
  /** Calls `listener` after events of a tenant were counted here. */
  onCounted(listener: (tenantId: number) => void): void;
  start(): Promise<void>;
  close(): Promise<void>;
}

const GRAPHQL: Via = { name: 'graphql', connector: 'graphql' };
const WRITERS = 3;
const MAX_QUEUED_INPUTS = 200_000;
/** How long a decision waits for what is being counted, before it counts the rest itself. */
const SETTLE_MS = 10_000;

export function createPipeline(options: PipelineOptions): Pipeline {
  const { store, clock, logger } = options;
  const partitions = new EventPartitions(store.writePool);
  const learner = new FamilyLearner();
  const incidentActiveUs = (options.incidentActiveDays ?? INCIDENT_ACTIVE_DAYS) * US_PER_DAY;
  const rules = new RuleBooks(store, clock);
  const anomalyThreshold = options.anomalyThreshold ?? ANOMALY_THRESHOLD;
  const folding = { store, clock, learner, rules, incidentActiveUs, anomalyThreshold };
  const counted: ((tenantId: number) => void)[] = [];
  const runner = options.foldThread === true ? inThread() : new LocalFolds(folding);
  const folder = new Folder({
    store,
    clock,
    logger,
    runner,
    onCounted: (tenantId) => {
      for (const listener of counted) listener(tenantId);
    },
  });
  const maxMovedEvents = options.maxMovedEvents ?? MAX_MOVED_EVENTS;
  const gate = new Gate({ writers: WRITERS, maxInputs: options.maxQueuedInputs ?? MAX_QUEUED_INPUTS });
  const services: WriteServices = {
    store,
    clock,
    partitions,
    rules,
    signer: new Signer(store, formBound(learner, logger, options.maxFormsPerPartition)),
    retentionUs: options.retentionDays === null ? null : options.retentionDays * US_PER_DAY,
  };
  const housekeeping = new Housekeeping({ ...services, logger, passTime: () => pipeline.passTime() });

  function inThread(): FoldRunner {
    if (clock !== systemClock) throw new Error('a thread cannot go by a clock that is not the system’s');
    return new FoldThread({ target: store.target, incidentActiveUs, anomalyThreshold }, (err) =>
      logger.error({ err }, 'the thread that counts and detects died; it is started again'),
    );
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

    async ingestPayloads(caller, input, via, replayOf = null) {
      checkRequest('payloads', input.payloads.length, input.batchKey);
      const origin = { tenantId: caller.tenantId, via, replayOf };
      const mapped = await mapAll(origin, input, options.mapPayload ?? refusePayload, clock);
      const batchKey = input.batchKey ?? (input.mayBeResent === true ? await contentKey(via, mapped) : null);
      const chunks = payloadChunks(origin, batchKey, mapped);
      const outcome = await ingest(caller.tenantId, slotsOf(mapped), chunks);
      const allKeyed = mapped.every(({ events }) => events.every((event) => event.eventKey != null));
      return { ...outcome, replaySafe: batchKey !== null || allKeyed };
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
    async decide(caller, dryRun, work) {
      await folder.settle(caller.tenantId, SETTLE_MS);
      return decide({ ...folding, maxMovedEvents }, caller.tenantId, dryRun, work);
    },
    async passTime() {
      const { tenantIds, untilMinute } = await findPassing(store, clock);
      // Where events are on their way, they will tell better.
      for (const tenantId of tenantIds)
        if (!folder.isBusy(tenantId)) await runner.passTime(tenantId, untilMinute);
    },
    verdicts: runner,
    warmUp: () => runner.warmUp(),
    onCounted: (listener) => counted.push(listener),
    status: () => ({ ...folder.status(), queuedInputs: gate.queuedInputs }),

    async start() {
      await housekeeping.keepPartitions();
      await folder.start();
      housekeeping.start();
    },

    async close() {
      await housekeeping.stop();
      await folder.close();
    },
  };
  return pipeline;
}

async function refusePayload(_tenantId: number, via: Via): Promise<never> {
  throw new ValidationError(`Payloads of "${via.connector}" are not understood here.`);
}

async function mapAll(
  { tenantId, via }: ChunkOrigin,
  { payloads }: IngestPayloadsInput,
  mapper: PayloadMapper,
  clock: Clock,
): Promise<MappedPayload[]> {
  const receivedUs = clock.nowUs();
  const opening = mapper(tenantId, via);
  const map = async (payload: string) => (await opening)(payload, receivedUs);
  const mapped: MappedPayload[] = [];
  const turns = new Turns();
  for (const payload of payloads) {
    if (turns.isOver) await turns.next();
    mapped.push(await mapPayload(payload, () => map(payload)));
  }
  return mapped;
}
