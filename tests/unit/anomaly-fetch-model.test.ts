// Downloading a model, from a server that speaks as the hub does.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { fetchModel, type Hub } from '../../src/anomaly/model/fetch-model.ts';
import { findModel } from '../../src/anomaly/model/find-model.ts';
import { writeTinyModel } from '../support/tiny-model/write-model.ts';

const FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx'];
const FIRST = 'a'.repeat(40);
const SECOND = 'b'.repeat(40);

let home: string;
let server: Server;
let hub: Hub;
let head = FIRST;
let listed: readonly string[] = FILES;
let asked: string[] = [];
let isTorn = false;
let cache = 0;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'mnemograph-hub-'));
  writeTinyModel(join(home, 'tiny'));
  server = createServer((request, response) => {
    const path = request.url!;
    asked.push(path);
    if (path.startsWith('/api/models/acme/tiny/revision/')) {
      const siblings = [...listed, 'README.md', 'pytorch_model.bin'].map((rfilename) => ({ rfilename }));
      return response.end(JSON.stringify({ sha: head, siblings }));
    }
    const file = /^\/acme\/tiny\/resolve\/[ab]{40}\/(.+)$/.exec(path)?.[1];
    if (file === undefined) {
      response.statusCode = 401;
      return response.end();
    }
    if (isTorn && file.endsWith('.onnx'))
      return response.writeHead(200, { 'content-length': '9' }).write('x', () => response.destroy());
    return response.end(readFileSync(join(home, 'tiny', file)));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
beforeEach(() => {
  const { port } = server.address() as AddressInfo;
  hub = { url: `http://127.0.0.1:${port}`, cacheDir: join(home, `cache-${++cache}`) };
  [head, listed, asked, isTorn] = [FIRST, FILES, [], false];
});
afterAll(() => {
  server.close();
  rmSync(home, { recursive: true });
});

const unreachable = (): Hub => ({ ...hub, url: 'http://127.0.0.1:9' });

it('downloads what classifying needs, and nothing else, once', async () => {
  const folder = await fetchModel('acme/tiny', hub);
  expect(asked.filter((path) => path.includes('/resolve/'))).toEqual(
    FILES.map((file) => `/acme/tiny/resolve/${FIRST}/${file}`),
  );
  for (const file of FILES)
    expect(readFileSync(join(folder, file))).toEqual(readFileSync(join(home, 'tiny', file)));
  asked = [];
  expect(await fetchModel('acme/tiny', hub)).toBe(folder);
  expect(asked).toEqual(['/api/models/acme/tiny/revision/main']);
});

it('uses what was downloaded where there is no network', async () => {
  const folder = await fetchModel('acme/tiny', hub);
  expect(await fetchModel('acme/tiny', unreachable())).toBe(folder);
  expect(await fetchModel(`acme/tiny@${FIRST}`, unreachable())).toBe(folder);
});

it('takes the newest revision', async () => {
  const first = await fetchModel('acme/tiny', hub);
  head = SECOND;
  expect(await fetchModel('acme/tiny', hub)).not.toBe(first);
});

it('gives the model the name that its content has, wherever it lies', async () => {
  expect((await findModel('acme/tiny', hub)).name).toBe((await findModel(join(home, 'tiny'), hub)).name);
});

it('says what to do where there is neither network nor an earlier download', async () => {
  await expect(fetchModel('acme/tiny', unreachable())).rejects.toThrow(
    /^acme\/tiny cannot be downloaded: .*\. Without network, fetch its files elsewhere and set MNEMOGRAPH_ANOMALY_MODEL to their folder\.$/,
  );
});

it('says that there is no such model, or none with ONNX weights', async () => {
  await expect(fetchModel('acme/other', hub)).rejects.toThrow(
    'The hub has no public model acme/other (HTTP 401',
  );
  listed = FILES.filter((file) => !file.endsWith('.onnx'));
  await expect(fetchModel('acme/tiny', hub)).rejects.toThrow('acme/tiny has no ONNX weights on the hub');
});

it('keeps nothing of a download that breaks off', async () => {
  isTorn = true;
  await expect(fetchModel('acme/tiny', hub)).rejects.toThrow('acme/tiny cannot be downloaded');
  isTorn = false;
  const folder = await fetchModel('acme/tiny', hub);
  expect(readFileSync(join(folder, 'onnx', 'model.onnx')).length).toBeGreaterThan(9);
});
