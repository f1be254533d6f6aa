// The body of /services/collector/event: JSON objects one after another, with or without anything between them.
import { z } from 'zod';
import { ValidationError } from '../../domain/errors.ts';
import type { Micros } from '../../domain/time.ts';
import { microsOfEpoch } from '../../parse/epoch.ts';
import type { IngestEventInput } from '../../pipeline/input.ts';
import { eventOfText } from '../event-of-text.ts';
import { readJsonObjects } from '../json-objects.ts';

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
