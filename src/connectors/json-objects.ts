// JSON values one after another, with or without anything between them; a list stands for its members.
import { JSONParser } from '@streamparser/json';
import { ValidationError } from '../domain/errors.ts';

/** The objects of a body, in order. Throws ValidationError where it is no JSON. */
export function readJsonObjects(body: string): unknown[] {
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
