// POST /windows-events: events of the Windows event log, as NXLog and Fluent Bit post them in JSON, or forwarded in XML.
// Each is a line of the format that the parsers know, so that its raw form stays whole.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Delivery, Reply } from '../../domain/delivery.ts';
import { ValidationError } from '../../domain/errors.ts';
import { connectorKind, type Receiver } from '../contract.ts';
import { authorization, outcomeReply, passwordOf, refuseAsJson, textOf } from '../http-replies.ts';
import type { Intake } from '../intake.ts';
import { readJsonObjects } from '../json-objects.ts';

const PATH = /^\/windows-events\/?$/;
const XML_EVENT = /<Event[\s>][\s\S]*?<\/Event>/g;

async function receive({ body }: Delivery, _config: unknown, intake: Intake): Promise<Reply> {
  const lines = linesOf(textOf(body));
  // Every event of the log has a time and a record number: the same body is the same sending.
  const batchKey = `${intake.name}:${createHash('sha256').update(body).digest('base64url')}`;
  return outcomeReply(await intake.lines({ lines, batchKey }));
}

/** Throws ValidationError where it is neither. */
function linesOf(text: string): string[] {
  const body = text.trim();
  if (!body.startsWith('<')) return readJsonObjects(body).map((value) => JSON.stringify(value));
  const events = body.match(XML_EVENT);
  if (events === null) throw new ValidationError('The XML holds no <Event>…</Event>.');
  return events;
}

const receiver: Receiver<object> = {
  accepts: (method, path) => method === 'POST' && PATH.test(path),
  sourceName: () => null,
  secretOf: ({ headers }) =>
    headers['x-mnemograph-secret'] ??
    authorization(headers.authorization, 'Bearer') ??
    passwordOf(headers.authorization),
  receive,
  refuse: refuseAsJson,
};

export const windowsEvents = connectorKind<object>({
  kind: 'windows-events',
  summary: 'Takes events of the Windows event log in JSON or XML, at /windows-events.',
  sourceType: 'WINDOWS_EVENT',
  config: z.strictObject({}),
  secret: 'presented',
  receiver,
});
