// The body of /services/collector/event: JSON objects one after another, with or without anything between them.
import { JSONParser } from '@streamparser/json';
import { z } from 'zod';
import { ValidationError } from '../../domain/errors.ts';
import type { Micros } from '../../domain/time.ts';
import { microsOfEpoch } from '../../parse/epoch.ts';
import type { IngestEventInput } from '../../pipeline/input.ts';
import { eventOfText } from '../event-of-text.ts';

const hecEvent = z.object({
  time: z.union([z.number(), z.string()]).nullish(),
  host: z.string().nullish(),
  source: z.string().nullish(),
  sourcetype: z.string().nullish(),
  index: z.string().nullish(),
  event: z.unknown(),
  fields: z.record(z.string(), z.unknown()).nullish(),
});

/** Throws ValidationError that names the first event with a fault. */
export function eventsOfHec(body: string, receivedUs: Micros): IngestEventInput[] {
  return readJsonObjects(body).map((value, i) => {
    try {
      return eventOfHec(value, receivedUs);
    } catch (error) {
      throw new ValidationError(`Event ${i}: ${(error as Error).message}`);
    }
  });
}

/** The objects of a body, in order. Throws ValidationError where it is no JSON. */
function readJsonObjects(body: string): unknown[] {
  const values: unknown[] = [];
  const parser = new JSONParser({ separator: '', paths: ['$'], keepStack: false });
  parser.onValue = ({ value }) => {
    if (Array.isArray(value)) values.push(...value);
    else values.push(value);
  };
  let fault: Error | null = null;
  parser.onError = (error) => {
    fault = error;
  };
  parser.write(body.trim());
  if (!parser.isEnded) parser.end();
  if (fault !== null) throw new ValidationError(`No JSON: ${(fault as Error).message}.`);
  return values;
}

/** Throws ValidationError where it is no event of the collector. */
function eventOfHec(value: unknown, receivedUs: Micros): IngestEventInput {
  const read = hecEvent.safeParse(value);
  if (!read.success)
    throw new ValidationError(`"${read.error.issues[0]!.path.join('.')}" is of another kind.`);
  const { time, host, source, sourcetype, index, event, fields } = read.data;
  if (event === undefined || event === null || event === '') throw new ValidationError('"event" is missing.');
  const text = typeof event === 'string' ? event : JSON.stringify(event);
  const timestampUs = time == null || time === '' ? null : microsOfEpoch(Number(time));
  const origin = { ...(index == null ? {} : { index }), ...(sourcetype == null ? {} : { sourcetype }) };
  return eventOfText(
    text,
    { timestampUs, host: host ?? null, sourcePath: source ?? null, fields: { ...origin, ...fields } },
    receivedUs,
  );
}
