// /healthz: the process answers. /readyz: it can serve, or the reasons why not.

import { readMigrationState } from '../store/migrate.ts';
import type { Store } from '../store/store.ts';

/** One thing that must be well. `detail` says what is, in words. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface HealthSources {
  readonly store: Store;
  readonly pipeline: { status(): PipelineHealth };
}

export interface PipelineHealth {
  readonly pendingBatches: number;
  /** Since the oldest of them was stored. */
  readonly lagMs: number;
  readonly lastError: string | null;
}

const DATABASE_TIMEOUT_MS = 3_000;
const STUCK_AFTER_MS = 60_000;

export async function checkReadiness({ store, pipeline }: HealthSources): Promise<readonly Check[]> {
  const database = await checkDatabase(store);
  const migrations = database.ok ? [await checkMigrations(store)] : [];
  return [database, ...migrations, checkPipeline(pipeline.status())];
}

async function checkDatabase(store: Store): Promise<Check> {
  const name = 'database';
  try {
    await within(DATABASE_TIMEOUT_MS, store.read`select 1`);
    return { name, ok: true, detail: 'The database answers.' };
  } catch (error) {
    return { name, ok: false, detail: `The database does not answer: ${(error as Error).message}` };
  }
}

async function checkMigrations(store: Store): Promise<Check> {
  const name = 'migrations';
  try {
    const { applied, known } = await within(DATABASE_TIMEOUT_MS, readMigrationState(store.target));
    const ok = applied === known;
    const detail = ok
      ? `All ${known} migrations are applied.`
      : `${applied} of ${known} migrations are applied; run \`mnemograph migrate\` with the newest version.`;
    return { name, ok, detail };
  } catch (error) {
    return {
      name,
      ok: false,
      detail: `Cannot read the state of the migrations: ${(error as Error).message}`,
    };
  }
}

export function checkPipeline({ pendingBatches, lagMs, lastError }: PipelineHealth): Check {
  const ok = lagMs < STUCK_AFTER_MS;
  const waiting = `${pendingBatches} batches wait to be counted, the oldest for ${Math.round(lagMs / 1_000)} s.`;
  const because = lastError === null ? '' : ` Last error: ${lastError}`;
  return { name: 'pipeline', ok, detail: pendingBatches === 0 ? 'Nothing waits.' : `${waiting}${because}` };
}

async function within<T>(ms: number, work: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
