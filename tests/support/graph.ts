// The graph on a database of its own, without HTTP, with a log of every statement that it reads by.
import { type ExecutionResult, type GraphQLSchema, graphql } from 'graphql';
import { ANOMALY_THRESHOLD } from '../../src/domain/anomaly.ts';
import type { Caller } from '../../src/domain/caller.ts';
import { silentLogger } from '../../src/domain/logger.ts';
import type { GraphServices } from '../../src/graph/context.ts';
import { buildSchema } from '../../src/graph/schema.ts';
import { INCIDENT_ACTIVE_US } from '../../src/pipeline/incidents/statuses.ts';
import { AnomalyScoring } from '../../src/pipeline/scoring/scoring.ts';
import { localVerdicts } from '../../src/pipeline/scoring/verdict-changes.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { createTestDatabase } from './database.ts';
import { TestClock } from './pipeline.ts';

export interface TestGraph {
  readonly schema: GraphQLSchema;
  readonly services: GraphServices;
  readonly store: Store;
  readonly clock: TestClock;
  /** The texts of the statements of the latest `run`. */
  readonly statements: readonly string[];
  run(caller: Caller, source: string, variables?: Record<string, unknown>): Promise<ExecutionResult>;
  /** The data; throws where there are errors. */
  data<T = Record<string, never>>(
    caller: Caller,
    source: string,
    variables?: Record<string, unknown>,
  ): Promise<T>;
  close(): Promise<void>;
}

/** Without a pipeline and a feed: for what only reads. */
export async function startTestGraph(at = '2026-03-10T12:00:00Z'): Promise<TestGraph> {
  const database = await createTestDatabase();
  const store = openStore(database.target);
  const clock = new TestClock(at);
  const statements: string[] = [];
  const schema = buildSchema();
  const scoring = new AnomalyScoring({
    store,
    clock,
    logger: silentLogger,
    verdicts: localVerdicts({
      store,
      clock,
      incidentActiveUs: INCIDENT_ACTIVE_US,
      anomalyThreshold: ANOMALY_THRESHOLD,
    }),
    anomalyThreshold: ANOMALY_THRESHOLD,
    batch: 1,
    model: null,
  });
  const services = { store: logged(store, statements), clock, scoring } as unknown as GraphServices;
  const run = async (caller: Caller, source: string, variableValues?: Record<string, unknown>) => {
    statements.length = 0;
    return graphql({ schema, source, variableValues, contextValue: { services, caller } });
  };
  return {
    schema,
    services,
    store,
    clock,
    statements,
    run,
    async data<T>(caller: Caller, source: string, variables?: Record<string, unknown>) {
      const { data, errors } = await run(caller, source, variables);
      if (errors) throw new Error(errors.map((e) => e.stack ?? e.message).join('\n'));
      return data as T;
    },
    async close() {
      await store.close();
      await database.drop();
    },
  };
}

/** The store, with each statement of its reader written to `log`. */
function logged(store: Store, log: string[]): Store {
  const read = new Proxy(store.read, {
    apply(target, self, [strings, ...values]) {
      if (Array.isArray(strings) && 'raw' in strings) log.push(strings.join('$'));
      return Reflect.apply(target, self, [strings, ...values]);
    },
    get(target, name) {
      if (name !== 'unsafe') return Reflect.get(target, name);
      return (text: string, ...rest: never[]) => {
        log.push(text);
        return target.unsafe(text, ...rest);
      };
    },
  });
  return { ...store, read };
}
