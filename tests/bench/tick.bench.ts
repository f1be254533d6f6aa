// What one tick of detection costs, against how much is stored: busy series of many hosts, each touched in its newest
// minute, after 1 and 4 days of such minutes.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { US_PER_MINUTE } from '../../src/domain/time.ts';
import { detect, type Touched } from '../../src/pipeline/detect/detect.ts';
import type { Store } from '../../src/store/store.ts';
import { transaction } from '../../src/store/transaction.ts';
import { CLOCK, openWorld, type World } from '../support/detection.ts';
import { at } from '../support/detection-rows.ts';

const HOSTS = 20;
const SIGNATURES = 10;
const TICKS = 20;
const END = at('2026-03-20T00:00:00Z') / US_PER_MINUTE;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

async function seed(store: Store, tenantId: number, days: number): Promise<void> {
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
    END - days * 1_440,
    END,
  );
  await run(
    `insert into feature_bucket (tenant_id, signature_id, asset_id, minute, n, sourced, worst, first_us, last_us)
     select $1, s, h, m, 10 + (m * 7 + s + h) % 7, 10, case when s % 2 = 0 then 3 else 1 end,
            m * 60000000::bigint, m * 60000000::bigint + 50000000
       from generate_series(0, $2::int) s, generate_series(1, $3::int) h, generate_series($4::int, $5::int - 1) m`,
    SIGNATURES,
    HOSTS,
    END - days * 1_440,
    END,
  );
  await run(
    `insert into episode (tenant_id, signature_id, asset_id, start_at, end_at, event_count, sourced, worst)
     select $1, signature_id, asset_id, to_timestamp(min(minute) * 60.0), to_timestamp(max(minute) * 60.0 + 50),
            sum(n), sum(sourced), max(worst)
       from feature_bucket where tenant_id = $1 and signature_id <> 0
      group by signature_id, asset_id, (minute - $2::int) / 1440`,
    END - days * 1_440,
  );
  await store.writePool.query('analyze');
}

const TOUCH = `insert into feature_bucket as f (tenant_id, signature_id, asset_id, minute, n, sourced, worst, first_us, last_us)
  select $1, s, h, $4::int, 4, 4, 3, $4::bigint * 60000000, $4::bigint * 60000000 + 1
    from generate_series(0, $2::int) s, generate_series(1, $3::int) h
  on conflict (tenant_id, signature_id, asset_id, minute) do update set n = f.n + excluded.n`;

async function tick(store: Store, tenantId: number, minute: number): Promise<number> {
  const touched: Touched[] = [];
  for (let s = 1; s <= SIGNATURES; s++)
    for (let h = 1; h <= HOSTS; h++)
      touched.push({ signatureId: `${s}`, assetId: `${h}`, fromMinute: minute, toMinute: minute });
  await store.writePool.query(TOUCH, [tenantId, SIGNATURES, HOSTS, minute]);
  const began = performance.now();
  await transaction(store, ({ tx }) => detect(tx, { tenantId, touched, clock: CLOCK }));
  return performance.now() - began;
}

it(`a tick that touches ${HOSTS * SIGNATURES} busy series does not grow with what is stored`, async () => {
  const medians: number[] = [];
  for (const days of [1, 4]) {
    const tenant = await world.tenant();
    await seed(world.store, tenant.tenantId, days);
    const times: number[] = [];
    for (let i = 0; i < TICKS; i++)
      times.push(await tick(world.store, tenant.tenantId, END + Math.floor(i / 4)));
    times.sort((a, b) => a - b);
    const buckets = HOSTS * (SIGNATURES + 1) * days * 1_440;
    medians.push(times[TICKS / 2]!);
    console.log(
      `${buckets} buckets stored: median ${times[TICKS / 2]!.toFixed(0)} ms, worst ${times.at(-1)!.toFixed(0)} ms a tick`,
    );
  }
  expect(medians[1]! / medians[0]!).toBeLessThan(2);
});
