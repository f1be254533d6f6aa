import { describe, expect, it } from 'vitest';
import { compileMapping } from '../../src/connectors/webhook/mapping.ts';
import { type PresetName, presetMapping } from '../../src/connectors/webhook/presets.ts';
import { statePairing } from '../../src/signature/engine.ts';

const map = (preset: PresetName, payload: unknown) => compileMapping(presetMapping(preset))(payload);

const alert = (status: 'firing' | 'resolved') => ({
  status,
  labels: { alertname: 'DiskFull', instance: 'db-1:9100', severity: 'critical' },
  annotations: { summary: 'disk of db-1 fills up' },
  startsAt: '2026-03-01T10:00:00Z',
  endsAt: '2026-03-01T10:09:00Z',
  fingerprint: 'c0ffee',
});
const zabbix = (value: string) => ({
  event_id: '4711',
  event_name: 'Load is high on web-1',
  event_value: value,
  event_nseverity: '4',
  event_timestamp: '1772359200',
  host_name: 'web-1',
});
const librenms = (state: number) => ({
  uid: state ? 17 : 18,
  id: 3,
  title: 'Alert for device sw-1',
  rule: 'Port down',
  msg: 'port 7',
  severity: 'critical',
  state,
  hostname: '192.0.2.1',
  sysName: 'sw-1',
  timestamp: '2026-03-01 10:00:00',
});
const pagerduty = (type: string) => ({
  event: {
    id: `e-${type}`,
    event_type: `incident.${type}`,
    occurred_at: '2026-03-01T10:00:00Z',
    data: { id: 'PX1', title: 'Checkout is slow', urgency: 'high', service: { summary: 'checkout' } },
  },
});
const datadog = (transition: string) => ({
  id: `d-${transition}`,
  date: '1772359200000',
  title: `[${transition}] CPU of web-1`,
  alert_transition: transition,
  alert_type: transition === 'Recovered' ? 'success' : 'error',
  alert_id: 12,
  host: 'web-1',
});

const NOTIFICATIONS: [PresetName, unknown, unknown, object][] = [
  [
    'alertmanager',
    { alerts: [alert('firing')] },
    { alerts: [alert('resolved')] },
    { host: 'db-1', severity: 'CRITICAL' },
  ],
  [
    'grafana',
    { alerts: [alert('firing')] },
    { alerts: [alert('resolved')] },
    { host: 'db-1', severity: 'CRITICAL' },
  ],
  [
    'zabbix',
    zabbix('1'),
    zabbix('0'),
    { host: 'web-1', severity: 'CRITICAL', timestamp: '2026-03-01T10:00:00.000Z' },
  ],
  [
    'zabbix',
    { clock: 1_772_359_200, eventid: 5, value: 1, name: 'Disk full', severity: 3, hosts: [{ host: 'db-2' }] },
    { clock: 1_772_359_300, eventid: 6, value: 0, name: 'Disk full', severity: 3, hosts: [{ host: 'db-2' }] },
    { host: 'db-2', severity: 'ERROR' },
  ],
  [
    'librenms',
    librenms(1),
    librenms(0),
    { host: 'sw-1', severity: 'CRITICAL', timestamp: '2026-03-01T10:00:00.000Z' },
  ],
  ['pagerduty', pagerduty('triggered'), pagerduty('resolved'), { service: 'checkout', severity: 'ERROR' }],
  ['datadog', datadog('Triggered'), datadog('Recovered'), { host: 'web-1', severity: 'ERROR' }],
];

describe('a ready mapping', () => {
  it.each(NOTIFICATIONS)(
    'of %s tells a problem and its end apart, as a pair',
    async (preset, raised, cleared, seen) => {
      const [problem] = await map(preset, raised);
      const [recovery] = await map(preset, cleared);
      expect(problem).toMatchObject(seen);
      expect(recovery!.severity).toBe('INFO');
      expect(recovery!.eventKey).not.toBe(problem!.eventKey);
      const pair = [problem, recovery].map((event) => statePairing(event!.message, ''));
      expect(pair.map((p) => p?.role)).toEqual(['PROBLEM', 'RECOVERY']);
      expect(pair[0]!.pairKey).toBe(pair[1]!.pairKey);
    },
  );

  it('of Graylog reads the event behind a notification', async () => {
    const payload = {
      event_definition_title: 'Too many 500s',
      event: {
        id: '01H',
        timestamp: '2026-03-01T10:00:00.000Z',
        message: 'count()=42',
        priority: 3,
        fields: {},
        source: 'gl',
      },
      backlog: [{ source: 'web-3', message: 'GET /' }],
    };
    expect(await map('graylog', payload)).toMatchObject([
      { message: 'Too many 500s: count()=42', host: 'web-3', severity: 'ERROR', eventKey: '01H' },
    ]);
  });

  it('of Wazuh keeps the line itself, and who it is about', async () => {
    const payload = {
      timestamp: '2026-03-01T10:00:00.123+0000',
      id: '1772359200.123',
      rule: { level: 10, description: 'sshd: brute force', id: '5712', groups: ['sshd'] },
      agent: { name: 'gate' },
      full_log: 'Failed password for root from 203.0.113.9 port 4242 ssh2',
      decoder: { name: 'sshd' },
      data: { srcip: '203.0.113.9', srcuser: 'root' },
      location: '/var/log/auth.log',
    };
    expect(await map('wazuh', payload)).toMatchObject([
      {
        message: payload.full_log,
        host: 'gate',
        service: 'sshd',
        severity: 'ERROR',
        timestamp: '2026-03-01T10:00:00.123Z',
        structuredFields: { srcIp: '203.0.113.9', user: 'root' },
      },
    ]);
  });
});
