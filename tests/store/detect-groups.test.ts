// Groups of signals: of one host, user or address, and around a change.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Severity } from '../../src/domain/severity.ts';
import { US_PER_MINUTE, US_PER_SECOND } from '../../src/domain/time.ts';
import { recordChange } from '../../src/review/record-change.ts';
import { beatsOf, CLOCK, openWorld, type Tenant, type World, type WorldEvent } from '../support/detection.ts';
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
const flood = (host: string, minute: number, n = 90): WorldEvent[] =>
  Array.from({ length: n }, (_, i) => ({
    us: T0 + minute * US_PER_MINUTE + Math.floor((i * 55) / n) * US_PER_SECOND,
    signature: 'v1:flood',
    host,
    severity: Severity.ERROR,
    message: `request ${i} failed`,
  }));

const groups = (type: string) =>
  tenant.rows(
    `select g.entity, g.severity, g.event_count as events,
            to_char(g.start_at at time zone 'UTC', 'HH24:MI') as start, to_char(g.end_at at time zone 'UTC', 'HH24:MI') as "end",
            array(select s.kind from group_signal x join signal s using (tenant_id, signal_id)
                   where (x.tenant_id, x.group_id) = (g.tenant_id, g.group_id) order by s.observed_at, 1) as signals,
            array(select a.hostname from group_asset x join asset a using (tenant_id, asset_id)
                   where (x.tenant_id, x.group_id) = (g.tenant_id, g.group_id) order by 1) as hosts
       from correlation_group g where g.tenant_id = $1 and g.group_type = '${type}' order by g.start_at, g.entity`,
  );

describe('ENTITY_WINDOW', () => {
  it('gathers the signals of a host, and follows them as late events take one back', async () => {
    await tenant.deliver([...beats('web-1', 0, 300), ...beats('db-1', 0, 320), ...flood('web-1', 290)]);
    expect(await groups('ENTITY_WINDOW')).toEqual([
      {
        entity: 'web-1',
        severity: Severity.CRITICAL, // as the label of its MODEL signal
        events: 90,
        start: '04:50',
        end: '05:00',
        signals: ['MODEL', 'SPIKE', 'SILENCE'],
        hosts: ['web-1'],
      },
    ]);
    await tenant.deliver(beats('web-1', 300, 20));
    expect(await groups('ENTITY_WINDOW')).toMatchObject([{ signals: ['MODEL', 'SPIKE'] }]);
  });

  it('goes with its last signal', async () => {
    await tenant.deliver([...beats('web-1', 0, 60), ...beats('db-1', 0, 120)]);
    expect(await groups('ENTITY_WINDOW')).toMatchObject([{ signals: ['SILENCE'] }]);
    await tenant.deliver(beats('web-1', 60, 60));
    expect(await groups('ENTITY_WINDOW')).toEqual([]);
  });
});

describe('CHANGE_WINDOW', () => {
  const caller = () => ({ tenantId: tenant.tenantId, tenantSlug: 'test', actor: 'ana' });
  const change = async (minute: number, host: string | null, serviceGroup: string | null = null) => {
    const [asset] = await tenant.rows<{ id: string }>(
      `select asset_id as id from asset where tenant_id = $1 and hostname = '${host ?? ''}'`,
    );
    return recordChange(
      { store: world.store, clock: CLOCK, caller: caller() },
      {
        kind: 'deploy',
        title: 'v2',
        assetId: asset?.id ?? null,
        serviceGroup,
        startUs: T0 + minute * US_PER_MINUTE,
      },
    );
  };
  const spikeAt290 = () =>
    tenant.deliver([...beats('web-1', 0, 300), ...beats('db-1', 0, 300), ...flood('web-1', 290)]);

  it('holds a spike from five minutes before to an hour after the change, on its asset', async () => {
    await spikeAt290();
    await change(230, 'web-1');
    await change(231, 'web-1');
    await change(295, 'web-1');
    await change(296, 'web-1');
    await change(280, 'db-1');
    expect(await groups('CHANGE_WINDOW')).toEqual(
      [
        ['03:46', '04:51'],
        ['04:50', '05:55'],
      ].map(([start, end]) => ({
        entity: 'web-1',
        severity: Severity.ERROR,
        events: 90,
        start,
        end,
        signals: start === '03:46' ? ['CHANGE', 'SPIKE'] : ['SPIKE', 'CHANGE'],
        hosts: ['web-1'],
      })),
    );
  });

  it('is the same when the spike comes after the change was recorded, by service group or everywhere', async () => {
    await tenant.deliver([...beats('web-1', 0, 1), ...beats('db-1', 0, 1)]);
    await tenant.rows(
      `update asset set service_group = 'shop' where tenant_id = $1 and hostname = 'web-1' returning 1`,
    );
    await change(280, null, 'shop');
    await change(281, null, 'other');
    await change(282, null);
    await spikeAt290();
    expect(await groups('CHANGE_WINDOW')).toMatchObject([
      { entity: 'shop', signals: ['CHANGE', 'SPIKE'] },
      { entity: null, signals: ['CHANGE', 'SPIKE'] },
    ]);
  });
});
