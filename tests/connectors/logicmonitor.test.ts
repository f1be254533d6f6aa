import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Portal, startPortal } from '../support/logicmonitor.ts';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { eventsSeen, received, sourceSeen, upsertSource } from '../support/sources.ts';
import { until } from '../support/until.ts';

let server: TestMnemograph;
let portal: Portal;

beforeAll(async () => {
  server = await startTestMnemograph('2026-03-01T12:00:00Z');
  portal = await startPortal('id-1', 'key-1');
});
afterAll(async () => {
  await server.close();
  await portal.close();
});

const SECRET = 'a secret of some length';

async function post(body: unknown): Promise<unknown> {
  const response = await fetch(`${server.address}/logicmonitor/lm`, {
    method: 'POST',
    headers: { 'x-mnemograph-secret': SECRET, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

const START = 1_772_359_200;
const alert = (status: string, more = {}) => ({
  alertId: 'LMD101',
  status,
  level: 'critical',
  host: 'db-1',
  datasource: 'Ping',
  datapoint: 'PingLossPercent',
  start: String(START),
  ...more,
});

describe('by webhook', () => {
  beforeAll(() => upsertSource(server, { name: 'lm', connector: 'logicmonitor', secret: SECRET }, 'lm'));

  it('one session is raised, acknowledged and cleared, each once', async () => {
    const cleared = alert('clear', { cleared_at: String(START + 300) });
    for (const body of [
      alert('active'),
      alert('active'),
      alert('update'),
      alert('ack', { acknowledged: String(START + 60) }),
      alert('active', { acknowledged: String(START + 60) }),
      cleared,
      cleared,
    ])
      await post(body);
    expect(await received(server, 'lm', 3, 'lm')).toMatchObject({ received: 3, rejected: 0 });
    expect((await eventsSeen(server, 'lm')).map((e) => [e.messageRaw, e.severity, e.timestamp])).toEqual([
      ['Alert on Ping PingLossPercent was cleared', 'INFO', '2026-03-01T10:05:00.000Z'],
      ['Alert on Ping PingLossPercent was acknowledged', 'INFO', '2026-03-01T10:01:00.000Z'],
      ['Alert on Ping PingLossPercent was raised', 'CRITICAL', '2026-03-01T10:00:00.000Z'],
    ]);
  });

  it('twice healed by itself is a candidate', async () => {
    const again = { alertId: 'LMD102', start: String(START + 3_600) };
    await post(alert('active', again));
    await post(alert('clear', { ...again, cleared_at: String(START + 3_800) }));
    await until('it is a candidate', async () => {
      const { candidates } = await server.ask<{ candidates: { nodes: { type: string }[] } }>(
        '{ candidates { nodes { type } } }',
        {},
        'lm',
      );
      return candidates.nodes.some(({ type }) => type === 'SELF_HEAL');
    });
  });

  it('by a template of one’s own; what does not fit is kept', async () => {
    const template = { alertId: 'alert.id', start: 'alert.began', host: 'where' };
    await upsertSource(server, { name: 'lm', connector: 'logicmonitor', config: { template } }, 'lm');
    expect(await post({ alert: { id: 'X', began: '2026-03-01T11:00:00Z' }, where: 'sw-9' })).toMatchObject({
      accepted: 1,
    });
    expect(await post(alert('active', { level: 'warn' }))).toMatchObject({ rejected: 1 });
    const { rejectedInputs } = await server.ask<{ rejectedInputs: { nodes: { reason: string }[] } }>(
      '{ rejectedInputs { nodes { reason } } }',
      {},
      'lm',
    );
    expect(rejectedInputs.nodes[0]!.reason).toContain('"alert.id"');
  });
});

describe('by its REST API', () => {
  const item = (n: number, more = {}) => ({
    id: `LMD${n}`,
    startEpoch: START + n,
    endEpoch: 0,
    ackedEpoch: 0,
    cleared: false,
    severity: 3,
    monitorObjectId: 7,
    monitorObjectName: 'sw-7',
    resourceTemplateName: 'Interfaces',
    instanceName: 'ge-0/0/1',
    dataPointName: 'InErrors',
    ...more,
  });
  const source = {
    name: 'portal',
    connector: 'logicmonitor',
    credential: 'id-1:key-1',
  };
  const configure = (credential: string) =>
    upsertSource(server, { ...source, credential, config: { portal: portal.url, pollSeconds: 1 } }, 'rest');

  it('reads page by page, through its rate limit, and asks for the resource', async () => {
    portal.alerts = Array.from({ length: 650 }, (_, n) => item(n));
    portal.devices = {
      7: {
        id: 7,
        displayName: 'Switch 7',
        name: '192.0.2.7',
        systemProperties: [{ name: 'system.groups', value: 'Network,Berlin' }],
      },
    };
    portal.refuseNext = 2;
    await configure('id-1:key-1');
    await received(server, 'portal', 650, 'rest');
    const { assets } = await server.ask<{ assets: { nodes: unknown[] } }>(
      '{ assets { nodes { hostname serviceGroup ipAddresses } } }',
      {},
      'rest',
    );
    expect(assets.nodes).toEqual([{ hostname: 'sw-7', serviceGroup: 'Network', ipAddresses: ['192.0.2.7'] }]);
  });

  it('sees what is acknowledged and cleared later, once', async () => {
    portal.alerts[4] = item(4, { acked: true, ackedEpoch: START + 7_000, ackedBy: 'ops' });
    portal.alerts[3] = item(3, { cleared: true, endEpoch: START + 7_100 });
    expect(await received(server, 'portal', 652, 'rest')).toMatchObject({ received: 652, rejected: 0 });
    const [newest, before] = await eventsSeen(server, 'rest');
    expect(before?.messageRaw).toBe('Alert on Interfaces ge-0/0/1 InErrors was acknowledged');
    expect(newest).toMatchObject({
      messageRaw: 'Alert on Interfaces ge-0/0/1 InErrors was cleared',
      host: 'sw-7',
    });
    const asked = portal.requests.length;
    await until('it asked again', () => portal.requests.length > asked + 6);
    expect(await sourceSeen(server, 'portal', 'rest')).toMatchObject({ received: 652, rejected: 0 });
  });

  it('says that its key is refused', async () => {
    await configure('id-1:wrong');
    const seen = await until('the fault is said', async () => {
      const found = await sourceSeen(server, 'portal', 'rest');
      return found?.lastError ? found : null;
    });
    expect(seen.lastError).toContain('LogicMonitor refuses the credential (401)');
  });
});
