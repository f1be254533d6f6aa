// rsyslog follows a log and keeps what it cannot deliver in a queue on disk, while our server is killed and stays away for
// half a minute. By bulk requests with ids everything is there once; plain TCP has no acknowledgement, and loses some.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort, type RunningCommand } from '../support/command.ts';
import { type Installation, install, kill } from '../support/installation.ts';
import {
  configFile,
  describeSender,
  hasRsyslogModule,
  type Program,
  programPath,
  startProgram,
} from '../support/programs.ts';
import { until } from '../support/until.ts';

const OUTAGE_MS = 30_000;
const LINES_PER_TURN = 200;
const TURN_MS = 100;

let here: Installation;
let program: Program | null;
let server: RunningCommand | null;
let work: string;

beforeEach(async () => {
  here = await install();
  program = null;
  server = null;
  work = join(here.directory, 'rsyslog');
  mkdirSync(work);
});
afterEach(async () => {
  await program?.stop();
  await server?.stop();
  await here.discard();
});

const log = () => join(work, 'app.log');

/** Writes lines all the time, each with a number of its own, until it is told to end; returns how many. */
function keepWriting(): () => Promise<number> {
  let written = 0;
  let isEnding = false;
  const writing = (async () => {
    while (!isEnding) {
      const lines = Array.from({ length: LINES_PER_TURN }, (_, i) => `order number=${written + i} failed\n`);
      appendFileSync(log(), lines.join(''));
      written += LINES_PER_TURN;
      await delay(TURN_MS);
    }
  })();
  return async () => {
    isEnding = true;
    await writing;
    return written;
  };
}

interface Counts {
  readonly sources: { name: string; received: number; rejected: number }[];
  readonly signatures: { nodes: { occurrenceCount: number }[] };
}

/** Events, and how many of the written lines they hold. */
async function stored(): Promise<{ events: number; lines: number }> {
  const [row] = await here.query<{ events: number; lines: number }>(
    `select count(*)::int as events, count(distinct substring(message_raw from 'number=[0-9]+'))::int as lines from event`,
  );
  return row!;
}

const counts = () =>
  here.ask<Counts>('{ sources { name received rejected } signatures { nodes { occurrenceCount } } }');
const receivedBy = async (name: string) =>
  (await counts()).sources.find((source) => source.name === name)?.received ?? 0;

function rsyslog(action: string): Program {
  writeFileSync(log(), '');
  const path = configFile(
    work,
    'rsyslog.conf',
    `global(workDirectory="${work}" maxMessageSize="64k")
module(load="imfile")
${action.includes('omelasticsearch') ? 'module(load="omelasticsearch")' : ''}
input(type="imfile" file="${log()}" tag="app:" severity="error" facility="local0")
template(name="doc" type="list" option.jsonf="on") {
  property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="service" name="programname" format="jsonf")
  property(outname="message" name="msg" format="jsonf")
}
template(name="id" type="string" string="%$!id%")
set $!id = $uuid;
${action}
`,
  );
  return startProgram('rsyslogd', ['-n', '-f', path, '-i', join(work, 'pid')]);
}

const QUEUE = `action.resumeRetryCount="-1" action.resumeInterval="1" queue.type="LinkedList" queue.size="5000"
  queue.filename="mnemograph" queue.maxDiskSpace="1g" queue.saveOnShutdown="on"`;

/** Serves, is killed in the middle, stays away, serves again; returns how many lines were written. */
async function throughAnOutage(source: string): Promise<number> {
  server = await here.serve();
  await prepare(source);
  const end = keepWriting();
  await until('some came', async () => (await receivedBy(source)) > 1_000, 60_000);
  await kill(server);
  await delay(OUTAGE_MS);
  server = await here.serve();
  const before = await receivedBy(source);
  await until('it goes on', async () => (await receivedBy(source)) > before, 120_000);
  return end();
}

let syslogPort: number;
async function prepare(source: string): Promise<void> {
  const config = source === 'tcp' ? { protocol: 'tcp', port: syslogPort } : {};
  await here.ask('mutation ($input: UpsertSourceInput!) { upsertSource(input: $input) { __typename } }', {
    input: { name: source, connector: source === 'tcp' ? 'syslog' : source, config },
  });
}

const howToGet = 'apt-get install rsyslog rsyslog-elasticsearch';
const isThere = programPath('rsyslogd') !== null;

describeSender(
  'rsyslog by omelasticsearch, with ids',
  { isThere: isThere && hasRsyslogModule('omelasticsearch'), howToGet },
  () => {
    it('0 lost and 0 doubled through an outage of 30 seconds', { timeout: 400_000 }, async () => {
      const { hostname, port } = new URL(here.address);
      program = rsyslog(
        `action(type="omelasticsearch" server="${hostname}" serverport="${port}" template="doc" bulkmode="on"
  dynbulkid="on" bulkid="id" ${QUEUE})`,
      );
      const written = await throughAnOutage('elasticsearch');
      const received = () => receivedBy('elasticsearch');
      await until('all came', async () => (await received()) >= written, 180_000).catch(() => {});
      const { signatures, sources } = await counts();
      const { events, lines } = await stored();
      process.stdout.write(
        `omelasticsearch: ${written} sent, ${written - lines} lost, ${events - lines} doubled\n`,
      );
      expect({ events, lines }).toEqual({ events: written, lines: written });
      expect(sources).toMatchObject([{ received: written, rejected: 0 }]);
      expect(signatures.nodes).toMatchObject([{ occurrenceCount: written }]);
    });
  },
);

describeSender('rsyslog by plain TCP', { isThere, howToGet }, () => {
  it('goes on after an outage of 30 seconds; its loss is reported', { timeout: 400_000 }, async () => {
    syslogPort = await freePort();
    program = rsyslog(
      `action(type="omfwd" target="127.0.0.1" port="${syslogPort}" protocol="tcp" tcp_framing="octet-counted"
  template="RSYSLOG_SyslogProtocol23Format" ${QUEUE})`,
    );
    const written = await throughAnOutage('tcp');
    let last = -1;
    await until(
      'nothing more comes',
      async () => {
        const before = last;
        last = await receivedBy('tcp');
        await delay(2_000);
        return last === before;
      },
      180_000,
    );
    const { events, lines } = await stored();
    process.stdout.write(`plain TCP: ${written} sent, ${written - lines} lost, ${events - lines} doubled\n`);
    expect(events).toBe(last);
    // What both kernels and our queue held is lost; the buffer in which a connection broke is sent once more.
    expect(written - lines).toBeLessThan(written / 2);
    expect(events - lines).toBeLessThan(written / 10);
  });
});
