import type { GraphContext } from './context.ts';

/** One `make()` for each request: what a DataLoader caches must not outlive it. */
export function perRequest<T>(make: (context: GraphContext) => T): (context: GraphContext) => T {
  const made = new WeakMap<GraphContext, T>();
  return (context) => {
    let value = made.get(context);
    if (value === undefined) {
      value = make(context);
      made.set(context, value);
    }
    return value;
  };
}
