import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../support/certificates.ts';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { eventsSeen, listeningPort, received, sourceSeen, upsertSource } from '../support/sources.ts';
import { until } from '../support/until.ts';

let server: TestMnemograph;

beforeAll(async () => {
  server = await startTestMnemograph();
});
afterAll(() => server.close());

const udp = (port: number, datagrams: readonly (string | Buffer)[]) =>
  new Promise<void>((resolve, reject) => {
    const socket = createSocket('udp4');
    let left = datagrams.length;
    for (const datagram of datagrams)
      socket.send(datagram, port, '127.0.0.1', (error) => {
        if (error) reject(error);
        if (--left === 0) socket.close(() => resolve());
      });
  });

async function tcp(port: number, bytes: string | Buffer): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end(bytes);
  await once(socket, 'close');
}

describe('over UDP', () => {
  it('takes both formats; a line without a host has its sender', async () => {
    const port = await listeningPort(
      server,
      { name: 'udp', connector: 'syslog', config: { port: 0 } },
      'udp',
    );
    await udp(port, [
      '<34>1 2026-11-01T10:00:00.000Z web-1 sshd 99 - - Failed password for root from 203.0.113.9\n',
      '<13>Nov  1 10:00:01 web-2 cron[7]: job finished\0',
      'only some words',
    ]);
    const seen = await received(server, 'udp', 3, 'udp');
    expect(seen).toMatchObject({ received: 3, rejected: 0, lastError: null });
    const events = await eventsSeen(server, 'udp');
    expect(events.map(({ host, service }) => [host, service])).toEqual(
      expect.arrayContaining([
        ['web-1', 'sshd'],
        ['web-2', 'cron'],
        ['127.0.0.1', null],
      ]),
    );
  });

  it('keeps bytes that are no text', async () => {
    const port = await listeningPort(
      server,
      { name: 'bytes', connector: 'syslog', config: { port: 0 } },
      'b',
    );
    await udp(port, [Buffer.from([0x3c, 0x31, 0x33, 0x3e, 0xff, 0xfe, 0x41])]);
    expect(await received(server, 'bytes', 1, 'b')).toMatchObject({ received: 1 });
  });
});

describe('over TCP', () => {
  it('takes counted octets and lines in one stream', async () => {
    const port = await listeningPort(
      server,
      { name: 'tcp', connector: 'syslog', config: { protocol: 'tcp', port: 0 } },
      'tcp',
    );
    const counted = '<13>1 2026-11-01T10:00:00Z db-1 app - - - first\nof two lines';
    await tcp(
      port,
      `${Buffer.byteLength(counted)} ${counted}<13>1 2026-11-01T10:00:01Z db-2 app - - - second\n`,
    );
    await received(server, 'tcp', 2, 'tcp');
    const events = await eventsSeen(server, 'tcp');
    expect(events.map((e) => e.host).sort()).toEqual(['db-1', 'db-2']);
    expect(events.find((e) => e.host === 'db-1')?.messageRaw).toBe(counted);
  });

  it('loses nothing at full speed: senders wait', async () => {
    const port = await listeningPort(
      server,
      { name: 'flood', connector: 'syslog', config: { protocol: 'tcp', port: 0, maxQueued: 1_000 } },
      'flood',
    );
    const lines = Array.from(
      { length: 10_000 },
      (_, n) => `<13>1 2026-11-01T10:00:00Z host-${n % 7} app - - - request ${n} took ${n % 90} ms\n`,
    );
    await tcp(port, lines.join(''));
    expect(await received(server, 'flood', lines.length, 'flood')).toMatchObject({
      received: lines.length,
      rejected: 0,
    });
  });
});

describe('over TLS', () => {
  const counted = (line: string) => `${Buffer.byteLength(line)} ${line}`;

  async function tls(port: number, bytes: string, options: ConnectionOptions): Promise<void> {
    const socket = connectTls({ port, host: '127.0.0.1', ...options });
    await once(socket, 'secureConnect');
    socket.end(bytes);
    await once(socket, 'close');
  }

  it('takes counted octets from whoever trusts its certificate', async () => {
    const { cert, certFile, keyFile } = await selfSigned('logs.example.org');
    const config = { protocol: 'tls', port: 0, tls: { certFile, keyFile } };
    const port = await listeningPort(server, { name: 'tls', connector: 'syslog', config }, 'tls');
    const lines = Array.from(
      { length: 500 },
      (_, n) => `<11>1 2026-11-01T10:00:00.${String(n).padStart(3, '0')}Z vault-1 app - - - seal ${n} broke`,
    );
    await tls(port, lines.map(counted).join(''), { ca: cert });
    expect(await received(server, 'tls', 500, 'tls')).toMatchObject({ received: 500, rejected: 0 });
    expect((await eventsSeen(server, 'tls'))[0]).toMatchObject({ host: 'vault-1', service: 'app' });
  });

  it('lets in only senders of its authority where it has one, and says who was kept out', async () => {
    const own = await selfSigned('logs.example.org');
    const known = await selfSigned('sender.example.org');
    const stranger = await selfSigned('stranger.example.org');
    const tlsConfig = { certFile: own.certFile, keyFile: own.keyFile, caFile: known.certFile };
    const config = { protocol: 'tls', port: 0, tls: tlsConfig };
    const port = await listeningPort(server, { name: 'mutual', connector: 'syslog', config }, 'mutual');
    const line = '<11>1 2026-11-01T10:00:00Z vault-2 app - - - unsealed';
    await tls(port, counted(line), { ca: own.cert, cert: known.cert, key: known.key });
    await received(server, 'mutual', 1, 'mutual');
    const refused = { ca: own.cert, cert: stranger.cert, key: stranger.key };
    await tls(port, counted(line), refused).catch(() => {});
    const seen = await until('the refusal is said', async () => {
      const found = await sourceSeen(server, 'mutual', 'mutual');
      return found?.lastError ? found : null;
    });
    expect(seen).toMatchObject({ received: 1, lastError: expect.stringMatching(/TLS/) });
  });

  it('says that its certificate cannot be read', async () => {
    const tlsConfig = { certFile: '/no/cert.pem', keyFile: '/no/key.pem' };
    const config = { protocol: 'tls', port: 0, tls: tlsConfig };
    await upsertSource(server, { name: 'nocert', connector: 'syslog', config }, 'nocert');
    const seen = await until('the fault is said', async () => {
      const found = await sourceSeen(server, 'nocert', 'nocert');
      return found?.lastError ? found : null;
    });
    expect(seen.lastError).toContain('/no/cert.pem');
  });
});

describe('a source', () => {
  const occupied = {
    async tcp() {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      return { port: (other.address() as AddressInfo).port, free: () => other.close() };
    },
    async udp() {
      const other = createSocket('udp4').bind(0, '127.0.0.1');
      await once(other, 'listening');
      return { port: other.address().port, free: () => other.close() };
    },
  };

  it.each(['tcp', 'udp'] as const)(
    'says what keeps it from listening over %s, and begins once that is gone',
    async (protocol) => {
      const name = `busy-${protocol}`;
      const { port, free } = await occupied[protocol]();
      await upsertSource(server, { name, connector: 'syslog', config: { protocol, port } }, name);
      const failing = await until('it fails', async () => {
        const seen = await sourceSeen(server, name, name);
        return seen?.lastError ? seen : null;
      });
      expect(failing).toMatchObject({
        state: 'FAILING',
        lastError: expect.stringMatching(RegExp(`EADDRINUSE.* 127\\.0\\.0\\.1:${port}`)),
      });
      free();
      const { tenantId } = await server.runtime.callerFor(name);
      await until('it listens', () => server.sources.addressOf(tenantId, name));
    },
  );

  it('says that it has no such address', async () => {
    const config = { host: '192.0.2.7', port: 0 };
    await upsertSource(server, { name: 'away', connector: 'syslog', config }, 'away');
    const seen = await until('the fault is said', async () => {
      const found = await sourceSeen(server, 'away', 'away');
      return found?.lastError ? found : null;
    });
    expect(seen).toMatchObject({
      state: 'FAILING',
      lastError: expect.stringContaining('EADDRNOTAVAIL 192.0.2.7'),
    });
  });

  it.each(['tcp', 'udp'] as const)(
    'lets go of its %s port before it begins there again',
    async (protocol) => {
      const name = `again-${protocol}`;
      const { port, free } = await occupied[protocol]();
      free();
      const input = { name, connector: 'syslog', config: { protocol, port } };
      await listeningPort(server, input, name);
      await upsertSource(server, { ...input, enabled: false }, name);
      const { tenantId } = await server.runtime.callerFor(name);
      await until('it ends', () => server.sources.addressOf(tenantId, name) === null);
      await listeningPort(server, { ...input, enabled: true }, name);
      expect(await sourceSeen(server, name, name)).toMatchObject({ lastError: null });
    },
  );

  it('starts anew where it was changed, and ends where it was disabled', async () => {
    const input = { name: 'moved', connector: 'syslog', config: { protocol: 'tcp', port: 0 } };
    const port = await listeningPort(server, input, 'moved');
    await upsertSource(server, { ...input, enabled: false }, 'moved');
    const { tenantId } = await server.runtime.callerFor('moved');
    await until('it ended', () => server.sources.addressOf(tenantId, 'moved') === null);
    await expect(tcp(port, 'x\n')).rejects.toThrow('ECONNREFUSED');
  });

  it.each([
    [{ connector: 'telepathy' }, /no connector "telepathy"/],
    [{ connector: 'syslog', config: { port: 99_999 } }, /"port"/],
    [{ connector: 'syslog', config: { prot: 'tcp' } }, /prot/],
    [{ connector: 'syslog', config: { protocol: 'tls' } }, /certFile and keyFile/],
    [{ connector: 'syslog', secret: 'sixteen characters' }, /carries no secret/],
  ])('%j is refused in words', async (input, message) => {
    expect(await upsertSource(server, { name: 'wrong', ...input }, 'wrong')).toMatchObject({
      code: 'VALIDATION',
      message: expect.stringMatching(message),
    });
  });
});
