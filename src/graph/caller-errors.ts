// A caller's error outside a result union becomes a GraphQLError. As it is, graphql-js would take its `path` (into the
// input) for a path into the response, and the client would not learn which field failed.
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { GraphQLError, type GraphQLFieldResolver } from 'graphql';
import { CallerError, RetryLaterError } from '../domain/errors.ts';
import { PLAN_EXTENSION } from './plan/declare.ts';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      callerErrors: CallerErrorsPlugin<Types>;
    }
  }
}

/** A caller's error as the wire shows it. */
export function toGraphQLError(error: CallerError): GraphQLError {
  const retry = error instanceof RetryLaterError ? { retryAfterMs: error.retryAfterMs } : {};
  return new GraphQLError(error.message, {
    extensions: { code: error.code, ...(error.path ? { inputPath: error.path } : {}), ...retry },
    originalError: error,
  });
}

const rethrow = (error: unknown): never => {
  throw error instanceof CallerError ? toGraphQLError(error) : error;
};

type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>;

class CallerErrorsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolve: Resolver<Types>, field: PothosOutputFieldConfig<Types>): Resolver<Types> {
    const plan = field.extensions?.[PLAN_EXTENSION] as { kind: string } | undefined;
    return plan && plan.kind !== 'computed' ? resolve : guarded(resolve);
  }

  override wrapSubscribe(subscribe: Resolver<Types> | undefined): Resolver<Types> | undefined {
    return subscribe && guarded(subscribe);
  }
}

const guarded =
  <Types extends SchemaTypes>(resolve: Resolver<Types>): Resolver<Types> =>
  (parent, args, context, info) => {
    try {
      const result: unknown = resolve(parent, args, context, info);
      return result instanceof Promise ? result.catch(rethrow) : result;
    } catch (error) {
      return rethrow(error);
    }
  };

const name = 'callerErrors';
SchemaBuilder.registerPlugin(name, CallerErrorsPlugin);
export default name;
