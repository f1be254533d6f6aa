// POST /loki/api/v1/push: what Promtail, Grafana Alloy, Fluent Bit and Vector send to Loki.
import { z } from 'zod';
import type { Delivery, Reply } from '../../domain/delivery.ts';
import { type CallerError, ValidationError } from '../../domain/errors.ts';
import type { Micros } from '../../domain/time.ts';
import { connectorKind, type Receiver } from '../contract.ts';
import { authorization, parseJson, passwordOf, retryHeaders, statusOf } from '../http-replies.ts';
import type { Intake } from '../intake.ts';
import { decodePush, eventsOfPush, readPush } from './push.ts';

const PATHS = new Set(['/loki/api/v1/push', '/api/prom/push']);
const JSON_TYPE = 'application/json';
const BASE64 = 'base64,';
const LIMIT_BYTES = 256 * 1024 * 1024;

async function receive({ body, headers }: Delivery, _config: unknown, intake: Intake): Promise<Reply> {
  const isJson = headers['content-type']?.split(';')[0]?.trim().toLowerCase() === JSON_TYPE;
  const payload = isJson ? body.toString('utf8') : BASE64 + body.toString('base64');
  const outcome = await intake.payloads([payload]);
  const [reason] = await intake.reasons(outcome.rejectedIds.slice(0, 1));
  const isTaken = reason === undefined || outcome.accepted + outcome.duplicates > 0;
  return isTaken ? { status: 204 } : { status: 400, body: { message: reason.reason } };
}

function read(payload: string, receivedUs: Micros) {
  if (!payload.startsWith(BASE64)) return eventsOfPush(readPush(parseJson(payload)), receivedUs);
  let decoded: unknown;
  try {
    decoded = decodePush(Buffer.from(payload.slice(BASE64.length), 'base64'), LIMIT_BYTES);
  } catch (error) {
    throw new ValidationError(`This is no snappy-compressed push request: ${(error as Error).message}.`);
  }
  return eventsOfPush(readPush(decoded), receivedUs);
}

const receiver: Receiver<object> = {
  accepts: (method, path) => method === 'POST' && PATHS.has(path),
  sourceName: () => null,
  secretOf: ({ headers }) =>
    authorization(headers.authorization, 'Bearer') ?? passwordOf(headers.authorization),
  receive,
  refuse: (error: CallerError) => ({
    status: statusOf(error),
    headers: retryHeaders(error),
    body: { message: error.message },
  }),
};

export const loki = connectorKind<object>({
  kind: 'loki',
  summary: 'Takes what is pushed to Loki, at /loki/api/v1/push.',
  sourceType: 'APP_LOG',
  config: z.strictObject({}),
  secret: 'presented',
  receiver,
  map: async (payload, _config, receivedUs) => read(payload, receivedUs),
});
