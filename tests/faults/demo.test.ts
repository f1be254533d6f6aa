import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort, type RunningCommand, run, saying, start } from '../support/command.ts';
import { discard, temporaryDirectory } from '../support/embedded.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let directory: string;
let dataDir: string;
let port: number;
let env: Record<string, string>;

async function freshPlace(): Promise<void> {
  directory = temporaryDirectory();
  dataDir = join(directory, 'data');
  port = await freePort();
  env = { MNEMOGRAPH_DATA_DIR: dataDir, MNEMOGRAPH_PORT: String(port) };
}

const ask = async (query: string): Promise<Record<string, unknown>> => {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return ((await response.json()) as { data: Record<string, unknown> }).data;
};

const COUNTS = `{
  all: candidates { totalCount }
  bursts: candidates(filter: { types: [BURST] }) { totalCount }
  incidents { totalCount }
  lessons { totalCount }
  runbookHints { totalCount }
}`;

describe('demo', () => {
  let demo: RunningCommand;

  beforeAll(async () => {
    await freshPlace();
    demo = start(['demo'], env);
    await saying(demo, `http://127.0.0.1:${port}/graphql`);
  });
  afterAll(async () => {
    await demo.stop();
    await discard(directory, dataDir);
  });

  it('prints a digest of the open stories, and an answer with incident, lesson and first step', () => {
    const text = demo.stdout();
    for (const story of [/LINK-3-UPDOWN/, /Failed password for invalid user/, /filesystem .* full/])
      expect(text).toMatch(story);
    const flowing = text.replace(/\s+/g, ' ');
    const [digest, answer] = flowing.split('Have we seen this before?') as [string, string];
    expect(digest).not.toContain('nightly-report');
    expect(digest).toContain('Already remembered');
    expect(digest).toContain('until the rollback to 2.13.4');
    expect(answer).toContain(
      'stage-1 shop 941 - - checkout of order 77 failed: column "loyalty_tier" does not exist',
    );
    expect(answer).toContain('Yes. ');
    expect(answer).toContain('Checkout failed after the deploy of shop 2.14.0');
    expect(answer).toContain('What was learned: Run the migrations before traffic');
    expect(answer).toContain('First step: deployctl rollback shop');
  });

  it('keeps serving, with one story remembered and the others left to the person', async () => {
    const counts = await ask(COUNTS);
    expect(counts).toMatchObject({
      bursts: { totalCount: 3 },
      incidents: { totalCount: 1 },
      lessons: { totalCount: 1 },
      runbookHints: { totalCount: 1 },
    });
    expect(await ask('{ candidates(filter: { states: [PROMOTED] }) { edges { node { title } } } }')).toEqual({
      candidates: {
        edges: expect.arrayContaining([{ node: { title: expect.stringContaining('checkout of order') } }]),
      },
    });
  });

  it('is found by a second demo, which prints its address and ends well', async () => {
    const before = await ask(COUNTS);
    for (const args of [['demo'], ['demo', '--exit']]) {
      const second = await run(args, env);
      expect(second).toMatchObject({ code: 0, stderr: '' });
      expect(second.stdout).toContain(`http://127.0.0.1:${port}/graphql`);
    }
    expect(await ask(COUNTS)).toEqual(before);
  });

  it('is not reset from under its server, on its own port or on another', async () => {
    const other = String(await freePort());
    for (const args of [
      ['demo', '--reset'],
      ['demo', '--reset', '--exit', '--port', other],
    ]) {
      const refused = await run(args, env);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/end it \(Ctrl-C\), then reset\. Nothing was deleted/);
    }
    expect(await ask('{ incidents { totalCount } }')).toEqual({ incidents: { totalCount: 1 } });
  });

  it('ends on Ctrl-C without an error', async () => {
    expect(await demo.stop()).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('demo --exit', () => {
  beforeEach(freshPlace);
  afterEach(() => discard(directory, dataDir));

  it('ends after the digest; again it says the same and adds nothing; reset begins again', async () => {
    const first = await run(['demo', '--exit'], env);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^\s*Remembered: 10,\d{3} lines/);

    const again = await run(['demo', '--exit'], env);
    expect(again.stdout).toMatch(/^\s*Remembered from before: 10,\d{3} lines/);
    const afterIntroduction = (text: string): string => text.slice(text.indexOf('What deserves a look'));
    expect(afterIntroduction(again.stdout)).toBe(afterIntroduction(first.stdout));

    const reset = await run(['demo', '--exit', '--reset'], env);
    expect(reset.code).toBe(0);
    expect(afterIntroduction(reset.stdout)).toBe(afterIntroduction(first.stdout));
    expect(reset.stdout).toMatch(/^\s*Remembered: /);
  });

  it('does not reset away what others sent, unless it is forced to', async () => {
    const file = join(directory, 'own.log');
    writeFileSync(file, 'Mar  1 10:00:00 web-9 app[1]: a line of our own\n');
    expect(await run(['ingest', file], env)).toMatchObject({ code: 0 });
    const refused = await run(['demo', '--exit', '--reset'], env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/holds events that are not the demo's \(1\).*--force/);
    expect(await run(['demo', '--exit', '--reset', '--force'], env)).toMatchObject({ code: 0 });
  });
});

describe('demo, where its port is taken', () => {
  let stranger: Server;

  beforeEach(async () => {
    await freshPlace();
    stranger = createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    const closed = new Promise((resolve) => stranger.close(resolve));
    stranger.closeAllConnections();
    await closed;
    await discard(directory, dataDir);
  });

  it('says so at once, and names the setting', async () => {
    const refused = await run(['demo'], env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('MNEMOGRAPH_PORT');
    expect(refused.stdout).toBe('');
  });
});

describe('serve with MNEMOGRAPH_SEED_DEMO=true', () => {
  beforeEach(freshPlace);
  afterEach(() => discard(directory, dataDir));

  it('holds the sample once it is ready, and once only', async () => {
    for (let start_ = 0; start_ < 2; start_++) {
      const server = start(['serve'], { ...env, MNEMOGRAPH_SEED_DEMO: 'true' });
      try {
        await saying(server, `http://127.0.0.1:${port}/graphql`);
        await expect
          .poll(() => ask(COUNTS), { timeout: 20_000 })
          .toMatchObject({
            bursts: { totalCount: 3 },
            incidents: { totalCount: 1 },
            lessons: { totalCount: 1 },
          });
      } finally {
        await server.stop();
      }
    }
  });
});
