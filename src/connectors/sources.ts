// The room's door: configures sources, runs those that listen, follow or poll, and takes what senders post.
import type { Caller } from '../domain/caller.ts';
import type { Delivery, Reply } from '../domain/delivery.ts';
import { NotFoundError } from '../domain/errors.ts';
import type { Logger } from '../domain/logger.ts';
import type { Clock } from '../domain/time.ts';
import { Gate } from '../pipeline/gate.ts';
import type { IngestOutcome } from '../pipeline/input.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { upsertAsset } from '../review/upsert-asset.ts';
import { checkpointsOf } from '../store/checkpoints.ts';
import { rejectedReasons } from '../store/rejected.ts';
import { findSource, noteFault, noteLoss } from '../store/sources.ts';
import type { Store } from '../store/store.ts';
import { ensureTenant } from '../store/tenants.ts';
import type { ConnectorKind } from './contract.ts';
import { deliver } from './deliver.ts';
import { type Intake, openIntake, type SourceRef } from './intake.ts';
import { applySourcesFile } from './sources-file.ts';
import { Supervisor } from './supervisor.ts';
import { alertKind, type SourceUpserted, type UpsertSourceInput, upsertSource } from './upsert-source.ts';

export type { SourceUpserted };

export interface SourcesOptions {
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly kinds: readonly ConnectorKind[];
}

export interface Alert {
  readonly connector: string;
  /** Null: the connector's own. */
  readonly source?: string | null | undefined;
  readonly payload: string;
}

export interface Sources {
  readonly kinds: readonly ConnectorKind[];
  upsert(caller: Caller, input: UpsertSourceInput): Promise<SourceUpserted>;
  /** Configures what a file lists. Throws ValidationError that names the place in it. */
  applyFile(path: string): Promise<void>;
  /** The payload of one alert as JSON text. Throws ValidationError for a connector that maps none. */
  ingestAlert(caller: Caller, alert: Alert): Promise<IngestOutcome>;
  /** null: no connector answers here. `isOwnPage`: neither another site nor another name brought the request. */
  deliver(delivery: Delivery, isOwnPage: boolean): Promise<Reply | null>;
  /** Whether a connector answers this method and path. */
  accepts(method: string, path: string): boolean;
  /** Runs what is configured; changes are taken up within a second or two. */
  start(): void;
  /** Where the running source listens; null: it does not run here. */
  addressOf(tenantId: number, name: string): string | null;
  close(): Promise<void>;
}

/** Of what senders post, as long as it is not stored. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

export function openSources(options: SourcesOptions): Sources {
  const { store, pipeline, clock, logger, kinds } = options;
  const checkpoints = checkpointsOf(store);
  const intakeOf = (kind: ConnectorKind, ref: SourceRef): Intake =>
    openIntake({
      caller: { tenantId: ref.tenantId, tenantSlug: ref.tenantSlug, actor: `source ${ref.name}` },
      via: { name: ref.name, connector: kind.kind },
      sourceType: kind.sourceType,
      pipeline,
      checkpoints,
      clock,
      logger,
      async upsertAsset(caller, input) {
        await upsertAsset({ store, clock, caller }, input);
      },
      reasons: (tenantId, ids) => rejectedReasons(store.writePool, tenantId, ids),
      onFault: (message) => noteFault(store, ref.tenantId, ref.name, message, clock.nowUs()),
      onLoss: (loss) => noteLoss(store, ref.tenantId, ref.name, loss),
    });
  const gate = new Gate({ writers: Number.POSITIVE_INFINITY, maxInputs: MAX_WAITING_BYTES, unit: 'bytes' });
  const supervisor = new Supervisor({ store, kinds, logger, intakeOf });
  return {
    kinds,
    async upsert(caller, input) {
      const upserted = await upsertSource({ store, clock, caller }, kinds, input);
      supervisor.poke();
      return upserted;
    },
    applyFile: (path) =>
      applySourcesFile(path, async ({ tenant, ...input }) => {
        const tenantId = await ensureTenant(store, tenant);
        const caller = { tenantId, tenantSlug: tenant, actor: path };
        return upsertSource({ store, clock, caller }, kinds, input);
      }),
    async ingestAlert(caller, { connector, source, payload }) {
      const kind = alertKind(kinds, connector);
      const name = source ?? kind.kind;
      const row = await findSource(store, caller.tenantId, name);
      if (row === null ? source != null : row.connector !== kind.kind)
        throw new NotFoundError(
          `There is no source "${name}" of the connector "${kind.kind}". Make it with the mutation "upsertSource".`,
          ['input', 'source'],
        );
      return intakeOf(kind, { ...caller, name }).payloads([payload]);
    },
    deliver: (delivery, isOwnPage) => deliver({ store, kinds, intakeOf, gate }, delivery, isOwnPage),
    accepts: (method, path) => kinds.some((kind) => kind.receiver?.accepts(method, path) === true),
    start: () => supervisor.start(),
    addressOf: (tenantId, name) => supervisor.addressOf(tenantId, name),
    close: () => supervisor.close(),
  };
}
