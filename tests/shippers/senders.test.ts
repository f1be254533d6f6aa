// The senders that operators run, each by its own protocol into a server of its own.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { selfSigned } from '../support/certificates.ts';
import { freePort } from '../support/command.ts';
import {
  configFile,
  describeSender,
  type Program,
  programPath,
  runProgram,
  startProgram,
} from '../support/programs.ts';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { eventsSeen, listeningPort, received, upsertSource } from '../support/sources.ts';
import { until } from '../support/until.ts';

let server: TestMnemograph;
let program: Program | null = null;

beforeAll(async () => {
  server = await startTestMnemograph();
});
afterAll(() => server.close());
afterEach(async () => {
  await program?.stop();
  program = null;
});

const listen = (tenant: string, config: object) =>
  listeningPort(server, { name: 'syslog', connector: 'syslog', config: { port: 0, ...config } }, tenant);

const directoryOf = (name: string) => mkdtempSync(join(tmpdir(), `mnemograph-${name}-`));

describeSender(
  'logger',
  { isThere: programPath('logger') !== null, howToGet: 'apt-get install bsdutils' },
  () => {
    it.each([
      ['RFC 5424 over UDP', { protocol: 'udp' }, ['--udp', '--rfc5424']],
      ['RFC 3164 over UDP', { protocol: 'udp' }, ['--udp', '--rfc3164']],
      ['counted octets over TCP', { protocol: 'tcp' }, ['--tcp', '--octet-count', '--rfc5424']],
      ['lines over TCP', { protocol: 'tcp' }, ['--tcp', '--rfc5424']],
    ])('%s', async (title, config, options) => {
      const tenant = title.toLowerCase().replaceAll(' ', '-');
      const port = await listen(tenant, config);
      const to = ['--server', '127.0.0.1', '--port', String(port), ...options];
      const structured = options.includes('--rfc5424')
        ? ['--sd-id', 'shop@32473', '--sd-param', 'cart="17"']
        : [];
      const about = ['--tag', 'shop', '--priority', 'local0.err', ...structured];
      await runProgram('logger', [...to, ...about, '--', 'the cart could not be priced']);
      expect(await received(server, 'syslog', 1, tenant)).toMatchObject({ received: 1, rejected: 0 });
      const [event] = await eventsSeen(server, tenant);
      expect(event).toMatchObject({ service: 'shop', severity: 'ERROR' });
      expect(event!.host).toBeTruthy();
      if (structured.length > 0) expect(JSON.stringify(event!.structuredFields)).toContain('"cart":"17"');
    });
  },
);

describeSender(
  'loggen',
  { isThere: programPath('loggen') !== null, howToGet: 'apt-get install syslog-ng-core' },
  () => {
    const COUNT = 50_000;

    it('50,000 messages over TCP at full speed: 0 lost', { timeout: 180_000 }, async () => {
      const port = await listen('loggen-tcp', { protocol: 'tcp' });
      const options = ['--inet', '--stream', '--rate', '1000000', '--number', String(COUNT), '--size', '200'];
      await runProgram('loggen', [...options, '127.0.0.1', String(port)]);
      const seen = await until(
        'all is there',
        async () => {
          const found = await received(server, 'syslog', 1, 'loggen-tcp');
          return found.received + found.rejected >= COUNT ? found : null;
        },
        120_000,
      );
      expect(seen).toMatchObject({ received: COUNT, rejected: 0, lost: 0 });
    });
  },
);

const SYSLOG_NG = {
  isThere: programPath('syslog-ng') !== null,
  howToGet: 'apt-get install syslog-ng-core syslog-ng-mod-http',
};

describeSender('syslog-ng', SYSLOG_NG, () => {
  const COUNT = 2_000;

  /** Follows a file of `COUNT` lines, and sends them to `destination`. */
  function follow(destination: string): void {
    const directory = directoryOf('syslog-ng');
    const log = join(directory, 'app.log');
    const lines = Array.from(
      { length: COUNT },
      (_, n) => `<11>Mar  1 10:00:00 web-1 shop: order ${n} failed\n`,
    );
    writeFileSync(log, lines.join(''));
    const path = configFile(
      directory,
      'syslog-ng.conf',
      `@version: 3.35
options { keep-hostname(yes); stats-freq(0); };
source s { file("${log}" follow-freq(1)); };
destination d { ${destination} };
log { source(s); destination(d); flags(flow-control); };
`,
    );
    const state = (name: string) => join(directory, name);
    mkdirSync(state('disk'));
    program = startProgram('syslog-ng', [
      '--foreground',
      '--no-caps',
      `--cfgfile=${path}`,
      `--persist-file=${state('persist')}`,
      `--pidfile=${state('pid')}`,
      `--control=${state('ctl')}`,
      `--module-path=${join(programPath('syslog-ng')!, '../../lib/syslog-ng/3.38')}:/usr/lib/syslog-ng/3.38`,
    ]);
  }

  const allOf = async (name: string, tenant: string) => {
    const seen = await received(server, name, COUNT, tenant).catch((error: Error) => {
      throw new Error(`${error.message}\n${program!.output()}`);
    });
    expect(seen).toMatchObject({ received: COUNT, rejected: 0 });
    const [event] = await eventsSeen(server, tenant);
    expect(event).toMatchObject({ host: 'web-1', service: 'shop' });
  };

  it('RFC 5424 over TLS', async () => {
    const { certFile, keyFile } = await selfSigned('localhost');
    const port = await listen('sng-tls', { protocol: 'tls', tls: { certFile, keyFile } });
    follow(
      `syslog("127.0.0.1" port(${port}) transport("tls") tls(ca-file("${certFile}") peer-verify(required-trusted)));`,
    );
    await allOf('syslog', 'sng-tls');
  });

  it('RFC 3164 over TCP, line by line', async () => {
    const port = await listen('sng-tcp', { protocol: 'tcp' });
    follow(`network("127.0.0.1" port(${port}) transport("tcp"));`);
    await allOf('syslog', 'sng-tcp');
  });

  it('Splunk HEC by its http() destination, in batches', async () => {
    const secret = '0f1e2d3c-aaaa-bbbb-cccc-0123456789ab';
    await upsertSource(server, { name: 'splunk-hec', connector: 'splunk-hec', secret }, 'sng-hec');
    follow(`http(url("${server.address}/services/collector/event") method("POST") batch-lines(200)
      headers("Authorization: Splunk ${secret}")
      body("$(format-json time=$S_UNIXTIME host=$HOST source=$FILE_NAME event=$MSG fields.seq=$SEQNUM)"));`);
    const seen = await received(server, 'splunk-hec', COUNT, 'sng-hec');
    expect(seen).toMatchObject({ received: COUNT, rejected: 0 });
  });

  it('Elasticsearch bulk by its http() destination', async () => {
    follow(`http(url("${server.address}/_bulk") method("POST") batch-lines(500)
      headers("Content-Type: application/x-ndjson", "X-Mnemograph-Tenant: sng-es") body-suffix("\\n") delimiter("\\n")
      body('{"index":{"_id":"$(uuid)"}}
$(format-json @timestamp=$ISODATE host=$HOST service=$PROGRAM message=$MSG)'));`);
    await allOf('elasticsearch', 'sng-es');
  });
});

const ALERTMANAGER = {
  isThere: programPath('prometheus-alertmanager') !== null && programPath('amtool') !== null,
  howToGet: 'apt-get install prometheus-alertmanager',
};

describeSender('Alertmanager', ALERTMANAGER, () => {
  it('posts what is raised and what is resolved', { timeout: 90_000 }, async () => {
    const credentials = 'a secret of Alertmanager';
    const source = { name: 'alerts', connector: 'webhook', config: { preset: 'alertmanager' } };
    await upsertSource(server, { ...source, secret: credentials }, 'alertmanager');
    const directory = directoryOf('alertmanager');
    const path = configFile(
      directory,
      'alertmanager.yml',
      JSON.stringify({
        route: { receiver: 'mnemograph', group_wait: '1s', group_interval: '1s' },
        receivers: [
          {
            name: 'mnemograph',
            webhook_configs: [
              {
                url: `${server.address}/webhook/alerts`,
                send_resolved: true,
                http_config: { authorization: { credentials } },
              },
            ],
          },
        ],
      }),
    );
    const port = await freePort();
    program = startProgram('prometheus-alertmanager', [
      `--config.file=${path}`,
      `--storage.path=${directory}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ]);
    const url = `http://127.0.0.1:${port}`;
    await until('it is ready', () =>
      fetch(`${url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    const alert = ['alert', 'add', 'DiskFull', 'severity=critical', 'instance=db-1', 'job=node'];
    const summary = '--annotation=summary=the disk of db-1 is full';
    await runProgram('amtool', ['--alertmanager.url', url, ...alert, summary]);
    await received(server, 'alerts', 1, 'alertmanager');
    await runProgram('amtool', [
      '--alertmanager.url',
      url,
      ...alert,
      summary,
      '--end',
      new Date().toISOString(),
    ]);
    expect(await received(server, 'alerts', 2, 'alertmanager')).toMatchObject({ received: 2, rejected: 0 });
    const events = await eventsSeen(server, 'alertmanager');
    expect(events.map(({ host }) => host)).toEqual(['db-1', 'db-1']);
    expect(events.map(({ messageRaw }) => messageRaw).join()).toMatch(/resolved.*,.*firing/s);
  });
});

/** Neither Debian nor npm brings these two: they are driven where a machine has them from their makers. */
const LINES = 500;
const logOf = (directory: string): string => {
  const log = join(directory, 'app.log');
  writeFileSync(log, Array.from({ length: LINES }, (_, n) => `order ${n} failed\n`).join(''));
  return log;
};

describeSender(
  'Fluent Bit',
  { isThere: programPath('fluent-bit') !== null, howToGet: 'https://docs.fluentbit.io/manual/installation' },
  () => {
    it('Elasticsearch bulk by its es output', async () => {
      const secret = 'a secret of Fluent Bit';
      await upsertSource(server, { name: 'elasticsearch', connector: 'elasticsearch', secret }, 'fluent-bit');
      const directory = directoryOf('fluent-bit');
      const { hostname, port } = new URL(server.address);
      const path = configFile(
        directory,
        'fluent-bit.conf',
        `[SERVICE]
    Flush 1
[INPUT]
    Name           tail
    Path           ${logOf(directory)}
    Read_from_Head On
[OUTPUT]
    Name               es
    Match              *
    Host               ${hostname}
    Port               ${port}
    Path               /elasticsearch
    HTTP_User          shipper
    HTTP_Passwd        ${secret}
    Suppress_Type_Name On
    Generate_ID        On
`,
      );
      program = startProgram('fluent-bit', ['--config', path]);
      expect(await received(server, 'elasticsearch', LINES, 'fluent-bit')).toMatchObject({
        received: LINES,
        rejected: 0,
      });
    });
  },
);

describeSender(
  'Vector',
  { isThere: programPath('vector') !== null, howToGet: 'https://vector.dev/docs/setup/installation' },
  () => {
    it('Loki push by its loki sink', async () => {
      const token = 'a-token-of-vector';
      await upsertSource(server, { name: 'loki', connector: 'loki', secret: token }, 'vector');
      const directory = directoryOf('vector');
      const path = configFile(
        directory,
        'vector.json',
        JSON.stringify({
          data_dir: directory,
          sources: { app: { type: 'file', include: [logOf(directory)], read_from: 'beginning' } },
          sinks: {
            mnemograph: {
              type: 'loki',
              inputs: ['app'],
              endpoint: server.address,
              encoding: { codec: 'text' },
              labels: { host: '{{ host }}' },
              auth: { strategy: 'bearer', token },
            },
          },
        }),
      );
      program = startProgram('vector', ['--config', path]);
      expect(await received(server, 'loki', LINES, 'vector')).toMatchObject({ received: LINES, rejected: 0 });
    });
  },
);
