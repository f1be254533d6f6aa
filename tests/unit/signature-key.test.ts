import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeForm, normaliseMessage, parametersOf, signatureKey } from '../../src/signature/engine.ts';

const alike = (...messages: string[]): boolean =>
  new Set(messages.map((m) => signatureKey(m, 's'))).size === 1;

describe('a signature key', () => {
  it('is v1 and 16 hexadecimal digits for any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string(), (message, partition) => {
        expect(signatureKey(message, partition)).toMatch(/^v1:[0-9a-f]{16}$/);
      }),
    );
  });

  it('depends on the message and the partition alone, not on what was signed before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.string({ unit: 'grapheme' }),
        (others, message) => {
          const first = describeForm(message, 'p');
          for (const other of others) signatureKey(other, other);
          expect(describeForm(message, 'p')).toEqual(first);
          expect(signatureKey(message, 'p')).toBe(first.key);
        },
      ),
    );
  });

  it('does not depend on numbers, addresses, white space or the length of lists', () => {
    fc.assert(
      fc.property(fc.nat(), fc.ipV4(), fc.uuid(), fc.integer({ min: 1, max: 9 }), (n, ip, uuid, items) => {
        const list = Array.from({ length: items }, (_, i) => `disk ${i}`).join(', ');
        const message = `request ${uuid}  from ${ip} took ${n} ms on ${list}`;
        expect(
          alike(message, 'request 00000000-0000-4000-8000-000000000000 from 10.0.0.1 took 1 s on disk 0'),
        ).toBe(true);
      }),
    );
  });

  it('parts messages by each of their words', () => {
    const word = fc.stringMatching(/^[g-z]{3,12}$/);
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 2, maxLength: 8 }), (words) => {
        const [odd, ...rest] = words as [string, ...string[]];
        expect(signatureKey(['start', ...rest, 'end'].join(' '), '')).not.toBe(
          signatureKey(['start', odd, ...rest.slice(1), 'end'].join(' '), ''),
        );
      }),
    );
  });

  it('is the content key in no partition, and another in each', () => {
    const message = 'link down on port 3';
    const { key, contentKey } = describeForm(message, 'router');
    expect(contentKey).toBe(signatureKey(message, ''));
    expect(new Set([key, contentKey, signatureKey(message, 'switch')]).size).toBe(3);
  });

  it.each([
    ['VM started', 'VM paused'],
    ['link up', 'link down'],
    ['eth0: NIC Link is up', 'eth0: NIC Link is down'],
    ['eth0: NIC Link is down', 'eth0: NIC Link is dormant'],
    ['%LINK-3-UPDOWN: state to up', '%LINEPROTO-5-UPDOWN: state to up'],
    ['%LINK-3-UPDOWN: changed state to down', '%LINK-3-UPDOWN: changed state to up'],
    ["service 'x' entered state 'failed'", "service 'x' entered state 'running'"],
    ['link=up speed=1000', 'link=down speed=0'],
  ])('stays apart for %j and %j', (left, right) => {
    expect(alike(left, right)).toBe(false);
  });

  it('is one for all outcomes of a request, whose status is a typed value', () => {
    const lines = [200, 404, 500].map(
      (status) => `"GET /orders/${status * 7} HTTP/1.1" ${status} ${status + 1}`,
    );
    expect(alike(...lines)).toBe(true);
    expect(parametersOf(lines[2]!).map(({ kind, value }) => `${kind} ${value}`)).toEqual([
      'path /orders/3500',
      'text HTTP/1.1',
      'number 500',
      'number 501',
    ]);
  });
});

describe('the form of a message', () => {
  it('shows one wildcard for each parameter, in order', () => {
    const messages = [
      'moved 12 MB from /a/b to 10.0.0.1:8080 at Nov 12 03:04:05 2024',
      'user=root uid=0 id=550e8400-e29b-41d4-a716-446655440000 after 1 h, -5 C',
      'sn 0xdeadbeef host=web01 by CORP\\bob (x@example.org)',
    ];
    for (const message of messages) {
      const { pattern } = describeForm(message, '');
      const parameters = parametersOf(message);
      expect(parameters.map(({ index }) => index)).toEqual(parameters.map((_, i) => i));
      let next = 0;
      expect(pattern.replace(/<\*>/g, () => parameters[next++]!.value)).toBe(message);
      expect(next).toBe(parameters.length);
    }
  });

  it('says when only the beginning of the message was looked at', () => {
    expect(describeForm(`${'word '.repeat(2_000)}`, '').truncated).toBe(true);
    expect(describeForm('word word', '').truncated).toBe(false);
  });

  it('keeps the names of a message that is nothing but values', () => {
    expect(describeForm('HOST_7', '').canonical).toBe('HOST_7');
    expect(describeForm('10.0.0.1 443', '').canonical).toBe('<*>');
  });

  it('normalises without colours and with single blanks', () => {
    expect(normaliseMessage('\u001b[31mdisk   /dev/sda1\tfull\u001b[0m ')).toBe('disk <*> full');
  });
});

describe('the parameters of a message', () => {
  it.each([
    ['from 192.0.2.1', 'ip', '192.0.2.1'],
    ['from fe80::1', 'ip', 'fe80::1'],
    ['got 1,024', 'number', '1'],
    ['freed 12 MB', 'number', '12 MB'],
    ['at -4.5 now', 'number', '-4.5'],
    ['took 350ms', 'duration', '350ms'],
    ['took 5 minutes', 'duration', '5 minutes'],
    ['open /var/log/x', 'path', '/var/log/x'],
    ['open C:\\x\\y', 'path', 'C:\\x\\y'],
    ['get https://x.example/y', 'path', 'https://x.example/y'],
    ['id 550e8400-e29b-41d4-a716-446655440000', 'uuid', '550e8400-e29b-41d4-a716-446655440000'],
    ['at address 0x7ffe12', 'hex', '0x7ffe12'],
    ['commit 3f2a9c1b7d', 'hex', '3f2a9c1b7d'],
    ['for user bob', 'user', 'bob'],
    ['by CORP\\bob', 'user', 'CORP\\bob'],
    ['to db.example.org', 'host', 'db.example.org'],
    ['rhost=web01', 'host', 'web01'],
    ['at 2024-11-12T03:04:05Z', 'time', '2024-11-12T03:04:05Z'],
    ['at 12/Nov/2024:03:04:05', 'time', '12/Nov/2024:03:04:05'],
    ['on GigabitEthernet0/0/1', 'text', 'GigabitEthernet0/0/1'],
    ['mode=fast', 'text', 'fast'],
  ])('of %j start with the %s %j', (message, kind, value) => {
    expect(parametersOf(message)[0]).toEqual({ index: 0, kind, value });
  });
});
