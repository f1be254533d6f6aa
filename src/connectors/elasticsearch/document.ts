// One document of a bulk request, in the Elastic Common Schema or any other: a line of JSON with a name of its own.
import { z } from 'zod';
import { ValidationError } from '../../domain/errors.ts';
import type { Micros } from '../../domain/time.ts';
import type { IngestEventInput } from '../../pipeline/input.ts';
import { eventOfText, wordOf } from '../event-of-text.ts';
import { parseJson } from '../http-replies.ts';

export type BulkAction = 'index' | 'create' | 'update' | 'delete';

export interface BulkMeta {
  readonly action: BulkAction;
  readonly index: string | null;
  readonly id: string | null;
}

const meta = z.object({ _index: z.string().nullish(), _id: z.union([z.string(), z.number()]).nullish() });

/** Throws ValidationError where the line is no action. */
export function readMeta(line: string): BulkMeta {
  const value = parseJson(line);
  const [action, given] = Object.entries((value ?? {}) as object)[0] ?? [];
  const read = meta.safeParse(given);
  if (
    !read.success ||
    !(action === 'index' || action === 'create' || action === 'update' || action === 'delete')
  )
    throw new ValidationError(`Malformed action/metadata line: ${line.slice(0, 100)}`);
  const { _index: index, _id: id } = read.data;
  return { action, index: index ?? null, id: id == null ? null : String(id) };
}

/** `payload`: an action line and its document. Throws ValidationError. */
export function eventOfDocument(payload: string, receivedUs: Micros): IngestEventInput {
  const newline = payload.indexOf('\n');
  const { index, id } = readMeta(payload.slice(0, newline));
  const text = payload.slice(newline + 1);
  const document = parseJson(text);
  if (document === null || typeof document !== 'object' || Array.isArray(document))
    throw new ValidationError('A document is one JSON object.');
  const event = eventOfText(
    text,
    {
      host: textAt(document, 'host.name', 'host.hostname', 'agent.hostname', 'host'),
      service: textAt(document, 'service.name', 'process.name', 'event.module'),
      sourcePath: textAt(document, 'log.file.path', 'winlog.channel'),
      eventKey: id === null ? null : `${index ?? ''}/${id}`,
    },
    receivedUs,
  );
  return { ...event, ingestMetadata: index === null ? null : { index } };
}

/** The first of these members, written apart (`host.name`) or within each other, that is a text. */
function textAt(document: object, ...paths: string[]): string | null {
  for (const path of paths) {
    const found = wordOf((document as Record<string, unknown>)[path]) ?? wordOf(within(document, path));
    if (found !== null) return found;
  }
  return null;
}

const within = (document: object, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (at, name) =>
        at !== null && typeof at === 'object' ? (at as Record<string, unknown>)[name] : undefined,
      document,
    );
