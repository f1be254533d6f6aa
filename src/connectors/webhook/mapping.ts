// A mapping from a sender's JSON to events, written in JSONata (jsonata.org): an expression that yields one object, or a
// list of them, with the fields of an event.
import jsonata from 'jsonata';
import { z } from 'zod';
import { ValidationError } from '../../domain/errors.ts';
import { type SeverityName, severityName } from '../../domain/severity.ts';
import { formatMicros, parseMicros } from '../../domain/time.ts';
import { microsOfEpoch, microsOfEpochText } from '../../parse/epoch.ts';
import { severityOfNumber, severityOfWord } from '../../parse/level.ts';
import type { IngestEventInput } from '../../pipeline/input.ts';

const MAX_EXPRESSION_CHARS = 20_000;
const TIME_LIMIT_MS = 200;

/** What a mapping yields for one event; unknown fields are an error, so that a typing mistake shows. */
const mappedEvent = z.strictObject({
  message: z.string().min(1),
  timestamp: z.union([z.string(), z.number()]).nullish(),
  host: z.string().nullish(),
  service: z.string().nullish(),
  severity: z.union([z.string(), z.number()]).nullish(),
  sourcePath: z.string().nullish(),
  fields: z.record(z.string(), z.unknown()).nullish(),
  keys: z.record(z.string(), z.unknown()).nullish(),
  key: z.string().min(1).max(512).nullish(),
});

export type Mapping = (payload: unknown) => Promise<IngestEventInput[]>;

/** Throws ValidationError where the expression cannot be read. */
export function compileMapping(expression: string): Mapping {
  const compiled = compile(expression);
  return async (payload) => {
    const yielded = await evaluate(compiled, payload);
    const list = Array.isArray(yielded) ? yielded : [yielded];
    if (yielded === undefined || list.length === 0)
      throw new ValidationError('The mapping yields no event for this payload: mend it, then replay.');
    return list.map((item, i) => eventOf(item, i, payload));
  };
}

export const mappingExpression = z
  .string()
  .max(MAX_EXPRESSION_CHARS)
  .superRefine((expression, ctx) => {
    try {
      compile(expression);
    } catch (error) {
      ctx.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });

function compile(expression: string): jsonata.Expression {
  try {
    return jsonata(expression, { timeout: TIME_LIMIT_MS } as never);
  } catch (error) {
    const { message, position } = error as { message?: string; position?: number };
    throw new ValidationError(`The mapping is no JSONata: ${message} (at character ${position ?? '?'})`);
  }
}

async function evaluate(compiled: jsonata.Expression, payload: unknown): Promise<unknown> {
  try {
    return await compiled.evaluate(payload);
  } catch (error) {
    throw new ValidationError(`The mapping fails on this payload: ${(error as Error).message}`);
  }
}

function eventOf(item: unknown, index: number, payload: unknown): IngestEventInput {
  // JSONata's lists carry marks of their own: a plain copy has none.
  const read = mappedEvent.safeParse(item === undefined ? item : JSON.parse(JSON.stringify(item)));
  if (!read.success) {
    const { path, message } = read.error.issues[0]!;
    throw new ValidationError(`The mapping's event ${index}: "${path.join('.')}" ${message}.`);
  }
  const event = read.data;
  return {
    message: event.message,
    timestamp: timestampOf(event.timestamp),
    host: event.host,
    service: event.service,
    severity: levelOf(event.severity),
    sourcePath: event.sourcePath,
    structuredFields: event.fields ?? payload,
    correlationKeys: event.keys,
    eventKey: event.key,
  };
}

/** RFC 3339, or a count of seconds, milli-, micro- or nanoseconds since 1970; what is neither is refused later, by name. */
function timestampOf(value: string | number | null | undefined): string | null {
  if (value === null || value === undefined || value === '') return null;
  const us =
    typeof value === 'number' ? microsOfEpoch(value) : (parseMicros(value) ?? microsOfEpochText(value));
  return us === null ? String(value) : formatMicros(us);
}

/** Null where the words tell none: then the message's own do. */
function levelOf(value: string | number | null | undefined): SeverityName | null {
  if (value === null || value === undefined) return null;
  const severity = typeof value === 'number' ? severityOfNumber(value) : severityOfWord(value);
  return severity === null ? null : severityName(severity);
}
