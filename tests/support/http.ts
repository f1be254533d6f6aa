// A server over a small schema, for what HTTP promises whatever the graph is.
import { GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import type { Caller } from '../../src/domain/caller.ts';
import { NotFoundError, RetryLaterError } from '../../src/domain/errors.ts';
import { silentLogger } from '../../src/domain/logger.ts';
import { type HttpOptions, type HttpServer, startHttpServer } from '../../src/http/server.ts';

interface Context {
  readonly caller: Caller;
}

export interface TestServer extends HttpServer {
  readonly url: string;
  readonly graphql: string;
  /** Subscriptions to `ticks` that were not ended. */
  readonly openTicks: () => number;
}

const text = { text: { type: new GraphQLNonNull(GraphQLString) } };

/** Mutations report to `ensured` through the fake callers: their tenants have id 2, all others 1. */
export async function startTestServer(options: Partial<HttpOptions> = {}): Promise<TestServer> {
  let open = 0;
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    limitBytes: 64 * 1024,
    deliveries: { accepts: () => false, deliver: async () => null },
    readiness: async () => [{ name: 'database', ok: true, detail: 'The database answers.' }],
    logger: silentLogger,
    callers: {
      callerOf: async (slug, isMutation) => ({
        tenantId: isMutation ? 2 : 1,
        tenantSlug: slug,
        actor: 'test',
      }),
    },
    contextOf: (caller) => ({ caller }),
    settled: async () => {},
    schema: testSchema((by) => {
      open += by;
    }),
    ...options,
  });
  const url = `http://127.0.0.1:${server.port}`;
  return { ...server, url, graphql: `${url}/graphql`, openTicks: () => open };
}

export const post = (url: string, query: string, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });

function testSchema(onOpen: (by: number) => void): GraphQLSchema {
  const caller = {
    type: GraphQLString,
    resolve: (_: unknown, __: unknown, context: Context) =>
      `${context.caller.tenantSlug}:${context.caller.tenantId}`,
  };
  return new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      fields: {
        caller,
        echo: { type: GraphQLString, args: text, resolve: (_, args) => args.text },
        bug: {
          type: GraphQLString,
          resolve: () => {
            throw new Error('the secret cause');
          },
        },
        missing: {
          type: GraphQLString,
          resolve: () => {
            throw new NotFoundError('There is no such thing. Look elsewhere.');
          },
        },
        busy: {
          type: GraphQLString,
          resolve: () => {
            throw new RetryLaterError('Come again.', 500);
          },
        },
      },
    }),
    mutation: new GraphQLObjectType({ name: 'Mutation', fields: { caller } }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        ticks: {
          type: GraphQLInt,
          args: { until: { type: GraphQLInt } },
          subscribe: (_, { until }) => ticks(until ?? Number.POSITIVE_INFINITY, onOpen),
          resolve: (value) => value,
        },
        caller: { ...caller, subscribe: () => ticks(1, onOpen) },
      },
    }),
  });
}

/** Yields up to `until` numbers at once, then stays silent until it is ended; with a finite `until` it ends. */
function ticks(until: number, onOpen: (by: number) => void): AsyncIterableIterator<number> {
  let count = 0;
  let end: (result: IteratorReturnResult<undefined>) => void = () => {};
  let ended = false;
  onOpen(1);
  const finish = (): IteratorReturnResult<undefined> => {
    if (!ended) onOpen(-1);
    ended = true;
    end({ done: true, value: undefined });
    return { done: true, value: undefined };
  };
  return {
    next() {
      if (ended) return Promise.resolve({ done: true, value: undefined });
      if (count < Math.min(until, 3)) return Promise.resolve({ done: false, value: ++count });
      if (count >= until) return Promise.resolve(finish());
      return new Promise((resolve) => {
        end = resolve;
      });
    },
    return: async () => finish(),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
