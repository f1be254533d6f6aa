// A pipeline on a database of its own, with a clock that stands still until told otherwise.
import type { Caller } from '../../src/domain/caller.ts';
import { silentLogger } from '../../src/domain/logger.ts';
import { type Clock, type Micros, parseMicros, systemClock, US_PER_MS } from '../../src/domain/time.ts';
import { createPipeline, type Pipeline } from '../../src/pipeline/pipeline.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { ensureTenant } from '../../src/store/tenants.ts';
import { createTestDatabase } from './database.ts';

/** A clock that a test sets. */
export class TestClock implements Clock {
  #us: Micros;

  constructor(at: string) {
    this.#us = parseMicros(at) as Micros;
  }

  nowUs(): Micros {
    return this.#us;
  }

  set(at: string): void {
    this.#us = parseMicros(at) as Micros;
  }

  advanceMs(ms: number): void {
    this.#us += ms * US_PER_MS;
  }
}

export interface TestPipeline {
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly clock: TestClock;
  readonly caller: Caller;
  callerOf(slug: string): Promise<Caller>;
  /** A second pipeline on the same database, as another process would run it. */
  another(options?: { incidentActiveDays?: number; maxMovedEvents?: number }): Pipeline;
  close(): Promise<void>;
}

export async function startTestPipeline(
  options: {
    at?: string;
    /** By the system's clock, and so with a thread for counting and detection, as a server has it. */
    asServer?: boolean;
    retentionDays?: number | null;
    maxQueuedInputs?: number;
    maxFormsPerPartition?: number;
  } = {},
): Promise<TestPipeline> {
  const database = await createTestDatabase();
  const store = openStore(database.target);
  const clock = new TestClock(options.at ?? '2026-03-10T12:00:00Z');
  const create = (more: { incidentActiveDays?: number; maxMovedEvents?: number } = {}) =>
    createPipeline({
      store,
      clock: options.asServer === true ? systemClock : clock,
      foldThread: options.asServer === true,
      logger: silentLogger,
      retentionDays: options.retentionDays ?? null,
      ...(options.maxFormsPerPartition === undefined
        ? {}
        : { maxFormsPerPartition: options.maxFormsPerPartition }),
      ...more,
      ...(options.maxQueuedInputs === undefined ? {} : { maxQueuedInputs: options.maxQueuedInputs }),
    });
  const pipelines = [create()];
  const pipeline = pipelines[0] as Pipeline;
  await pipeline.start();
  const callerOf = async (slug: string): Promise<Caller> => ({
    tenantId: await ensureTenant(store, slug),
    tenantSlug: slug,
    actor: 'tester',
  });
  return {
    store,
    pipeline,
    clock,
    caller: await callerOf('default'),
    callerOf,
    another(more) {
      const added = create(more);
      pipelines.push(added);
      return added;
    },
    async close() {
      for (const each of pipelines) await each.close();
      await store.close();
      await database.drop();
    },
  };
}
