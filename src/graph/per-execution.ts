import type { GraphQLResolveInfo } from 'graphql';
import type { GraphContext } from './context.ts';

/**
 * One `make()` for each execution of an operation: what a DataLoader caches must not outlive it. A context would not
 * do, for a subscription keeps its own as long as it lasts. graphql-js makes the variables anew for each execution.
 */
export function perExecution<T>(
  make: (info: GraphQLResolveInfo, context: GraphContext) => T,
): (info: GraphQLResolveInfo, context: GraphContext) => T {
  const made = new WeakMap<object, T>();
  return (info, context) => {
    let value = made.get(info.variableValues);
    if (value === undefined) {
      value = make(info, context);
      made.set(info.variableValues, value);
    }
    return value;
  };
}
