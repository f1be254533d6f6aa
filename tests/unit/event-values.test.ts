import { describe, expect, it } from 'vitest';
import { addressOf } from '../../src/parse/address.ts';
import { eventFamily } from '../../src/parse/family.ts';
import { parseLine } from '../../src/parse/parse-line.ts';
import { type TypedFields, typedFields } from '../../src/parse/typed-fields.ts';

const told = (message: string, structured: Record<string, unknown> | null = null): Partial<TypedFields> =>
  Object.fromEntries(Object.entries(typedFields(message, structured)).filter(([, value]) => value !== null));

describe('typed fields of a message', () => {
  it.each<[string, Partial<TypedFields>]>([
    ['Invalid user webmaster from 192.0.2.186', { srcIp: '192.0.2.186', user: 'webmaster' }],
    ['Invalid user  from 192.0.2.186', { srcIp: '192.0.2.186' }],
    [
      'Failed password for invalid user admin from 192.0.2.1 port 22 ssh2',
      { srcIp: '192.0.2.1', user: 'admin' },
    ],
    ['Failed password for root from 192.0.2.1 port 22 ssh2', { srcIp: '192.0.2.1', user: 'root' }],
    ['Accepted publickey for deploy from 2001:db8::17 port 51122', { srcIp: '2001:db8::17', user: 'deploy' }],
    [
      'authentication failure; logname= uid=0 ruser= rhost=192.0.2.1  user=root',
      { srcIp: '192.0.2.1', user: 'root' },
    ],
    ['Connection closed by authenticating user root 192.0.2.1 port 22', { srcIp: '192.0.2.1', user: 'root' }],
    ['reverse mapping checking getaddrinfo for a.example [192.0.2.1] failed', { srcIp: '192.0.2.1' }],
    ['pam_unix(sshd:auth): check pass; user unknown', {}],
    ['No more user authentication methods available.', {}],
    [
      '[UFW BLOCK] IN=eth0 SRC=192.0.2.1 DST=198.51.100.2 LEN=32',
      { srcIp: '192.0.2.1', dstIp: '198.51.100.2', action: 'block' },
    ],
    [
      '%ASA-4-106023: Deny tcp src outside:192.0.2.1/3456 dst inside:10.2.2.2/443',
      { srcIp: '192.0.2.1', dstIp: '10.2.2.2', vendor: 'Cisco', action: 'deny' },
    ],
    ["Access denied for user 'bob'@'10.0.0.1' (using password: YES)", { srcIp: '10.0.0.1', user: 'bob' }],
    ['An account failed to log on. Account Name:\t\tALICE$', { user: 'ALICE$' }],
    ['"GET /x HTTP/1.1" 404 123', { httpStatus: 404 }],
    ['http request finished status=503 in 12 ms', { httpStatus: 503 }],
    ['exit status 100', {}],
    ['connect() to upstream 10.0.0.9 failed', { dstIp: '10.0.0.9' }],
    ['10.0.0.1:443 -> 10.0.0.2:80 reset', { srcIp: '10.0.0.1', dstIp: '10.0.0.2' }],
    ['version 1.2.3.4 started', {}],
    ['Server listening on 0.0.0.0 port 22.', {}],
    ['at 12:34:56 from aa:bb:cc:dd:ee:ff', {}],
    ['', {}],
  ])('%s', (message, expected) => {
    expect(told(message)).toEqual(expected);
  });
});

describe('typed fields of structured data', () => {
  it('come before those of the message', () => {
    expect(told('from 192.0.2.1 user=bob', { src_ip: '192.0.2.9', userName: 'eve' })).toEqual({
      srcIp: '192.0.2.9',
      user: 'eve',
    });
  });

  it('are found under nested, dotted and vendor names', () => {
    const nested = {
      source: { ip: '192.0.2.1' },
      user: { name: 'eve' },
      http: { response: { status_code: 502 } },
    };
    expect(told('x', nested)).toEqual({ srcIp: '192.0.2.1', user: 'eve', httpStatus: 502 });
    expect(told('x', { 'destination.ip': '10.0.0.1', 'event.action': 'drop' })).toEqual({
      dstIp: '10.0.0.1',
      action: 'drop',
    });
    expect(told('x', { deviceVendor: 'Acme', act: 'blocked', suser: 'eve' })).toEqual({
      vendor: 'Acme',
      action: 'blocked',
      user: 'eve',
    });
    expect(told('x', { 'audit@32473': { src: '[2001:db8::1]:443' } })).toEqual({ srcIp: '2001:db8::1' });
  });

  it('are left out when the value is of another kind', () => {
    expect(told('x', { status: 'ok', src: 'eth0', user: 7, http_status: 99, client: '' })).toEqual({});
  });
});

describe('typed fields of a parsed line', () => {
  it.each<[string, Partial<TypedFields>]>([
    [
      '192.0.2.7 - alice [10/Feb/2026:06:55:46 +0100] "GET / HTTP/1.1" 502 5 "-" "curl/8"',
      { srcIp: '192.0.2.7', user: 'alice', httpStatus: 502 },
    ],
    [
      'CEF:0|Acme|Gateway|1|100|Port scan|8|src=192.0.2.1 dst=198.51.100.2 act=blocked suser=eve',
      { srcIp: '192.0.2.1', dstIp: '198.51.100.2', vendor: 'Acme', action: 'blocked', user: 'eve' },
    ],
    [
      'LEEF:1.0|Acme|Proxy|3|DENY|src=192.0.2.1\tusrName=eve',
      { srcIp: '192.0.2.1', vendor: 'Acme', user: 'eve' },
    ],
    [
      '<Event><System><Provider Name="P"/><EventID>4625</EventID></System><EventData><Data Name="TargetUserName">eve</Data><Data Name="IpAddress">192.0.2.9</Data></EventData></Event>',
      { srcIp: '192.0.2.9', user: 'eve' },
    ],
    [
      '[Tue Feb 10 06:55:46 2026] [error] [client 192.0.2.7:514] File does not exist: /var/www/x',
      { srcIp: '192.0.2.7' },
    ],
    [
      '<165>1 2026-02-11T22:14:15Z h app 1 - [audit@32473 src="192.0.2.1" user="eve"] denied',
      { srcIp: '192.0.2.1', user: 'eve' },
    ],
    ['<189>45: *Mar  1 00:00:00: %SEC-6-IPACCESSLOGP: list 1 denied', { vendor: 'Cisco' }],
  ])('%s', (raw, expected) => {
    const { message, fields } = parseLine(raw, { referenceUs: 0 });
    expect(told(message, fields)).toEqual(expected);
  });
});

describe('an address', () => {
  it.each(['256.1.1.1', '1.2.3', '1.2.3.4.5', '1.2.3.4x', '12:34:56', '::g', '', 'aa:bb:cc:dd:ee:ff'])(
    'is not %s',
    (text) => {
      expect(addressOf(text)).toBeNull();
    },
  );

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:443', '192.0.2.1'],
    ['192.0.2.1/443', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['::1', '::1'],
  ])('%s is read as %s', (text, expected) => {
    expect(addressOf(text)).toBe(expected);
  });
});

describe('the family of an event', () => {
  it.each([
    ['sshd', 'Failed password for root from 192.0.2.1', 'sshd:authentication'],
    ['kernel', 'e1000e: eth0 NIC Link is Down', 'kernel:link'],
    ['kernel', 'EXT4-fs error (device sda1): reading directory lblock 0', 'kernel:disk'],
    ['kernel', 'Out of memory: Killed process 1234 (java)', 'kernel:memory'],
    ['systemd', 'nginx.service: Main process exited, code=exited', 'systemd:process'],
    ['dhclient', 'DHCPREQUEST on eth0 to 192.0.2.1 port 67', 'dhclient:network'],
    ['deployer', 'Configuration reloaded, version 1.2.3', 'deployer:configuration'],
    ['CRON', '(root) CMD (run-parts /etc/cron.hourly)', 'CRON:job'],
    ['nginx', '"GET /x HTTP/1.1" 404 123', 'nginx:request'],
    ['ipmid', 'fan 3 speed below threshold, chassis temperature high', 'ipmid:hardware'],
    ['app', 'hello', 'app:other'],
    [null, 'Filesystem /var is 95% full', 'disk'],
    ['', '', 'other'],
  ])('%s: %s', (service, message, expected) => {
    expect(eventFamily(service, message)).toBe(expected);
  });
});
