// Splunk's HTTP Event Collector as its senders speak it: events, raw lines, and acknowledgements. An answer comes after
// the commit, so whatever has an acknowledgement's number is stored.
import { z } from 'zod';
import type { Delivery, Reply } from '../../domain/delivery.ts';
import { type CallerError, ValidationError } from '../../domain/errors.ts';
import type { IngestOutcome } from '../../pipeline/input.ts';
import { connectorKind, type Receiver } from '../contract.ts';
import { authorization, parseJson, passwordOf, retryHeaders, statusOf, textOf } from '../http-replies.ts';
import type { Intake } from '../intake.ts';
import { eventsOfHec } from './hec-events.ts';

const PATH = /^\/services\/collector(?:\/(event|raw|ack|health)(?:\/1\.0)?)?\/?$/;

/** Codes of https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector. */
const SUCCESS = { text: 'Success', code: 0 };
const NO_DATA = { text: 'No data', code: 5 };
const HEALTHY = { text: 'HEC is healthy', code: 17 };
const REFUSALS: Readonly<Partial<Record<CallerError['code'], { status: number; code: number }>>> = {
  UNAUTHENTICATED: { status: 403, code: 4 },
  FORBIDDEN: { status: 403, code: 1 },
  RETRY_LATER: { status: 503, code: 9 },
};

const hecConfig = z.strictObject({});

let acknowledgements = 0;

async function receive(delivery: Delivery, _config: unknown, intake: Intake): Promise<Reply> {
  const endpoint = PATH.exec(delivery.path)?.[1] ?? 'event';
  if (endpoint === 'health') return { status: 200, body: HEALTHY };
  if (endpoint === 'ack') return { status: 200, body: { acks: acknowledge(textOf(delivery.body)) } };
  if (delivery.body.toString('latin1').trim() === '') return { status: 400, body: NO_DATA };
  const outcome = endpoint === 'raw' ? await takeRaw(delivery, intake) : await takeEvents(delivery, intake);
  if ('status' in outcome) return outcome;
  const channel = delivery.headers['x-splunk-request-channel'] ?? delivery.query.get('channel');
  return { status: 200, body: channel == null ? SUCCESS : { ...SUCCESS, ackId: acknowledgements++ } };
}

/** Of a body that cannot be read nothing is taken, and all of it is kept. */
async function takeEvents({ body }: Delivery, intake: Intake): Promise<IngestOutcome | Reply> {
  const outcome = await intake.payloads([body.toString('utf8')]);
  if (outcome.accepted + outcome.duplicates > 0) return outcome;
  const [first] = await intake.reasons(outcome.rejectedIds);
  if (first === undefined) return outcome;
  return { status: 400, body: { text: `Invalid data format: ${first.reason}`, code: 6 } };
}

async function takeRaw({ body, query }: Delivery, intake: Intake): Promise<IngestOutcome> {
  const lines = body
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return intake.lines({ lines, host: query.get('host'), sourcePath: query.get('source') });
}

function acknowledge(body: string): Record<string, boolean> {
  const read = z.object({ acks: z.array(z.int()) }).safeParse(parseJson(body));
  if (!read.success) throw new ValidationError('Write the numbers as {"acks": [0, 1]}.');
  return Object.fromEntries(read.data.acks.map((ack) => [String(ack), ack >= 0]));
}

const receiver: Receiver<object> = {
  accepts: (method, path) => {
    const matched = PATH.exec(path);
    return matched !== null && (method === 'POST' || (method === 'GET' && matched[1] === 'health'));
  },
  sourceName: () => null,
  secretOf: ({ headers, query }) =>
    authorization(headers.authorization, 'Splunk') ?? passwordOf(headers.authorization) ?? query.get('token'),
  receive,
  refuse(error) {
    const { status, code } = REFUSALS[error.code] ?? { status: statusOf(error), code: 6 };
    return { status, headers: retryHeaders(error), body: { text: error.message, code } };
  },
};

export const splunkHec = connectorKind<object>({
  kind: 'splunk-hec',
  summary: 'Takes what Splunk’s HTTP Event Collector takes, at /services/collector.',
  sourceType: 'SPLUNK',
  config: hecConfig,
  secret: 'presented',
  receiver,
  map: async (body, _config, receivedUs) => eventsOfHec(body, receivedUs),
});
