import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectEmbedded } from '../../src/store/embedded/inspect.ts';
import { startEmbedded } from '../../src/store/embedded/launcher.ts';
import { discard, query, temporaryDirectory, useInProcess } from '../support/embedded.ts';

const settings = { fsync: 'off' };

describe('the embedded server', () => {
  let directory: string;
  let dataDir: string;

  beforeEach(() => {
    directory = temporaryDirectory();
    dataDir = join(directory, 'data');
  });
  afterEach(() => discard(directory, dataDir));

  it('is a UTF-8 database in UTC that listens on no network', async () => {
    const server = await startEmbedded({ dataDir, settings });
    const [row] = await query(
      server.target,
      `select current_database() as database, current_user as "user", lower('É') as lower,
              current_setting('listen_addresses') as addresses, current_setting('timezone') as zone,
              current_setting('server_encoding') as encoding, current_setting('synchronous_commit') as commit`,
    );
    expect(row).toEqual({
      database: 'mnemograph',
      user: 'mnemograph',
      lower: 'é',
      addresses: '',
      zone: 'UTC',
      encoding: 'UTF8',
      commit: 'on',
    });
    await server.release();
  });

  it('is found by whoever comes second, and stops with the last to leave', async () => {
    const first = await startEmbedded({ dataDir, settings });
    const second = await startEmbedded({ dataDir });
    expect([first.adopted, second.adopted]).toEqual([false, true]);
    expect(second.pid).toBe(first.pid);

    await first.release();
    await first.release();
    expect(await query(second.target, 'select 1 as one')).toEqual([{ one: 1 }]);

    await second.release();
    expect(await inspectEmbedded(dataDir)).toMatchObject({ running: false, pid: null, users: [] });
  });

  it('keeps its rows from one start to the next', async () => {
    const first = await startEmbedded({ dataDir, settings });
    await query(first.target, 'create table note as select 7 as n');
    await first.release();
    const second = await startEmbedded({ dataDir, settings });
    expect(second.adopted).toBe(false);
    expect(await query(second.target, 'select n from note')).toEqual([{ n: 7 }]);
    await second.release();
  });

  it('is not kept running by a user that was killed', async () => {
    const killed = useInProcess(dataDir);
    const { pid } = await killed.started;
    const server = await startEmbedded({ dataDir });
    expect(server.pid).toBe(pid);
    expect((await inspectEmbedded(dataDir))!.users.map((user) => user.pid).sort()).toEqual(
      [killed.child.pid, process.pid].sort(),
    );
    await killed.kill();
    expect((await inspectEmbedded(dataDir))!.users.map((user) => user.pid)).toEqual([process.pid]);
    await server.release();
    expect(await inspectEmbedded(dataDir)).toMatchObject({ running: false, pid: null });
  });

  it('works under a path with spaces, quotes and more bytes than a socket takes', async () => {
    dataDir = join(directory, `it's "a" path, long ${'and longer '.repeat(10)}`, 'data');
    const server = await startEmbedded({ dataDir, settings });
    expect(server.socketDir.length).toBeLessThan(40);
    expect(await query(server.target, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await startEmbedded({ dataDir })).pid).toBe(server.pid);
  });

  it('lets a caller override settings, and reports one that PostgreSQL refuses with its own words', async () => {
    const server = await startEmbedded({ dataDir, settings: { ...settings, work_mem: '7MB' } });
    expect(await query(server.target, 'show work_mem')).toEqual([{ work_mem: '7MB' }]);
    await server.release();
    await expect(startEmbedded({ dataDir, settings: { work_mem: 'plenty' } })).rejects.toThrow(
      /invalid value for parameter "work_mem".*server\.log/s,
    );
    expect((await inspectEmbedded(dataDir))!.users).toEqual([]);
  });

  it('leaves data of another major version alone and says so', async () => {
    const server = await startEmbedded({ dataDir, settings });
    await server.release();
    const before = readdirSync(server.dataDir);
    writeFileSync(join(server.dataDir, 'PG_VERSION'), '17\n');
    await expect(startEmbedded({ dataDir })).rejects.toThrow(/made by PostgreSQL 17.*MNEMOGRAPH_DATA_DIR/);
    expect(readdirSync(server.dataDir)).toEqual(before);
  });

  it('is inspected without being made', async () => {
    expect(await inspectEmbedded(dataDir)).toBeNull();
    expect(existsSync(dataDir)).toBe(false);
  });

  it('names what to do where no PostgreSQL is packaged for the platform', async () => {
    const real = Object.getOwnPropertyDescriptor(process, 'arch')!;
    Object.defineProperty(process, 'arch', { ...real, value: 'riscv64' });
    try {
      await expect(startEmbedded({ dataDir })).rejects.toThrow(/riscv64.*Set DATABASE_URL/);
    } finally {
      Object.defineProperty(process, 'arch', real);
    }
  });

  it('names what to do where the data directory cannot be made', async () => {
    writeFileSync(join(directory, 'file'), '');
    await expect(startEmbedded({ dataDir: join(directory, 'file', 'data') })).rejects.toThrow(
      /ENOTDIR.*Set MNEMOGRAPH_DATA_DIR/,
    );
  });
});
