// The door of one source into the pipeline: what it takes is committed when it answers, what cannot be taken is kept.
import type { Caller } from '../domain/caller.ts';
import type { Logger } from '../domain/logger.ts';
import type { Clock } from '../domain/time.ts';
import type { IngestEventsInput, IngestLinesInput, IngestOutcome, Via } from '../pipeline/input.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { UpsertAssetInput } from '../review/upsert-asset.ts';
import type { Checkpoint, Checkpoints } from '../store/checkpoints.ts';
import type { RejectedReason } from '../store/rejected.ts';
import type { Loss } from '../store/sources.ts';

/** What is needed of a source to open its intake. */
export interface SourceRef {
  readonly tenantId: number;
  readonly tenantSlug: string;
  readonly name: string;
}

export interface IntakeOptions {
  readonly caller: Caller;
  readonly via: Via;
  readonly sourceType: IngestLinesInput['sourceType'];
  readonly pipeline: Pipeline;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly upsertAsset: (caller: Caller, input: UpsertAssetInput) => Promise<void>;
  readonly reasons: (tenantId: number, rejectedIds: readonly string[]) => Promise<RejectedReason[]>;
  /** Notes what went wrong on the source's row. */
  readonly onFault: (message: string) => Promise<void>;
  /** Notes on the source what it lost. */
  readonly onLoss: (loss: Loss) => Promise<void>;
}

export interface Intake {
  /** The source's name, unique within its tenant. */
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Throws RetryLaterError where the server is full: send the same again. */
  lines(input: Omit<IngestLinesInput, 'sourceType'> & Partial<IngestLinesInput>): Promise<IngestOutcome>;
  events(input: IngestEventsInput): Promise<IngestOutcome>;
  /** Payloads as JSON text, each mapped into events; one that cannot be mapped is kept, with the reason. */
  payloads(payloads: readonly string[]): Promise<IngestOutcome>;
  /** What is known of a host or device. */
  asset(input: UpsertAssetInput): Promise<void>;
  /** Why inputs were rejected, by their positions. */
  reasons(rejectedIds: readonly string[]): Promise<RejectedReason[]>;
  /** For the source's page; the connector goes on. */
  fault(message: string): Promise<void>;
  /** For the answers that it makes uncertain, and for the source's page. */
  loss(loss: Loss): Promise<void>;
  checkpoint(key: string): Promise<Checkpoint | null>;
  /** By key, of all keys that begin with `prefix`. */
  checkpoints(prefix: string): Promise<Map<string, Checkpoint>>;
  forgetCheckpoint(key: string): Promise<void>;
  saveCheckpoint(key: string, value: Checkpoint): Promise<void>;
}

export function openIntake(options: IntakeOptions): Intake {
  const { caller, via, pipeline, checkpoints, clock } = options;
  const logger = withSource(options.logger, caller, via);
  return {
    name: via.name,
    clock,
    logger,
    lines: (input) => pipeline.ingestLines(caller, { sourceType: options.sourceType, ...input }, via),
    events: (input) =>
      pipeline.ingestEvents(
        caller,
        {
          ...input,
          events: input.events.map((event) => ({
            ...event,
            sourceType: event.sourceType ?? options.sourceType,
          })),
        },
        via,
      ),
    payloads: (payloads) => pipeline.ingestPayloads(caller, { payloads, mayBeResent: true }, via),
    asset: (input) => options.upsertAsset(caller, input),
    reasons: (rejectedIds) => options.reasons(caller.tenantId, rejectedIds),
    async fault(message) {
      logger.warn({ reason: message }, 'a source has a fault');
      await options.onFault(message);
    },
    async loss(loss) {
      logger.warn({ lost: loss.lost, reason: loss.reason }, 'a source lost inputs');
      await options.onLoss(loss);
      await options.onFault(`${loss.lost} inputs were lost: ${loss.reason}`);
    },
    checkpoint: (key) => checkpoints.load(caller.tenantId, via.name, key),
    checkpoints: (prefix) => checkpoints.list(caller.tenantId, via.name, prefix),
    forgetCheckpoint: (key) => checkpoints.remove(caller.tenantId, via.name, key),
    saveCheckpoint: (key, value) => checkpoints.save(caller.tenantId, via.name, key, value),
  };
}

function withSource(logger: Logger, caller: Caller, via: Via): Logger {
  const source = { tenant: caller.tenantSlug, source: via.name, connector: via.connector };
  return {
    info: (details, message) => logger.info({ ...source, ...details }, message),
    warn: (details, message) => logger.warn({ ...source, ...details }, message),
    error: (details, message) => logger.error({ ...source, ...details }, message),
  };
}
