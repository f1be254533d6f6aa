import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type RunningCommand, run, saying, start } from '../support/command.ts';
import { discard } from '../support/embedded.ts';
import { until } from '../support/until.ts';

let root: string;
let dataDir: string;
let port: number;
let env: Record<string, string>;
let server: RunningCommand;

const readiness = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
/** null while there is none. */
function postmaster(): number | null {
  try {
    return Number(readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return null;
  }
}
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'mnemograph-serve-'));
  chmodSync(root, 0o755);
  dataDir = join(root, 'data');
  port = await freePort();
  env = { MNEMOGRAPH_DATA_DIR: dataDir, MNEMOGRAPH_PORT: String(port) };
  const sources = join(root, 'sources.yaml');
  writeFileSync(sources, '- { name: network, connector: syslog, config: { port: 0 } }');
  server = start(['serve'], { ...env, MNEMOGRAPH_SOURCES: sources });
  await saying(server, 'listening');
}, 120_000);

afterAll(async () => {
  server.child.kill('SIGKILL');
  await discard(dataDir, root);
});

const onlyLine = (text: string) => expect(text.trim().split('\n')).toHaveLength(1);

describe('mnemograph serve', { timeout: 120_000 }, () => {
  it('is ready, and doctor says so and where everything is', async () => {
    expect(await readiness()).toBe(200);
    const { code, stdout } = await run(['doctor', '--json'], env);
    const { healthy, findings } = JSON.parse(stdout) as {
      healthy: boolean;
      findings: { name: string; status: string; detail: string; facts?: Record<string, unknown> }[];
    };
    expect([code, healthy]).toEqual([0, true]);
    expect(findings.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'settings ok',
      'embedded database ok',
      'database ok',
      'migrations ok',
      'pipeline ok',
      'inputs ok',
      'server ok',
    ]);
    const embedded = findings.find(({ name }) => name === 'embedded database');
    expect(embedded?.facts).toMatchObject({
      data: expect.stringContaining(dataDir),
      socket: expect.any(String),
      log: expect.any(String),
    });
  });

  it('starts the embedded database again when it was killed', async () => {
    const killed = postmaster() as number;
    process.kill(killed, 'SIGKILL');
    const isReplaced = () => ![killed, null].includes(postmaster());
    await until('the server is ready again', async () => isReplaced() && (await readiness()) === 200, 60_000);
  });

  it('does not start twice on one port, and says so in a line', async () => {
    const second = await run(['serve'], env);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`error: Port ${port} of 127.0.0.1 is in use`);
    expect(second.stderr).not.toMatch(/^\s+at /m);
    expect(await readiness()).toBe(200);
  });

  it('ends on SIGTERM, and its sources and database with it', async () => {
    await saying(server, 'udp://127.0.0.1:');
    const database = postmaster() as number;
    server.child.kill('SIGTERM');
    expect((await server.finished).code).toBe(0);
    await until('the database stopped', () => !isAlive(database));
  });
});

describe('a database that cannot be used', { timeout: 60_000 }, () => {
  const at = (url: string) => ({ ...env, DATABASE_URL: url });

  it('is named in one line, without its password', async () => {
    const { code, stderr } = await run(['serve'], at('postgres://ada:secret@127.0.0.1:1/memory'));
    expect(code).toBe(1);
    onlyLine(stderr);
    expect(stderr).toContain('ada@127.0.0.1:1/memory cannot be used: nothing listens there');
    expect(stderr).not.toContain('secret');
  });

  it('is refused when its URL is none, or when something else answers there', async () => {
    const malformed = await run(['migrate'], at('mysql://x'));
    expect([malformed.code, malformed.stderr]).toEqual([1, expect.stringContaining('no PostgreSQL URL')]);
    const stranger = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => stranger.once('listening', resolve));
    const { port: strange } = stranger.address() as { port: number };
    const wrong = await run(['migrate'], at(`postgres://ada@127.0.0.1:${strange}/memory`));
    stranger.close();
    expect(wrong.code).toBe(1);
    onlyLine(wrong.stderr);
    expect(wrong.stderr).not.toMatch(/^\s+at /m);
  });

  it('makes doctor exit with 1', async () => {
    const { code, stdout } = await run(['doctor'], at('postgres://127.0.0.1:1/memory'));
    expect(code).toBe(1);
    expect(stdout).toContain('✗ database: ');
  });
});

describe('the commands', { timeout: 60_000 }, () => {
  it.each(['serve', 'ingest', 'patterns', 'demo', 'migrate', 'doctor'])(
    '%s explains itself with examples',
    async (command) => {
      const { code, stdout } = await run([command, '--help'], env);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: mnemograph ${command}`);
      expect(stdout).toContain('Examples:');
    },
  );

  it('report all wrong settings together', async () => {
    const wrong = { ...env, MNEMOGRAPH_PORT: 'x', MNEMOGRAPH_HOST: '0.0.0.0' };
    const { code, stderr } = await run(['serve'], wrong);
    expect(code).toBe(1);
    expect(stderr).toContain('2 settings are wrong');
    expect((await run(['doctor'], wrong)).code).toBe(1);
  });
});
