import { describe, expect, it } from 'vitest';
import { correlationKey, statePairing } from '../../src/signature/engine.ts';

describe('the pairing of states', () => {
  it.each([
    ['Interface Gi0/1, changed state to down', 'Interface Gi0/2, changed state to up'],
    ['eth0: NIC Link is Down', 'eth0: NIC Link is Up 1000 Mbps Full Duplex'],
    ['nfs: server fs1 not responding, still trying', 'nfs: server fs1 OK'],
    ['VPN tunnel to Berlin is down: peer silent for 30 s', 'VPN tunnel to Berlin is now back up'],
    ['Link down on interface 3', 'Link up on interface 3'],
    ['Backup of volume 3 failed', 'Backup of volume 4 succeeded'],
    ['systemd unit nginx.service stopped', 'systemd unit nginx.service started'],
    ['Connection to broker lost', 'Connection to broker restored'],
    ["Volume 'data' went offline", "Volume 'data' came online"],
    ['health check of api state=failed', 'health check of api state=ok'],
    ['VM web-01 powered off', 'VM web-01 powered on'],
    ['database replica no longer reachable', 'database replica reachable again'],
  ])('matches %j with %j', (problem, recovery) => {
    const left = statePairing(problem, 'svc');
    const right = statePairing(recovery, 'svc');
    expect(left?.role).toBe('PROBLEM');
    expect(right?.role).toBe('RECOVERY');
    expect(left?.pairKey).toBe(right?.pairKey);
    expect(left?.pairKey).toMatch(/^p1:[0-9a-f]{16}$/);
  });

  it.each([
    ['nothing to tell here at all'],
    ['down'],
    ['service down'],
    ['10.0.0.1 down 3 4'],
    ['the standby unit is on shelf 3'],
  ])('reads no state from %j', (message) => {
    expect(statePairing(message, '')).toBeNull();
  });

  it('keeps different things and different partitions apart', () => {
    const key = (message: string, partition = 'a') => statePairing(message, partition)?.pairKey;
    expect(key('power supply is down')).not.toBe(key('cooling fan is up'));
    expect(key('power supply is down', 'a')).not.toBe(key('power supply is up', 'b'));
  });

  it('turns a negated state round', () => {
    expect(statePairing('the array is not healthy', '')?.role).toBe('PROBLEM');
    expect(statePairing('the array is healthy', '')?.role).toBe('RECOVERY');
  });
});

describe('the correlation key', () => {
  it.each([
    ['Interface Gi0/1, changed state to down', 'Gi0/1'],
    ['disk 3 in bay 7 failed after 30 s', '3|7'],
    ['process sshd[4711] failed at 03:04:05', ''],
    ["Volume 'data' went offline at 2024-11-12 03:04:05", 'data'],
    ['BGP neighbor 10.0.0.1 down: peer 10.0.0.9 closed', '10.0.0.1'],
    ['Link protocol down on interface eth7 of 10.0.0.1', 'eth7'],
    ['fan #2 has stopped', '2'],
    ['sensor read 42 at address 0xff00aa', ''],
  ])('of %j is %j', (message, expected) => {
    expect(correlationKey(message)).toBe(expected);
  });

  it('is the same for a problem and its recovery', () => {
    expect(correlationKey('eth0: NIC Link is Down')).toBe(
      correlationKey('eth0: NIC Link is Up 1000 Mbps Full Duplex'),
    );
  });
});
