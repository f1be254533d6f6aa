// Executes each event of a subscription as an operation of its own, with fresh variables and context: what one event's
// resolvers loaded and cached must not answer for the next.
import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute } from 'graphql';

type Source = AsyncIterable<unknown>;

/** Like `subscribe` of graphql-js. */
export async function subscribeAfresh(
  args: ExecutionArgs,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  const events = (source as Source)[Symbol.asyncIterator]();
  const results: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      const event = await events.next();
      if (event.done === true) return { done: true, value: undefined };
      const contextValue = { ...(args.contextValue as object) };
      return { done: false, value: await execute({ ...args, contextValue, rootValue: event.value }) };
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}
