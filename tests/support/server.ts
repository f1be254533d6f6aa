// The whole server, on a database of its own and a free port.
import { type Client, createClient } from 'graphql-sse';
import { silentLogger } from '../../src/domain/logger.ts';
import { type RunningServer, startServer } from '../../src/main.ts';
import { type Environment, readSettings } from '../../src/settings.ts';
import type { DatabaseTarget } from '../../src/store/target.ts';
import { createTestDatabase } from './database.ts';
import { TestClock } from './pipeline.ts';

export interface TestMnemograph extends RunningServer {
  readonly graphql: string;
  /** The data of an operation; throws where there are errors. */
  ask<T>(query: string, variables?: Record<string, unknown>, tenant?: string): Promise<T>;
  sse(tenant?: string): Client;
}

/** With `at` its clock stands still. `more`: settings beside those that it needs. */
export async function startTestMnemograph(at?: string, more: Environment = {}): Promise<TestMnemograph> {
  const database = await createTestDatabase();
  const settings = readSettings({
    HOME: '/nowhere',
    DATABASE_URL: urlOf(database.target),
    MNEMOGRAPH_PORT: '0',
    ...more,
  });
  const server = await startServer(settings, {
    logger: silentLogger,
    // From source it takes seconds to start; tests of the command line have it.
    foldThread: false,
    ...(at === undefined ? {} : { clock: new TestClock(at) }),
  });
  const graphql = `${server.address}/graphql`;
  return {
    ...server,
    graphql,
    async ask<T>(query: string, variables = {}, tenant = 'default') {
      const response = await fetch(graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-mnemograph-tenant': tenant },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      return data;
    },
    sse: (tenant = 'default') =>
      createClient({ url: graphql, headers: { 'x-mnemograph-tenant': tenant }, retryAttempts: 0 }),
    async close() {
      await server.close();
      await database.drop();
    },
  };
}

/** For `DATABASE_URL`. */
export function urlOf(target: DatabaseTarget): string {
  if ('connectionString' in target) return target.connectionString;
  const { host, port, user, database } = target;
  return `postgres://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}
