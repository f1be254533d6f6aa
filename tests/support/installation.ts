// The real command over a data directory and a port of its own, which outlive its processes: for tests that kill them.
import { once } from 'node:events';
import { join } from 'node:path';
import type pg from 'pg';
import { startEmbedded } from '../../src/store/embedded/launcher.ts';
import { freePort, type RunningCommand, saying, start } from './command.ts';
import { discard, query, temporaryDirectory } from './embedded.ts';

export interface Installation {
  readonly directory: string;
  readonly dataDir: string;
  readonly address: string;
  /** Names the data directory and the port to a command. */
  readonly env: Readonly<Record<string, string>>;
  /** Resolves when it listens. */
  serve(): Promise<RunningCommand>;
  /** The data of an operation; throws the first error. */
  ask<T>(query: string, variables?: object, tenant?: string): Promise<T>;
  /** Asks its database itself. */
  query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
  /** Ends its database and removes everything. */
  discard(): Promise<void>;
}

/** `beside`: shares the data directory of that one, on another port. */
export async function install(beside?: Installation): Promise<Installation> {
  const directory = beside?.directory ?? temporaryDirectory();
  const dataDir = join(directory, 'data');
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const env = { MNEMOGRAPH_DATA_DIR: dataDir, MNEMOGRAPH_PORT: String(port) };
  return {
    directory,
    dataDir,
    address,
    env,
    async serve() {
      const server = start(['serve'], env);
      await saying(server, `:${port}/graphql`);
      return server;
    },
    async ask<T>(query: string, variables: object = {}, tenant = 'default') {
      const response = await fetch(`${address}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-mnemograph-tenant': tenant },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as { data: T; errors?: { message: string }[] };
      if (errors) throw new Error(errors[0]!.message);
      return data;
    },
    async query<Row extends pg.QueryResultRow>(text: string) {
      const database = await startEmbedded({ dataDir });
      try {
        return await query<Row>(database.target, text);
      } finally {
        await database.release();
      }
    },
    discard: () => discard(directory, dataDir),
  };
}

/** Without warning, as a power cut ends it. */
export async function kill({ child }: RunningCommand): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'close');
}
