// Silences as the detection stage stores them: in event time, whatever the order of what comes.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { US_PER_MINUTE } from '../../src/domain/time.ts';
import { beatsOf, openWorld, type Tenant, type World, type WorldEvent } from '../support/detection.ts';
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

const beats = (host: string, from: number, minutes: number): WorldEvent[] =>
  beatsOf(host, T0 + from * US_PER_MINUTE, minutes);

const signals = () =>
  tenant.rows<{ identity: string; ended: string | null }>(
    `select kind, entity, text, to_char(observed_at at time zone 'UTC', 'HH24:MI') as observed,
            to_char(ended_at at time zone 'UTC', 'HH24:MI') as ended
       from signal where tenant_id = $1 and kind in ('SILENCE', 'RECOVERY') order by kind, observed_at, entity`,
  );

it('an asset falls silent while the others go on, and recovers', async () => {
  await tenant.deliver([...beats('web-1', 0, 60), ...beats('db-1', 0, 69)]);
  expect(await signals()).toEqual([]);
  const { announcements } = await tenant.deliver(beats('db-1', 69, 1));
  expect(announcements.map(({ topic, kind }) => `${topic} ${kind}`)).toContain('signal CREATED');
  expect(await signals()).toEqual([
    {
      kind: 'SILENCE',
      entity: 'web-1',
      text: 'web-1 fell silent: nothing since 2026-03-02 01:00 UTC; usually something comes every minute',
      observed: '01:00',
      ended: null,
    },
  ]);
  await tenant.deliver([...beats('db-1', 70, 60), ...beats('web-1', 120, 10)]);
  expect(await signals()).toMatchObject([
    { kind: 'RECOVERY', entity: 'web-1', observed: '02:00', ended: null },
    { kind: 'SILENCE', entity: 'web-1', observed: '01:00', ended: '02:00' },
  ]);
});

it('a tenant of which nothing at all is heard falls silent as time passes', async () => {
  await tenant.deliver([...beats('web-1', 0, 60), ...beats('db-1', 0, 55)]);
  const { announcements } = await tenant.passTime(T0 + 68 * US_PER_MINUTE);
  expect(announcements.map((a) => `${a.topic} ${a.kind}`)).toEqual(['signal CREATED', 'candidate CREATED']);
  expect((await tenant.passTime(T0 + 68 * US_PER_MINUTE)).announcements).toEqual([]);
  await tenant.passTime(T0 + 600 * US_PER_MINUTE);
  expect(await signals()).toMatchObject([
    { entity: 'db-1', observed: '00:55' },
    { entity: 'web-1', observed: '01:00' },
  ]);
});

it('events that come late fill the silence, and what was announced is taken back', async () => {
  await tenant.deliver([...beats('web-1', 0, 60), ...beats('db-1', 0, 120)]);
  expect(await signals()).toHaveLength(1);
  const { announcements } = await tenant.deliver(beats('web-1', 60, 60));
  expect(announcements.map(({ topic, kind }) => `${topic} ${kind}`)).toContain('signal REMOVED');
  expect(await signals()).toEqual([]);
});

it('a late event in the midst of a silence parts it', async () => {
  await tenant.deliver([...beats('web-1', 0, 60), ...beats('web-1', 200, 20), ...beats('db-1', 0, 220)]);
  await tenant.deliver(beats('web-1', 120, 1));
  expect(await signals()).toMatchObject([
    { kind: 'RECOVERY', observed: '02:00' },
    { kind: 'RECOVERY', observed: '03:20' },
    { kind: 'SILENCE', observed: '01:00', ended: '02:00' },
    { kind: 'SILENCE', observed: '02:01', ended: '03:20' },
  ]);
});

it('what somebody acknowledged stays, whatever comes late', async () => {
  await tenant.deliver([...beats('web-1', 0, 60), ...beats('db-1', 0, 120)]);
  await tenant.rows('update signal set acknowledged = true where tenant_id = $1 returning 1');
  await tenant.deliver(beats('web-1', 60, 60));
  expect(await signals()).toHaveLength(1);
});
