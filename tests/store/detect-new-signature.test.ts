// Notes of what was never seen before: by event time, and corrected by what comes late.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Severity } from '../../src/domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../../src/domain/time.ts';
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

const event = (us: Micros, signature: string, host: string | null = 'web-1'): WorldEvent => ({
  us,
  signature: `v1:${signature}`,
  host,
  severity: Severity.NOTICE,
  message: `${signature} happened`,
});

const notes = () =>
  tenant.rows(
    `select identity, severity, score, text, entity from signal
      where tenant_id = $1 and kind = 'NEW_SIGNATURE' order by identity`,
  );

it('notes a signature first seen a day after the first event or later, as a note and no more', async () => {
  await tenant.deliver([event(T0, 'old'), event(T0 + US_PER_DAY - 1, 'early')]);
  await tenant.deliver([event(T0 + US_PER_DAY, 'new'), event(T0 + US_PER_DAY, 'old')]);
  expect(await notes()).toEqual([
    {
      identity: 'NEW_SIGNATURE:v1:new',
      severity: Severity.INFO,
      score: 0,
      text: '«new happened» was seen for the first time on web-1, 2026-03-03 00:00 UTC',
      entity: 'web-1',
    },
  ]);
  expect(await tenant.rows(`select 1 from candidate where tenant_id = $1`)).toEqual([]);
});

it('is dated anew by an earlier event, and goes when that one lies in the first day', async () => {
  await tenant.deliver([event(T0, 'old'), event(T0 + 3 * US_PER_DAY, 'new')]);
  await tenant.deliver([event(T0 + 2 * US_PER_DAY, 'new', 'db-1')]);
  expect(await notes()).toMatchObject([
    { text: '«new happened» was seen for the first time on db-1, 2026-03-04 00:00 UTC' },
  ]);
  const { announcements } = await tenant.deliver([event(T0 + US_PER_HOUR, 'new')]);
  expect(await notes()).toEqual([]);
  expect(announcements).toContainEqual(expect.objectContaining({ topic: 'signal', kind: 'REMOVED' }));
});

it('shows once older events prove that the tenant was watched for long enough', async () => {
  await tenant.deliver([event(T0, 'a'), event(T0 + US_PER_MINUTE, 'b')]);
  expect(await notes()).toEqual([]);
  await tenant.deliver([event(T0 - US_PER_DAY, 'older')]);
  expect(await notes()).toMatchObject([
    { identity: 'NEW_SIGNATURE:v1:a' },
    { identity: 'NEW_SIGNATURE:v1:b' },
  ]);
});

it('says nothing again when it comes again', async () => {
  await tenant.deliver([event(T0, 'old'), event(T0 + US_PER_DAY, 'new')]);
  const { announcements } = await tenant.deliver([
    event(T0 + US_PER_DAY, 'new'),
    event(T0 + US_PER_DAY, 'new'),
  ]);
  expect(announcements).toEqual([]);
});
