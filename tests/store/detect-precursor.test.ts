// Precursors on a real database: which episodes count as signs of which failures, and what late events make of them.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Severity } from '../../src/domain/severity.ts';
import { US_PER_DAY, US_PER_MINUTE } from '../../src/domain/time.ts';
import { openWorld, type Tenant, type World, type WorldEvent } from '../support/detection.ts';
import { at } from '../support/detection-rows.ts';

const T0 = at('2026-03-02T00:00:00Z');
const DAY = US_PER_DAY / US_PER_MINUTE;

let world: World;
let tenant: Tenant;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  tenant = await world.tenant();
});
afterAll(() => world.close());

const event = (minute: number, signature: string, severity: Severity, host = 'db-1'): WorldEvent => ({
  us: T0 + minute * US_PER_MINUTE,
  signature: `v1:${signature}`,
  host,
  severity,
  message: signature,
});
const sign = (minute: number, host?: string) => event(minute, 'retry', Severity.NOTICE, host);
const failure = (minute: number, host?: string) => event(minute, 'halted', Severity.CRITICAL, host);
/** A failure a day, each led by `lead` minutes, and signs that led to nothing. */
const story = (failures: number, misses: number, lead = 14, hosts: [string?, string?] = []) => [
  ...Array.from({ length: failures }, (_, d) => [
    sign(d * DAY, hosts[0]),
    failure(d * DAY + lead, hosts[1]),
  ]).flat(),
  ...Array.from({ length: misses }, (_, d) => sign(d * DAY + 600, hosts[0])),
];
const candidates = () =>
  tenant.rows<{ subject: string; summary: string; score: number; confidence: number; groups: number }>(
    `select subject, summary, score, confidence from candidate c
      where tenant_id = $1 and type = 'PRECURSOR' and not withdrawn and redirected_to_id is null order by subject`,
  );

it('learns from what came before, and says how well that is supported', async () => {
  await tenant.deliver(story(7, 2));
  expect(await candidates()).toMatchObject([
    { subject: 'sig:v1:halted@v1:retry', summary: '7 of 9, median lead 14 min, base rate 4.7 %' },
  ]);
});

it('shows with the third failure, not before', async () => {
  await tenant.deliver(story(2, 0));
  expect(await candidates()).toEqual([]);
  await tenant.deliver([sign(2 * DAY), failure(2 * DAY + 14)]);
  expect(await candidates()).toHaveLength(1);
  expect(await candidates()).toMatchObject([{ summary: expect.stringContaining('3 of 3') }]);
});

it.each([
  ['exactly an hour', 60, 1],
  ['more than an hour', 61, 0],
  ['exactly a minute', 1, 1],
  ['less than a minute', 0.5, 0],
])('takes %s for a lead: %f minutes, %i candidates', async (_, lead, n) => {
  await tenant.deliver(story(5, 0, lead));
  expect(await candidates()).toHaveLength(n);
});

it('looks on the same asset, or on another of its service group', async () => {
  await tenant.deliver(story(5, 0, 14, ['app-1', 'db-1']));
  expect(await candidates()).toEqual([]);
  await tenant.rows(`update asset set service_group = 'shop' where tenant_id = $1`);
  await tenant.deliver([sign(5 * DAY, 'app-1'), failure(5 * DAY + 14, 'db-1')]);
  expect(await candidates()).toMatchObject([{ summary: expect.stringContaining('6 of 6') }]);
});

it('is not its own precursor', async () => {
  const twice = Array.from({ length: 6 }, (_, d) => [failure(d * DAY), failure(d * DAY + 45)]).flat();
  await tenant.deliver(twice);
  expect(await candidates()).toEqual([]);
});

it('needs failures, not errors', async () => {
  await tenant.deliver(
    story(6, 0).map((e) => ({ ...e, severity: Math.min(e.severity, Severity.ERROR) as Severity })),
  );
  expect(await candidates()).toEqual([]);
});

it('is taken back when late signs turn out to have led to nothing', async () => {
  await tenant.deliver(story(4, 0));
  expect(await candidates()).toHaveLength(1);
  await tenant.deliver(Array.from({ length: 5 }, (_, i) => sign(300 + i * 120)));
  expect(await candidates()).toEqual([]);
});

it('counts failures of signatures that a person promoted to an incident', async () => {
  const errors = (events: WorldEvent[]) =>
    events.map((e) => ({ ...e, severity: Math.min(e.severity, Severity.ERROR) as Severity }));
  await tenant.deliver(errors(story(4, 0)));
  await tenant.rows(
    `insert into incident_signature (tenant_id, incident_id, signature_id)
     select $1, 1, signature_id from signature where tenant_id = $1 and key = 'v1:halted'`,
  );
  await tenant.deliver(errors([sign(4 * DAY), failure(4 * DAY + 14)]));
  expect(await candidates()).toMatchObject([{ summary: expect.stringContaining('5 of 5') }]);
});

it('does not take steady chatter for a sign', async () => {
  const chatter = Array.from({ length: 6 * 24 * 4 }, (_, i) => event(i * 15, 'alive', Severity.INFO));
  const failures = [0, 1, 2, 3, 4].map((d) => failure(d * DAY + 500 + d * 97));
  await tenant.deliver([...chatter, ...failures]);
  expect(await candidates()).toEqual([]);
});

const clusters = () =>
  tenant.rows<{ minute: number; signatures: string[]; learned: number; linked: number }>(
    `select ((extract(epoch from end_at) - ${T0 / 1e6}) / 60)::int as minute, metadata -> 'signatures' as signatures,
            (metadata ->> 'learned')::int as learned,
            (select count(*)::int from group_signature x where (x.tenant_id, x.group_id) = (g.tenant_id, g.group_id)) as linked
       from correlation_group g where tenant_id = $1 and group_type = 'PRECURSOR_CLUSTER' order by end_at`,
  );

it('groups what stirred on the asset shortly before a failure', async () => {
  await tenant.deliver([
    sign(0),
    event(5, 'slow', Severity.WARNING),
    event(7, 'slow', Severity.WARNING, 'db-2'),
  ]);
  expect(await clusters()).toEqual([]);
  await tenant.deliver([failure(20)]);
  expect(await clusters()).toEqual([
    { minute: 20, signatures: ['v1:retry', 'v1:slow'], learned: 0, linked: 3 },
  ]);
  await tenant.deliver([failure(12)]);
  expect(await clusters()).toMatchObject([{ minute: 12 }]);
});

it('groups a learned precursor with each failure that it led', async () => {
  await tenant.deliver(story(3, 0, 45));
  expect(await clusters()).toMatchObject([
    { minute: 45, signatures: ['v1:retry'], learned: 1 },
    { minute: DAY + 45, learned: 1 },
    { minute: 2 * DAY + 45, learned: 1 },
  ]);
  await tenant.deliver(Array.from({ length: 4 }, (_, i) => sign(300 + i * 120)));
  expect(await clusters()).toEqual([]);
});
