// Opaque cursors: the ordering values of a row, under the name of the order that they belong to.
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { ValidationError } from '../../domain/errors.ts';
import { parseMicros } from '../../domain/time.ts';

export type CursorValue = string | number;

export const encodeCursor = (order: string, values: readonly CursorValue[]): string =>
  Buffer.from(JSON.stringify([order, ...values]), 'utf8').toString('base64url');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const BIGINT = /^-?\d{1,18}$/;

/** Whether PostgreSQL would take `value` for this column: a forged cursor is the caller's error, not ours. */
function fits(column: AnyPgColumn, value: unknown): value is CursorValue {
  const type = column.getSQLType();
  if (type.startsWith('timestamp')) return typeof value === 'string' && parseMicros(value) !== null;
  if (type === 'uuid') return typeof value === 'string' && UUID.test(value);
  if (type === 'bigint') return BIGINT.test(String(value));
  if (type === 'integer' || type === 'smallint')
    return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
  return typeof value === 'string' && !value.includes('\0');
}

/** The ordering values of `cursor`; throws ValidationError where it was not made by this list in this order. */
export function decodeCursor(
  field: string,
  argument: 'after' | 'before',
  cursor: string,
  order: string,
  columns: readonly AnyPgColumn[],
): CursorValue[] {
  const parts = parse(cursor);
  const [name, ...values] = parts ?? [];
  if (name === order && values.length === columns.length && columns.every((c, i) => fits(c, values[i])))
    return values as CursorValue[];
  throw new ValidationError(
    `${field}: ${argument} is not a cursor of this list in this order. Pass an endCursor or startCursor as you received it.`,
    [field, argument],
  );
}

function parse(cursor: string): unknown[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : null;
  } catch {
    return null;
  }
}
