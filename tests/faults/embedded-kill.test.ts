// The server's processes and its users are killed with -9 while rows are being acknowledged.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../../src/store/embedded/launcher.ts';
import { findDamage, startCopyLoad } from '../support/copy-load.ts';
import { connect, discard, query, temporaryDirectory, useInProcess } from '../support/embedded.ts';
import { until } from '../support/until.ts';

const BATCHES_BEFORE_KILL = 5;

describe('no acknowledged row is lost', () => {
  let directory: string;
  let dataDir: string;

  beforeEach(() => {
    directory = temporaryDirectory();
    dataDir = join(directory, 'data');
  });
  afterEach(() => discard(directory, dataDir));

  const loadUntilBusy = async (server: EmbeddedServer) => {
    const load = await startCopyLoad(server.target);
    await until('every writer is at work', () => Math.min(...load.acknowledged) >= BATCHES_BEFORE_KILL);
    return load;
  };

  it('when the server is killed in mid-COPY, and is started again', async () => {
    const server = await startEmbedded({ dataDir });
    const load = await loadUntilBusy(server);
    const killed = server.pid;
    process.kill(killed, 'SIGKILL');
    await load.ended;

    await server.ensureRunning();
    expect(server.pid).not.toBe(killed);
    expect(await findDamage(server.target, load)).toEqual({ lost: 0, torn: 0 });
    await server.release();
  });

  it('when one session is killed in mid-COPY: the server recovers by itself', async () => {
    const server = await startEmbedded({ dataDir });
    const load = await loadUntilBusy(server);
    const backend = await until('a session is within COPY', async () => {
      const sessions = `select pid from pg_stat_activity where query like 'copy%' limit 1`;
      return (await query<{ pid: number }>(server.target, sessions))[0];
    });
    process.kill(backend.pid, 'SIGKILL');
    await load.ended;

    const { pid } = server;
    await server.ensureRunning();
    expect(server.pid).toBe(pid);
    expect(await findDamage(server.target, load)).toEqual({ lost: 0, torn: 0 });
    await server.release();
  });

  it('when the process that started the server is killed: the server serves on', async () => {
    const starter = useInProcess(dataDir);
    const { pid } = await starter.started;
    const server = await startEmbedded({ dataDir });
    const load = await loadUntilBusy(server);
    await starter.kill();
    const before = load.acknowledged[0]!;
    await until('writing goes on', () => load.acknowledged[0]! > before);
    load.stop();
    await load.ended;

    expect([server.adopted, server.pid]).toEqual([true, pid]);
    expect(await findDamage(server.target, load)).toEqual({ lost: 0, torn: 0 });
    await server.release();
  });

  it('and a session that computes on after its server was killed does not hold up the next start', async () => {
    const server = await startEmbedded({ dataDir });
    const client = await connect(server.target);
    client.query('select count(*) from generate_series(1, 1e12)').catch(() => {});
    await until('the session computes', async () => {
      const rows = await query(
        server.target,
        `select 1 from pg_stat_activity where query like '%1e12%' and state = 'active' and pid <> pg_backend_pid()`,
      );
      return rows.length === 1;
    });
    process.kill(server.pid, 'SIGKILL');
    await server.ensureRunning();
    expect(await query(server.target, 'select 1 as one')).toEqual([{ one: 1 }]);
    await client.end().catch(() => {});
    await server.release();
  });
});
