// Sends the sample through the pipeline like any other logs. Seeding again adds nothing: the batch key names the day
// of the first seeding, and that day's sample is what is sent again.
import type { Caller } from '../../domain/caller.ts';
import { type Clock, formatMicros, type Micros, parseMicros } from '../../domain/time.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Store } from '../../store/store.ts';
import { anchorOf, sampleLines } from './sample.ts';

/** What the keys of the sample's batches begin with; `v1` changes with the sample's text. */
export const DEMO_BATCHES = 'demo:v1:';

const VIA = { name: 'demo', connector: 'demo' };
const SETTLE_MS = 60_000;

export interface SeedServices {
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
}

export interface Seeding {
  /** The midnight at which the sample ends. */
  readonly anchorUs: Micros;
  readonly lines: number;
  /** 0 when the sample was there already. */
  readonly accepted: number;
  readonly rejected: number;
}

/** Resolves when the sample is stored, counted and looked at. */
export async function seedSample(services: SeedServices, caller: Caller): Promise<Seeding> {
  const { store, pipeline, clock } = services;
  const anchorUs = (await earlierAnchor(store, caller.tenantId)) ?? anchorOf(clock.nowUs());
  const lines = sampleLines(anchorUs);
  const outcome = await pipeline.ingestLines(
    caller,
    {
      lines,
      sourceType: 'SYSLOG',
      sourcePath: '/var/log/larkspur.log',
      batchKey: `${DEMO_BATCHES}${formatMicros(anchorUs).slice(0, 10)}`,
    },
    VIA,
  );
  await pipeline.settle(caller.tenantId, SETTLE_MS);
  return {
    anchorUs,
    lines: lines.length,
    accepted: outcome.accepted,
    rejected: outcome.rejectedIds.length,
  };
}

async function earlierAnchor(store: Store, tenantId: number): Promise<Micros | null> {
  const rows = await store.read<{ key: string }[]>`
    select key from ingest_batch
     where tenant_id = ${tenantId} and key like ${`${DEMO_BATCHES}%`}
     order by key limit 1`;
  const day = rows[0]?.key.slice(DEMO_BATCHES.length, DEMO_BATCHES.length + 10);
  return day === undefined ? null : parseMicros(`${day}T00:00:00Z`);
}
