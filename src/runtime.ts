// What every command that touches the memory needs, opened in order: database, migrations, store, pipeline.
import { CONNECTOR_KINDS } from './connectors/kinds.ts';
import { payloadMapper } from './connectors/mapper.ts';
import type { Caller } from './domain/caller.ts';
import type { Logger } from './domain/logger.ts';
import { type Clock, systemClock } from './domain/time.ts';
import { createPipeline, type Pipeline } from './pipeline/pipeline.ts';
import type { Settings } from './settings.ts';
import { type EmbeddedServer, startEmbedded } from './store/embedded/launcher.ts';
import { migrate } from './store/migrate.ts';
import { openStore, type Store } from './store/store.ts';
import type { DatabaseTarget } from './store/target.ts';
import { ensureTenant } from './store/tenants.ts';
import { explainUnreachable } from './store/unreachable.ts';

export interface RuntimeOptions {
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Counting and detection run in a thread of their own. Default: where the clock is the system's. */
  readonly foldThread?: boolean;
  /** Who acts, where a verb's input does not say. */
  readonly actor?: string;
}

export interface Runtime {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly store: Store;
  readonly pipeline: Pipeline;
  /** null: DATABASE_URL names the server. */
  readonly embedded: EmbeddedServer | null;
  /** For whoever holds a connection of its own: an embedded database that was killed is started again. */
  onConnectionLost(error: Error): void;
  /** The caller who acts for this tenant, which is made when it does not exist. */
  callerFor(tenantSlug: string): Promise<Caller>;
  /** Waits for what is in work, then lets go of everything; the last user of the embedded database stops it. */
  close(): Promise<void>;
}

/** Throws UnavailableError that says what to do where the database cannot be used. */
export async function openRuntime(settings: Settings, options: RuntimeOptions): Promise<Runtime> {
  const { logger, clock = systemClock, actor = 'operator' } = options;
  const database = await openDatabase(settings);
  try {
    const { applied } = await migrateDatabase(database.target);
    logger.info({ migrations: applied, embedded: database.embedded !== null }, 'database ready');
    const onConnectionLost = reviver(database, logger);
    const store = openStore(database.target, { onConnectionError: onConnectionLost });
    const pipeline = createPipeline({
      store,
      clock,
      logger,
      retentionDays: settings.retentionDays ?? null,
      foldThread: options.foldThread ?? clock === systemClock,
      incidentActiveDays: settings.incidentActiveDays,
      anomalyThreshold: settings.anomalyThreshold,
      mapPayload: payloadMapper(store, CONNECTOR_KINDS),
      maxMovedEvents: settings.maxMovedEvents,
    });
    await pipeline.start();
    return {
      settings,
      logger,
      clock,
      store,
      pipeline,
      embedded: database.embedded,
      onConnectionLost,
      async callerFor(tenantSlug) {
        return { tenantId: await ensureTenant(store, tenantSlug), tenantSlug, actor };
      },
      async close() {
        await pipeline.close();
        await store.close();
        await database.release();
      },
    };
  } catch (error) {
    await database.release();
    throw error;
  }
}

export interface OpenDatabase {
  readonly target: DatabaseTarget;
  readonly embedded: EmbeddedServer | null;
  release(): Promise<void>;
}

/** The server of DATABASE_URL, or else the embedded one, started when it is not running. */
export async function openDatabase(settings: Settings): Promise<OpenDatabase> {
  if (settings.databaseUrl !== undefined)
    return {
      target: { connectionString: settings.databaseUrl },
      embedded: null,
      release: async () => {},
    };
  const embedded = await startEmbedded({ dataDir: settings.dataDir });
  return { target: embedded.target, embedded, release: () => embedded.release() };
}

/** Brings the schema up to date; says in one sentence why it cannot. */
export async function migrateDatabase(target: DatabaseTarget): Promise<{ applied: number; known: number }> {
  try {
    return await migrate(target);
  } catch (error) {
    throw explainUnreachable(error, target);
  }
}

// The embedded server may be killed; the first connection that notices starts it again.
function reviver(database: OpenDatabase, logger: Logger): (error: Error) => void {
  let reviving: Promise<void> | null = null;
  return (err) => {
    logger.warn({ reason: err.message }, 'a database connection was lost');
    if (database.embedded === null || reviving !== null) return;
    reviving = database.embedded
      .ensureRunning()
      .catch((error: Error) => logger.error({ err: error }, 'the embedded database cannot be started again'))
      .finally(() => {
        reviving = null;
      });
  };
}
