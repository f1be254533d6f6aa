// One result of a search as an event: its raw text, with what Splunk indexed of it.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ValidationError } from '../../domain/errors.ts';
import { type Micros, parseMicros } from '../../domain/time.ts';
import { microsOfEpochText } from '../../parse/epoch.ts';
import type { IngestEventInput } from '../../pipeline/input.ts';
import { eventOfText, wordOf } from '../event-of-text.ts';
import { parseJson } from '../http-replies.ts';

const result = z.record(z.string(), z.unknown());

export type Result = z.output<typeof result>;

/** Where an event lies: the bucket, and the address in it. A row that a command made has no place. */
const PLACE = ['index', '_bkt', '_cd'] as const;
/** Other at every search. */
const OF_THE_SEARCH = new Set(['_serial', '_si']);

/** What makes a result the same one at another search. */
export function keyOf(row: Result): string {
  const place = PLACE.map((name) => wordOf(row[name]));
  if (place.every((part) => part !== null)) return place.join('|');
  const lasting = Object.entries(row).filter(([name]) => !OF_THE_SEARCH.has(name));
  return `row:${createHash('sha256').update(JSON.stringify(lasting.sort())).digest('base64url')}`;
}

/** Throws ValidationError where it is no result. */
export function eventOfResult(payload: string, receivedUs: Micros): IngestEventInput {
  const read = result.safeParse(parseJson(payload));
  if (!read.success) throw new ValidationError('A result of a search is one JSON object.');
  const row = read.data;
  const fields = Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('_')));
  const { host, source, ...others } = fields;
  return eventOfText(
    wordOf(row._raw) ?? JSON.stringify(fields),
    {
      timestampUs: timeOf(wordOf(row._time)),
      host: wordOf(host),
      sourcePath: wordOf(source),
      fields: others,
      eventKey: keyOf(row),
    },
    receivedUs,
  );
}

const timeOf = (text: string | null): Micros | null =>
  text === null ? null : (parseMicros(text) ?? microsOfEpochText(text));
