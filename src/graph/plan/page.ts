// The window that `first`, `last`, `after` and `before` describe.
import { ValidationError } from '../../domain/errors.ts';

export const DEFAULT_PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 100;

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

export interface Page {
  readonly limit: number;
  /** Counted from the end of the list, or of what lies before `before`. */
  readonly backward: boolean;
  readonly after: string | null;
  readonly before: string | null;
}

/** Throws ValidationError; `field` names the connection in its message. */
export function pageOf(field: string, args: PageArguments): Page {
  const { first = null, last = null, after = null, before = null } = args;
  if (first !== null && last !== null)
    throw new ValidationError(`${field}: give first or last, not both.`, [field]);
  const backward = last !== null;
  const limit = checkedLimit(field, backward ? 'last' : 'first', last ?? first ?? DEFAULT_PAGE_SIZE);
  return { limit, backward, after, before };
}

export function checkedLimit(field: string, name: string, limit: number): number {
  if (limit < 0 || limit > MAX_PAGE_SIZE)
    throw new ValidationError(`${field}: ${name} is ${limit}; it must be between 0 and ${MAX_PAGE_SIZE}.`, [
      field,
      name,
    ]);
  return limit;
}
