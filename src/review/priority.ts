import { ValidationError } from '../domain/errors.ts';

const HIGHEST_PRIORITY = 100;

/** Greater comes first. Throws ValidationError outside of 0..100. */
export function checkPriority(priority: number): number {
  if (Number.isInteger(priority) && priority >= 0 && priority <= HIGHEST_PRIORITY) return priority;
  throw new ValidationError(
    `"priority" is ${priority}; it must be a whole number from 0 to ${HIGHEST_PRIORITY}, greater comes first.`,
    ['input', 'priority'],
  );
}
