// What one tick of detection costs, against how much is stored: busy series of many hosts, each touched in its newest
// minute, after 10⁵, 10⁶ and 10⁷ events.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { US_PER_MINUTE } from '../../src/domain/time.ts';
import { detect, type Touched } from '../../src/pipeline/detect/detect.ts';
import type { Store } from '../../src/store/store.ts';
import { transaction } from '../../src/store/transaction.ts';
import { CLOCK, openWorld, type World } from '../support/detection.ts';
import { at } from '../support/detection-rows.ts';
import { cpuNow, findPostmaster } from './postgres-cpu.ts';

const HOSTS = 20;
const SIGNATURES = 10;
const TICKS = 20;
/** On average; see `seed`. */
const EVENTS_A_MINUTE = 13;
const END = at('2026-03-20T00:00:00Z') / US_PER_MINUTE;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

async function seed(store: Store, tenantId: number, minutes: number): Promise<void> {
  const run = (text: string, ...values: number[]) => store.writePool.query(text, [tenantId, ...values]);
  await run(
    `insert into asset (tenant_id, asset_id, hostname) select $1, h, 'host-' || h from generate_series(1, $2::int) h`,
    HOSTS,
  );
  await run(
    `insert into signature (tenant_id, signature_id, key, version, event_family, pattern, example_message,
                            first_seen_at, last_seen_at, worst_severity)
     select $1, s, 'v1:' || s, 1, 'bench', 'pattern ' || s, 'x', to_timestamp($3 * 60.0), to_timestamp($4 * 60.0),
            case when s % 2 = 0 then 3 else 1 end
       from generate_series(1, $2::int) s`,
    SIGNATURES,
    END - minutes,
    END,
  );
  await run(
    `insert into feature_bucket (tenant_id, signature_id, asset_id, minute, n, sourced, worst, first_us, last_us)
     select $1, s, h, m, 10 + (m * 7 + s + h) % 7, 10, case when s % 2 = 0 then 3 else 1 end,
            m * 60000000::bigint, m * 60000000::bigint + 50000000
       from generate_series(0, $2::int) s, generate_series(1, $3::int) h, generate_series($4::int, $5::int - 1) m`,
    SIGNATURES,
    HOSTS,
    END - minutes,
    END,
  );
  await run(
    `insert into episode (tenant_id, signature_id, asset_id, start_at, end_at, event_count, sourced, worst)
     select $1, signature_id, asset_id, to_timestamp(min(minute) * 60.0), to_timestamp(max(minute) * 60.0 + 50),
            sum(n), sum(sourced), max(worst)
       from feature_bucket where tenant_id = $1 and signature_id <> 0
      group by signature_id, asset_id, (minute - $2::int) / 1440`,
    END - minutes,
  );
  await store.writePool.query('analyze');
}

const TOUCH = `insert into feature_bucket as f (tenant_id, signature_id, asset_id, minute, n, sourced, worst, first_us, last_us)
  select $1, s, h, $4::int, 4, 4, 3, $4::bigint * 60000000, $4::bigint * 60000000 + 1
    from generate_series(0, $2::int) s, generate_series(1, $3::int) h
  on conflict (tenant_id, signature_id, asset_id, minute) do update set n = f.n + excluded.n`;

interface Cost {
  readonly ms: number;
  /** Of node and of the database. */
  readonly cpuMs: number;
}

async function tick(store: Store, tenantId: number, minute: number, postmasterPid: number): Promise<Cost> {
  const touched: Touched[] = [];
  for (let s = 1; s <= SIGNATURES; s++)
    for (let h = 1; h <= HOSTS; h++)
      touched.push({ signatureId: `${s}`, assetId: `${h}`, fromMinute: minute, toMinute: minute });
  await store.writePool.query(TOUCH, [tenantId, SIGNATURES, HOSTS, minute]);
  const began = performance.now();
  const { node, postgres } = cpuNow(postmasterPid);
  await transaction(store, ({ tx }) => detect(tx, { tenantId, touched, clock: CLOCK }));
  const after = cpuNow(postmasterPid);
  return {
    ms: performance.now() - began,
    cpuMs: (after.node - node + after.postgres - postgres) * 1_000,
  };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

it(`a tick that touches ${HOSTS * SIGNATURES} busy series does not grow with what is stored`, async () => {
  const costs: number[] = [];
  const postmasterPid = await findPostmaster(world.store.writePool);
  for (const events of [1e5, 1e6, 1e7]) {
    const tenant = await world.tenant();
    const minutes = Math.round(events / (HOSTS * SIGNATURES * EVENTS_A_MINUTE));
    await seed(world.store, tenant.tenantId, minutes);
    const ticks: Cost[] = [];
    for (let i = 0; i < TICKS; i++)
      ticks.push(await tick(world.store, tenant.tenantId, END + Math.floor(i / 4), postmasterPid));
    costs.push(ticks.reduce((sum, t) => sum + t.cpuMs, 0) / TICKS);
    console.log(
      `${events} events of ${minutes} minutes stored: ${costs.at(-1)!.toFixed(0)} ms of CPU a tick, ` +
        `median ${median(ticks.map((t) => t.ms)).toFixed(0)} ms, worst ${Math.max(...ticks.map((t) => t.ms)).toFixed(0)} ms`,
    );
  }
  // What is judged looks back for a day at most: beyond that a longer memory costs nothing.
  expect(costs[2]! / costs[1]!).toBeLessThan(2);
});
