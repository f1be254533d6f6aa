// Starts that meet each other, starts that were killed half-way, and what dead servers leave behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectEmbedded } from '../../src/store/embedded/inspect.ts';
import { startEmbedded } from '../../src/store/embedded/launcher.ts';
import { discard, isZombie, query, temporaryDirectory, useInProcess } from '../support/embedded.ts';
import { until } from '../support/until.ts';

const settings = { fsync: 'off' };

const unfinishedIn = (home: string) => readdirSync(home).filter((name) => name.includes('unfinished'));

describe('a start', () => {
  let directory: string;
  let dataDir: string;
  let bystanders: ChildProcess[];

  beforeEach(() => {
    directory = temporaryDirectory();
    dataDir = join(directory, 'data');
    bystanders = [];
  });
  afterEach(async () => {
    for (const child of bystanders) child.kill('SIGKILL');
    await discard(directory, dataDir);
  });

  /** A process of the server's user that runs `script` in a shell and prints the pid of interest. */
  const bystander = async (script: string): Promise<number> => {
    const owner = statSync(join(dataDir, 'postgres', 'cluster')).uid;
    const child = spawn('/bin/sh', ['-c', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(process.getuid!() === 0 ? { uid: owner, gid: owner } : {}),
    });
    bystanders.push(child);
    for await (const line of createInterface(child.stdout!)) return Number(line);
    throw new Error('no pid printed');
  };

  const makeCluster = async () => {
    const server = await startEmbedded({ dataDir, settings });
    await query(server.target, 'create table note as select 7 as n');
    await server.release();
    return server.dataDir;
  };

  const expectRecovery = async () => {
    const server = await startEmbedded({ dataDir, settings });
    expect(server.adopted).toBe(false);
    expect(await query(server.target, 'select n from note')).toEqual([{ n: 7 }]);
    await server.release();
  };

  it('three at once, the first ever: one starts the server and two adopt it', async () => {
    const users = [1, 2, 3].map(() => useInProcess(dataDir));
    const started = await Promise.all(users.map((user) => user.started));
    expect(started.map(({ adopted }) => adopted).sort()).toEqual([false, true, true]);
    expect(new Set(started.map(({ pid }) => pid)).size).toBe(1);
    expect((await inspectEmbedded(dataDir))!.users).toHaveLength(3);

    await Promise.all(users.map((user) => user.leave()));
    expect(await inspectEmbedded(dataDir)).toMatchObject({ running: false, users: [] });
  });

  it('killed while it makes the data directory does not stop the next one', async () => {
    const killed = useInProcess(dataDir);
    const home = join(dataDir, 'postgres');
    await until('initdb is at work', () => {
      const [unfinished] = existsSync(home) ? unfinishedIn(home) : [];
      return unfinished !== undefined && existsSync(join(home, unfinished, 'base'));
    });
    await killed.kill();
    const server = await startEmbedded({ dataDir, settings });
    expect(server.adopted).toBe(false);
    expect(await query(server.target, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(unfinishedIn(home)).toEqual([]);
    await server.release();
  });

  it('waits for a server that is still coming up instead of starting a second one', async () => {
    await makeCluster();
    const killed = useInProcess(dataDir);
    const log = join(dataDir, 'postgres', 'server.log');
    const size = statSync(log).size;
    await until('the server process begins', () => statSync(log).size > size);
    await killed.kill();
    const server = await startEmbedded({ dataDir });
    expect(server.adopted).toBe(true);
    await server.release();
  });

  it('is not stopped by a pid file whose number another process has now', async () => {
    const cluster = await makeCluster();
    const pid = await bystander('echo $$; exec sleep 1000');
    writeFileSync(join(cluster, 'postmaster.pid'), `${pid}\n${cluster}\n0\n5432\n\n\n`);
    expect(await inspectEmbedded(dataDir)).toMatchObject({ running: false, pid: null });
    await expectRecovery();
    expect(process.kill(pid, 0)).toBe(true);
  });

  it.runIf(process.platform === 'linux')('is not stopped by a pid file that names a zombie', async () => {
    const cluster = await makeCluster();
    // The child ends only once its parent has become `sleep`, which never asks after it.
    const child = "sh -c 'until grep -q sleep /proc/$PPID/comm; do :; done'";
    const pid = await bystander(`${child} & echo $!; exec sleep 1000`);
    await until('the child is a zombie', () => isZombie(pid));
    writeFileSync(join(cluster, 'postmaster.pid'), `${pid}\n${cluster}\n0\n5432\n\n\n`);
    await expectRecovery();
  });

  it('is not stopped by an empty pid file', async () => {
    const cluster = await makeCluster();
    writeFileSync(join(cluster, 'postmaster.pid'), '');
    await expectRecovery();
  });

  it('by a user who left the lock and an entry behind when the machine went down is not held up', async () => {
    await makeCluster();
    const killed = useInProcess(dataDir);
    const { pid } = await killed.started;
    await killed.kill();
    process.kill(pid, 'SIGKILL');
    await until('the server is gone', async () => (await inspectEmbedded(dataDir))!.pid === null);
    await expectRecovery();
    expect((await inspectEmbedded(dataDir))!.users).toEqual([]);
  });
});
