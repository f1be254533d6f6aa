// For every kind of connector somebody who sends: the same things are told over each protocol.

import { once } from 'node:events';
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { POSTERS } from './contract-posters.ts';
import { lines, type SenderKind, secondsOf, type Told } from './contract-sender.ts';
import { startElasticsearch } from './elasticsearch.ts';
import { startSplunk } from './splunk.ts';

const directory = () => mkdtempSync(join(tmpdir(), 'mnemograph-contract-'));

const syslog: SenderKind = {
  isResendKnown: false,
  open: async ({ server, tenant }) => ({
    config: { protocol: 'tcp', port: 0 },
    async send(told) {
      const { tenantId } = await server.runtime.callerFor(tenant);
      const address = server.sources.addressOf(tenantId, 'syslog');
      if (address === null) return null;
      const socket = connect(Number(new URL(address.replace('tcp:', 'http:')).port), '127.0.0.1');
      await once(socket, 'connect');
      const line = ({ at, host, message, word }: Told) =>
        `<11>1 ${at} ${host} shop - - [own@32473 word="${word}"] ${message}\n`;
      socket.end(told.map(line).join(''));
      await once(socket, 'close');
      return null;
    },
  }),
};

const files: SenderKind = {
  isResendKnown: false,
  async open() {
    const path = join(directory(), 'app.log');
    return {
      config: { paths: [path], pollMs: 50 },
      async send(told) {
        appendFileSync(
          path,
          lines(told.map(({ at, host, message, word }) => ({ time: at, host, message, word }))),
        );
        return null;
      },
    };
  },
};

const journald: SenderKind = {
  isResendKnown: true,
  async open() {
    const path = join(directory(), 'entries');
    writeFileSync(path, '');
    const command = fileURLToPath(new URL('fake-journalctl.mjs', import.meta.url));
    return {
      config: { command, args: [`--file=${path}`], from: 'beginning' },
      async send(told) {
        const entry = (one: Told) => ({
          __CURSOR: `s=1;i=${one.id}`,
          __REALTIME_TIMESTAMP: `${secondsOf(one)}000000`,
          _HOSTNAME: one.host,
          MESSAGE: one.message,
          PRIORITY: '3',
          WORD: one.word,
        });
        appendFileSync(path, lines(told.map(entry)));
        return null;
      },
    };
  },
};

/** Everything is told for up to an hour ago. */
const OVERLAP_SECONDS = 7_200;
const CREDENTIAL = 'a-credential-for-the-other-side';

const splunkSearch: SenderKind = {
  isResendKnown: true,
  // A search never finds what lies ahead of now.
  refused: { message: 'x'.repeat(1_048_577) },
  async open() {
    const splunk = await startSplunk(CREDENTIAL);
    return {
      config: { pull: true, url: splunk.url, pollSeconds: 1, overlapSeconds: OVERLAP_SECONDS },
      credential: CREDENTIAL,
      async send(told) {
        const result = ({ id, at, host, message, word }: Told) =>
          ({
            _bkt: 'main~1~A',
            _cd: `1:${id}`,
            _time: at,
            _raw: message,
            index: 'main',
            host,
            word,
          }) as const;
        splunk.events.push(...told.map(result));
        return null;
      },
      close: () => splunk.close(),
    };
  },
};

const elasticsearchQuery: SenderKind = {
  isResendKnown: true,
  async open() {
    const elasticsearch = await startElasticsearch(CREDENTIAL);
    return {
      config: { pull: true, url: elasticsearch.url, pollSeconds: 1, overlapSeconds: OVERLAP_SECONDS },
      credential: CREDENTIAL,
      async send(told) {
        const document = ({ id, at, host, message, word }: Told) => ({
          _index: 'logs',
          _id: String(id),
          _source: { '@timestamp': at, message, host: { name: host }, word },
        });
        elasticsearch.documents.push(...told.map(document));
        return null;
      },
      close: () => elasticsearch.close(),
    };
  },
};

/** By the kind's name, as the registry has it. */
export const SENDERS: Readonly<Record<string, SenderKind>> = {
  ...POSTERS,
  syslog,
  files,
  journald,
  'splunk-search': splunkSearch,
  'elasticsearch-query': elasticsearchQuery,
};
