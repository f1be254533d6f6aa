// The scalars of the graph beyond GraphQL's own.
import { GraphQLError } from 'graphql';
import { formatMicros, type Micros, parseMicros } from '../domain/time.ts';
import { builder } from './builder.ts';

const MICROSECONDS = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d\.\d{6})\+00(?::00)?$/;

/** PostgreSQL's text of a timestamp, or microseconds, as RFC 3339 in UTC. */
export function formatDateTime(value: string | Micros): string {
  if (typeof value === 'number') return formatMicros(value);
  const exact = MICROSECONDS.exec(value);
  if (exact) return `${exact[1]}T${exact[2]}Z`;
  const us = parseMicros(value);
  if (us === null) throw new TypeError(`not a timestamp: ${value}`);
  return formatMicros(us);
}

export function parseDateTime(value: unknown): Micros {
  const us = typeof value === 'string' ? parseMicros(value) : null;
  if (us !== null) return us;
  const shown = JSON.stringify(value)?.slice(0, 60);
  throw badInput(
    `DateTime takes RFC 3339 with an offset, such as "2026-03-01T02:30:00.000125Z", not ${shown}.`,
  );
}

export function parseSafeInt(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw badInput(
    `SafeInt takes a whole number between -(2^53 - 1) and 2^53 - 1, not ${JSON.stringify(value)}.`,
  );
}

const badInput = (message: string) => new GraphQLError(message, { extensions: { code: 'VALIDATION' } });

builder.scalarType('DateTime', {
  description:
    'A moment in RFC 3339, UTC, with microseconds: `2026-03-01T02:30:00.000125Z`. Input may carry any offset.',
  serialize: formatDateTime,
  parseValue: parseDateTime,
});

builder.scalarType('JSON', {
  description: 'Any JSON value. Used only for payloads whose shape is not ours.',
  serialize: (value) => value,
  parseValue: (value) => value,
});

builder.scalarType('SafeInt', {
  description: 'A whole number up to 2^53 - 1: counts that outgrow Int.',
  serialize: parseSafeInt,
  parseValue: parseSafeInt,
});
