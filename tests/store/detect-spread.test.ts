// SPREAD on a real database: windows, what is usual, and what late events make of both.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Severity } from '../../src/domain/severity.ts';
import { US_PER_DAY, US_PER_MINUTE } from '../../src/domain/time.ts';
import { openWorld, type Tenant, type World, type WorldEvent } from '../support/detection.ts';
import { at } from '../support/detection-rows.ts';

const T0 = at('2026-03-02T00:00:00Z');

let world: World;
let tenant: Tenant;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  tenant = await world.tenant();
});
afterAll(() => world.close());

const event = (minute: number, host: string, signature = 'v1:oom'): WorldEvent => ({
  us: T0 + minute * US_PER_MINUTE,
  signature,
  host,
  severity: Severity.WARNING,
  message: 'memory is short',
});
const outbreak = (minute: number, hosts: number) =>
  Array.from({ length: hosts }, (_, i) => event(minute + i, `web-${i}`));
const groups = () =>
  tenant.rows<{ assets: number; usual: number; minute: number; linked: number }>(
    `select (metadata ->> 'assets')::int as assets, (metadata ->> 'usual')::int as usual,
            (extract(epoch from start_at)::bigint / 60 - ${T0 / US_PER_MINUTE})::int as minute,
            (select count(*)::int from group_asset x where (x.tenant_id, x.group_id) = (g.tenant_id, g.group_id)) as linked
       from correlation_group g where tenant_id = $1 and group_type = 'SPREAD' order by start_at`,
  );
const candidates = () =>
  tenant.rows<{ assets: number; groups: number }>(
    `select (metadata ->> 'assets')::int as assets,
            (select count(*)::int from candidate_group x where (x.tenant_id, x.candidate_id) = (c.tenant_id, c.candidate_id)) as groups
       from candidate c where tenant_id = $1 and type = 'SPREAD' and not withdrawn and redirected_to_id is null`,
  );

it('shows with the third host, and grows with the fourth', async () => {
  await tenant.deliver(outbreak(0, 2));
  expect(await candidates()).toEqual([]);
  await tenant.deliver([event(5, 'db-1')]);
  expect(await candidates()).toEqual([{ assets: 3, groups: 1 }]);
  await tenant.deliver([event(6, 'db-2')]);
  expect(await groups()).toEqual([{ assets: 4, usual: 0, minute: 0, linked: 4 }]);
  expect(await candidates()).toEqual([{ assets: 4, groups: 1 }]);
});

it('does not show one chatty host', async () => {
  await tenant.deliver(Array.from({ length: 300 }, (_, i) => event(i % 60, 'web-0')));
  expect(await groups()).toEqual([]);
});

it('moves to the first event of its window when that comes late', async () => {
  await tenant.deliver([event(10, 'web-1'), event(11, 'web-2'), event(12, 'web-3')]);
  await tenant.deliver([event(3, 'web-0')]);
  expect(await groups()).toMatchObject([{ minute: 3, assets: 4 }]);
  expect(await candidates()).toHaveLength(1);
});

it('knows what is usual from the 95th percentile of the seven days before', async () => {
  const hourly = Array.from({ length: 7 * 24 }, (_, hour) => outbreak(hour * 60, 3)).flat();
  await tenant.deliver(hourly);
  const before = await groups();
  const week = 7 * 24 * 60;
  await tenant.deliver(outbreak(week, 3));
  expect(await groups()).toEqual(before);
  await tenant.deliver(outbreak(week + 60, 4));
  expect((await groups()).at(-1)).toMatchObject({ minute: week + 60, assets: 4, usual: 3 });
});

it('is taken back when late events show that it was usual', async () => {
  const day = US_PER_DAY / US_PER_MINUTE;
  await tenant.deliver([event(-7 * day, 'web-0', 'v1:other'), ...outbreak(0, 3)]);
  expect(await candidates()).toHaveLength(1);
  const daysBefore = Array.from({ length: 40 }, (_, i) => outbreak(-6 * day + i * 60, 5)).flat();
  await tenant.deliver(daysBefore);
  expect((await groups()).some((g) => g.minute === 0)).toBe(false);
});
