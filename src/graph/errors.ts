// The errors of the domain as GraphQL types. A mutation returns `resultUnion(…)`: what its resolver throws and the
// union lists becomes data. In queries they become top-level errors with `extensions.code`; bugs stay masked.
import type { ObjectRef } from '@pothos/core';
import {
  type CallerError,
  ConflictError,
  LimitExceededError,
  NotFoundError,
  RetryLaterError,
  UnavailableError,
  ValidationError,
} from '../domain/errors.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { ErrorCodeEnum } from './enums.ts';

export const ErrorInterface = builder.interfaceRef<CallerError>('Error').implement({
  description: 'What the caller can mend. Match on `code`, never on the text.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeEnum, description: 'The kind of error.' }),
    message: t.exposeString('message', { description: 'What is wrong and what to do.' }),
    path: t.stringList({
      nullable: true,
      description: 'The part of the input that is meant, outermost first.',
      resolve: (error) => (error.path === null ? null : [...error.path]),
    }),
  }),
});

type ErrorClass<E extends CallerError> = new (...args: never[]) => E;

const errorType = (type: ErrorClass<CallerError>, description: string) =>
  builder.objectType(type as new () => CallerError, {
    name: type.name,
    description,
    interfaces: [ErrorInterface],
    isTypeOf: (value) => value instanceof type,
  });

errorType(ValidationError, 'The input is wrong: nothing was changed.');
errorType(NotFoundError, 'There is no such thing for this caller.');
errorType(ConflictError, 'It contradicts what is already there: nothing was changed.');
errorType(LimitExceededError, 'More than one request may ask for.');
errorType(UnavailableError, 'A part that the request needs does not answer.');

builder.objectType(RetryLaterError, {
  name: 'RetryLaterError',
  description: 'The server is full, not broken: the same request succeeds later.',
  interfaces: [ErrorInterface],
  isTypeOf: (value) => value instanceof RetryLaterError,
  fields: (t) => ({
    retryAfterMs: t.exposeInt('retryAfterMs', { description: 'How long to wait, in milliseconds.' }),
  }),
});

/**
 * The union `name` of a payload and the errors that its mutations can meet. Any number of mutation fields may return
 * it; their resolvers return the payload or throw one of the errors.
 */
export function resultUnion<Payload>(
  name: string,
  description: string,
  payload: ObjectRef<SchemaTypes, Payload>,
  errors: readonly ErrorClass<CallerError>[],
) {
  return builder.errorUnion(name, {
    description,
    types: [payload, ...(errors as unknown as ObjectRef<SchemaTypes, Payload>[])],
    resolveType: () => payload,
  });
}
