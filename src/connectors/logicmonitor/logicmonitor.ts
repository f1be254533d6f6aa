// LogicMonitor: POST /logicmonitor/<source> for its integrations, and polling of its REST API where a portal is given.
import type { Receiver } from '../contract.ts';
import { connectorKind } from '../contract.ts';
import {
  authorization,
  outcomeReply,
  parseJson,
  passwordOf,
  pathPart,
  refuseAsJson,
} from '../http-replies.ts';
import { type LogicMonitorConfig, logicmonitorConfig } from './config.ts';
import { poll } from './poll.ts';
import { eventsOfSession } from './session.ts';
import { sessionOfBody } from './template.ts';

const PATH = /^\/logicmonitor\/([^/]+)\/?$/;

const receiver: Receiver<LogicMonitorConfig> = {
  accepts: (method, path) => method === 'POST' && PATH.test(path),
  sourceName: (path) => pathPart(PATH.exec(path)?.[1]),
  secretOf: ({ headers, query }) =>
    headers['x-mnemograph-secret'] ??
    authorization(headers.authorization, 'Bearer') ??
    passwordOf(headers.authorization) ??
    query.get('secret'),
  async receive({ body }, _config, intake) {
    return outcomeReply(await intake.payloads([body.toString('utf8')]));
  },
  refuse: refuseAsJson,
};

export const logicmonitor = connectorKind<LogicMonitorConfig>({
  kind: 'logicmonitor',
  summary: 'Takes LogicMonitor’s alerts by webhook, or asks its REST API for them and their resources.',
  sourceType: 'LOGICMONITOR',
  config: logicmonitorConfig,
  secret: 'presented',
  hasCredential: true,
  receiver,
  async run(instance) {
    const { portal } = instance.config;
    return portal === undefined ? { stop: async () => {} } : poll(instance, portal);
  },
  map: async (payload, { template }) => eventsOfSession(sessionOfBody(parseJson(payload), template)),
});
