import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';

let server: TestMnemograph;
const directory = mkdtempSync(join(tmpdir(), 'mnemograph-sources-'));

beforeAll(async () => {
  server = await startTestMnemograph();
});
afterAll(() => server.close());

const file = (text: string): string => {
  const path = join(directory, 'sources.yaml');
  writeFileSync(path, text);
  return path;
};

it('configures what it lists, and nothing twice', async () => {
  const path = file(`
- { name: network, tenant: customer-a, connector: syslog, config: { port: 0 } }
- { name: alerts, tenant: customer-a, connector: webhook, secret: at least sixteen characters }`);
  await server.sources.applyFile(path);
  await server.sources.applyFile(path);
  const { sources } = await server.ask<{ sources: unknown }>(
    '{ sources { name connector hasSecret config } }',
    {},
    'customer-a',
  );
  expect(sources).toEqual([
    { name: 'alerts', connector: 'webhook', hasSecret: true, config: {} },
    { name: 'network', connector: 'syslog', hasSecret: false, config: { port: 0 } },
  ]);
  const { rows } = await server.runtime.store.writePool.query('select distinct revision from source');
  expect(rows).toEqual([{ revision: 0 }]);
});

it.each([
  ['- { name: x }', /"0.connector"/],
  ['- { name: x, connector: syslog, confg: {} }', /confg/],
  ['- { name: x, connector: syslog, config: { port: none } }', /source "x":.*"port"/],
  ['name: [', /sources.yaml: /],
  ['name: x', /array/],
])('%s is refused with its place', async (text, message) => {
  await expect(server.sources.applyFile(file(text))).rejects.toThrow(message);
});
