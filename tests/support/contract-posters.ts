// The senders of the contract's tests that post to the server's own port.
import { json, lines, type SenderKind, secondsOf, type Told } from './contract-sender.ts';

/** One that posts to the server's own port. */
const poster = (
  path: string,
  secretHeader: (secret: string) => Record<string, string>,
  bodyOf: (told: readonly Told[]) => string,
  config: object = {},
): SenderKind => ({
  isResendKnown: true,
  open: async ({ server, tenant }) => ({
    config,
    async send(told, secret) {
      const response = await fetch(server.address + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-mnemograph-tenant': tenant,
          ...(secret === undefined ? {} : secretHeader(secret)),
        },
        body: bodyOf(told),
      });
      await response.arrayBuffer();
      return response.status;
    },
  }),
});

const ownHeader = (secret: string) => ({ 'x-mnemograph-secret': secret });
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const nanos = (told: Told) => `${secondsOf(told)}000000000`;

const MAPPING = `events.{ "message": message, "timestamp": at, "host": host, "fields": { "word": word },
  "key": $string(id) }`;

export const POSTERS: Readonly<Record<string, SenderKind>> = {
  webhook: poster('/webhook/webhook', ownHeader, (events) => json({ events }), { mapping: MAPPING }),
  'splunk-hec': poster(
    '/services/collector/event',
    (secret) => ({ authorization: `Splunk ${secret}` }),
    (told) =>
      told
        .map((one) =>
          json({ time: secondsOf(one), host: one.host, event: one.message, fields: { word: one.word } }),
        )
        .join(''),
  ),
  elasticsearch: poster(
    '/_bulk',
    (secret) => ({ authorization: `ApiKey ${secret}` }),
    (told) =>
      told
        .map(({ id, at, host, message, word }) =>
          lines([
            { index: { _index: 'logs', _id: String(id) } },
            { '@timestamp': at, message, host: { name: host }, word },
          ]),
        )
        .join(''),
  ),
  otlp: poster('/v1/logs', bearer, (told) =>
    json({
      resourceLogs: told.map((one) => ({
        resource: { attributes: [{ key: 'host.name', value: { stringValue: one.host } }] },
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: nanos(one),
                severityNumber: 17,
                body: { stringValue: one.message },
                attributes: [{ key: 'word', value: { stringValue: one.word } }],
              },
            ],
          },
        ],
      })),
    }),
  ),
  loki: poster('/loki/api/v1/push', bearer, (told) =>
    json({
      streams: told.map((one) => ({
        stream: { host: one.host, word: one.word },
        values: [[nanos(one), one.message]],
      })),
    }),
  ),
  'windows-events': poster('/windows-events', ownHeader, (told) =>
    json(
      told.map(({ id, at, host, message, word }) => ({
        EventTime: at,
        Hostname: host,
        EventID: 1001,
        SourceName: 'Shop',
        Channel: 'Application',
        RecordNumber: id,
        Severity: 'ERROR',
        Message: message,
        Word: word,
      })),
    ),
  ),
  logicmonitor: {
    isResendKnown: true,
    async open(context) {
      // One alert is one post.
      const alerts = await poster('/logicmonitor/logicmonitor', ownHeader, ([one]) =>
        json({
          alertId: `LMD${one!.id}`,
          status: 'active',
          level: 'error',
          start: String(secondsOf(one!)),
          host: one!.host,
          datasource: 'Processes',
          instance: one!.message,
          datapoint: 'Status',
          site: one!.word,
        }),
      ).open(context);
      return {
        ...alerts,
        async send(told, secret) {
          let status: number | null = null;
          for (const one of told) status = await alerts.send([one], secret);
          return status;
        },
      };
    },
  },
};
