// The composition root: settings → database → store → pipeline → live → http, and the way back.
import { OperationTypeNode } from 'graphql';
import { CONNECTOR_KINDS } from './connectors/kinds.ts';
import { openSources, type Sources } from './connectors/sources.ts';
import type { Caller } from './domain/caller.ts';
import { UnavailableError } from './domain/errors.ts';
import type { GraphContext, GraphServices } from './graph/context.ts';
import { buildSchema } from './graph/schema.ts';
import { checkReadiness } from './http/health.ts';
import { type HttpServer, startHttpServer } from './http/server.ts';
import { Callers } from './http/tenants.ts';
import { ChangeFeed } from './live/feed.ts';
import { startPruning } from './live/prune.ts';
import { modelOfSettings } from './model-of-settings.ts';
import { AnomalyScoring } from './pipeline/scoring/scoring.ts';
import { openRuntime, type Runtime, type RuntimeOptions } from './runtime.ts';
import type { Settings } from './settings.ts';
import { openReader, type Store } from './store/store.ts';

export interface RunningServer {
  /** Where it listens, e.g. `http://127.0.0.1:4000`. */
  readonly address: string;
  readonly runtime: Runtime;
  readonly feed: ChangeFeed;
  readonly sources: Sources;
  /** Finishes what is in work, then stops everything that was started. Calling it again waits for the same end. */
  close(): Promise<void>;
}

const BYTES_PER_MB = 1024 * 1024;
const READ_CONNECTIONS = 8;
/** How long a query waits for events that were acknowledged before it to be counted. */
const SETTLE_MS = 1_000;

/** Throws UnavailableError or SettingsError that says what to do where it cannot start. */
export async function startServer(
  settings: Settings,
  options: Omit<RuntimeOptions, 'actor'>,
): Promise<RunningServer> {
  const runtime = await openRuntime(settings, options);
  const { store, logger } = runtime;
  const feed = new ChangeFeed({ store, onFault: (error) => runtime.onConnectionLost(error) });
  const pruning = startPruning(store, settings.resumeHours, logger);
  const replica = openReplica(settings, store);
  const sources = openSources({ ...runtime, kinds: CONNECTOR_KINDS });
  const scoring = openScoring(runtime);
  const stop = async (http: HttpServer | null) => {
    await sources.close();
    await http?.close();
    pruning.stop();
    await scoring.close();
    await feed.close();
    await replica.close();
    await runtime.close();
  };
  const http = await listen(runtime, { feed, sources, scoring }, replica.store).catch(async (error) => {
    await stop(null);
    throw error;
  });
  if (settings.sourcesFile !== undefined)
    await sources.applyFile(settings.sourcesFile).catch(async (error) => {
      await stop(http);
      throw error;
    });
  sources.start();
  scoring.start();
  runtime.pipeline.warmUp();
  const address = urlOf(http);
  logger.info({ address: `${address}/graphql` }, 'listening');
  let closing: Promise<void> | null = null;
  return {
    address,
    runtime,
    feed,
    sources,
    close() {
      closing ??= stop(http);
      return closing;
    },
  };
}

async function listen(
  runtime: Runtime,
  parts: Pick<GraphServices, 'feed' | 'sources' | 'scoring'>,
  queryStore: Store,
): Promise<HttpServer> {
  const { settings, store, pipeline, clock, logger } = runtime;
  const services = { store, clock, pipeline, ...parts };
  const queryServices = { ...services, store: queryStore };
  const contextOf = (caller: Caller, operation: OperationTypeNode): GraphContext => ({
    services: operation === OperationTypeNode.QUERY ? queryServices : services,
    caller,
  });
  try {
    return await startHttpServer({
      host: settings.host,
      port: settings.port,
      allowedHosts: settings.allowedHosts,
      limitBytes: settings.bodyLimitMb * BYTES_PER_MB,
      deliveries: parts.sources,
      schema: buildSchema(),
      callers: new Callers(store),
      contextOf,
      settled: (tenantId) => pipeline.settle(tenantId, SETTLE_MS),
      readiness: () => checkReadiness({ store, pipeline }),
      logger,
    });
  } catch (error) {
    throw explainListen(error as NodeJS.ErrnoException, settings);
  }
}

/** The model's pass, after each count. */
function openScoring({ settings, store, clock, logger, pipeline }: Runtime): AnomalyScoring {
  const scoring = new AnomalyScoring({
    store,
    clock,
    logger,
    verdicts: pipeline.verdicts,
    anomalyThreshold: settings.anomalyThreshold,
    batch: settings.anomalyBatch,
    model: modelOfSettings(settings),
  });
  pipeline.onCounted(() => scoring.wake());
  return scoring;
}

/** Queries may read from a replica; mutations and subscriptions read what was just committed. */
function openReplica(settings: Settings, store: Store): { store: Store; close(): Promise<void> } {
  if (settings.databaseReadUrl === undefined) return { store, close: async () => {} };
  const read = openReader({ connectionString: settings.databaseReadUrl }, READ_CONNECTIONS);
  return { store: { ...store, read }, close: () => read.end({ timeout: 5 }) };
}

function explainListen(error: NodeJS.ErrnoException, { host, port }: Settings): Error {
  if (error.code === 'EADDRINUSE')
    return new UnavailableError(
      `Port ${port} of ${host} is in use, maybe by another Mnemograph. End that, or choose another with MNEMOGRAPH_PORT.`,
    );
  if (error.code === 'EACCES')
    return new UnavailableError(
      `This user may not listen on port ${port}. Choose one above 1023 with MNEMOGRAPH_PORT.`,
    );
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new UnavailableError(`${host} is no address of this machine. Correct MNEMOGRAPH_HOST.`);
  return error;
}

const urlOf = ({ host, port }: HttpServer): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
