// POST /v1/logs: OpenTelemetry's protocol over HTTP, in protobuf or JSON.
import { z } from 'zod';
import type { Delivery, Reply } from '../../domain/delivery.ts';
import { type CallerError, ValidationError } from '../../domain/errors.ts';
import type { Micros } from '../../domain/time.ts';
import { connectorKind, type Receiver } from '../contract.ts';
import { authorization, parseJson, passwordOf, retryHeaders, statusOf } from '../http-replies.ts';
import type { Intake } from '../intake.ts';
import { decodeRequest, encodeResponse } from './proto.ts';
import { eventsOfRequest } from './records.ts';

const PATH = /^\/v1\/logs\/?$/;
const PROTOBUF = 'application/x-protobuf';
/** Of google.rpc.Code. */
const INVALID_ARGUMENT = 3;
/** How a body that is no text is written as one. */
const BASE64 = 'base64,';

async function receive({ body, headers }: Delivery, _config: unknown, intake: Intake): Promise<Reply> {
  const isBinary = headers['content-type']?.split(';')[0]?.trim().toLowerCase() === PROTOBUF;
  const payload = isBinary ? BASE64 + body.toString('base64') : body.toString('utf8');
  const outcome = await intake.payloads([payload]);
  const rejected = outcome.rejectedIds.length;
  const [reason] = await intake.reasons(outcome.rejectedIds.slice(0, 1));
  if (reason !== undefined && outcome.accepted + outcome.duplicates === 0)
    return { status: 400, body: { code: INVALID_ARGUMENT, message: reason.reason } };
  const partial = reason === undefined ? null : { rejectedLogRecords: rejected, errorMessage: reason.reason };
  return isBinary
    ? { status: 200, headers: { 'content-type': PROTOBUF }, bytes: encodeResponse(partial) }
    : { status: 200, body: partial === null ? {} : { partialSuccess: partial } };
}

function read(payload: string, receivedUs: Micros) {
  if (!payload.startsWith(BASE64)) return eventsOfRequest(parseJson(payload), receivedUs);
  try {
    return eventsOfRequest(decodeRequest(Buffer.from(payload.slice(BASE64.length), 'base64')), receivedUs);
  } catch (error) {
    if (error instanceof ValidationError) throw error;
    throw new ValidationError(`This is no protobuf of an export of logs: ${(error as Error).message}.`);
  }
}

const receiver: Receiver<object> = {
  accepts: (method, path) => method === 'POST' && PATH.test(path),
  sourceName: () => null,
  secretOf: ({ headers }) =>
    authorization(headers.authorization, 'Bearer') ??
    passwordOf(headers.authorization) ??
    headers['x-mnemograph-secret'] ??
    null,
  receive,
  refuse: (error: CallerError) => ({
    status: statusOf(error),
    headers: retryHeaders(error),
    body: { message: error.message },
  }),
};

export const otlp = connectorKind<object>({
  kind: 'otlp',
  summary: 'Takes OpenTelemetry’s logs over HTTP, at /v1/logs.',
  sourceType: 'OTLP',
  config: z.strictObject({}),
  secret: 'presented',
  receiver,
  map: async (payload, _config, receivedUs) => read(payload, receivedUs),
});
