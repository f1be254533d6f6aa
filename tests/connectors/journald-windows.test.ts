import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { eventsSeen, received, sourceSeen, upsertSource } from '../support/sources.ts';
import { until } from '../support/until.ts';

let server: TestMnemograph;

beforeAll(async () => {
  server = await startTestMnemograph();
});
afterAll(() => server.close());

describe('the journal', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'mnemograph-journal-')), 'entries');
  const command = fileURLToPath(new URL('../support/fake-journalctl.mjs', import.meta.url));
  const entry = (n: number) =>
    `${JSON.stringify({
      __CURSOR: `s=1;i=${n}`,
      __REALTIME_TIMESTAMP: String(1_772_359_200_000_000 + n * 1_000_000),
      _HOSTNAME: 'app-1',
      SYSLOG_IDENTIFIER: 'nginx',
      PRIORITY: '3',
      MESSAGE: `upstream ${n} timed out`,
    })}\n`;
  const source = { name: 'journal', connector: 'journald' };
  const config = { command, args: [`--file=${file}`], from: 'beginning' };

  it('is followed, and goes on where it left off', async () => {
    writeFileSync(file, entry(1) + entry(2));
    await upsertSource(server, { ...source, config }, 'journal');
    await received(server, 'journal', 2, 'journal');
    await upsertSource(server, { ...source, enabled: false }, 'journal');
    const { tenantId } = await server.runtime.callerFor('journal');
    await until('it ended', () => server.sources.addressOf(tenantId, 'journal') === null);
    appendFileSync(file, entry(3));
    await upsertSource(server, { ...source, enabled: true }, 'journal');
    await received(server, 'journal', 3, 'journal');
    appendFileSync(file, `${entry(4)}not an entry\n`);
    expect(await received(server, 'journal', 5, 'journal')).toMatchObject({ received: 4, rejected: 1 });
    const events = await eventsSeen(server, 'journal');
    expect(events).toHaveLength(4);
    expect(events[0]).toMatchObject({
      host: 'app-1',
      service: 'nginx',
      severity: 'ERROR',
      messageRaw: 'upstream 4 timed out',
      timestamp: '2026-03-01T10:00:04.000Z',
    });
  });

  it('that cannot be read is said', async () => {
    await upsertSource(
      server,
      { name: 'none', connector: 'journald', config: { command: '/no/journalctl' } },
      'none',
    );
    const seen = await until('the fault is said', async () => {
      const found = await sourceSeen(server, 'none', 'none');
      return found?.lastError ? found : null;
    });
    expect(seen).toMatchObject({ state: 'FAILING', lastError: expect.stringContaining('ENOENT') });
  });
});

describe('Windows events', () => {
  const post = async (body: string, tenant: string) =>
    (
      await fetch(`${server.address}/windows-events`, {
        method: 'POST',
        headers: { 'x-mnemograph-tenant': tenant },
        body,
      })
    ).json();

  it('come in JSON; the same posted again is known', async () => {
    const body = JSON.stringify([
      {
        EventTime: '2026-03-01T10:00:00Z',
        Hostname: 'dc-1',
        EventID: 4625,
        SourceName: 'Microsoft-Windows-Security-Auditing',
        Channel: 'Security',
        RecordNumber: 99,
        Severity: 'ERROR',
        Message: 'An account failed to log on.',
      },
    ]);
    expect(await post(body, 'win')).toEqual({ accepted: 1, duplicates: 0, rejected: 0 });
    expect(await post(body, 'win')).toEqual({ accepted: 0, duplicates: 1, rejected: 0 });
    expect(await eventsSeen(server, 'win')).toMatchObject([{ host: 'dc-1', severity: 'ERROR' }]);
  });

  it('come in XML, several at once', async () => {
    const event = (id: number) =>
      `<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Service Control Manager"/><EventID>7036</EventID><Level>4</Level><TimeCreated SystemTime="2026-03-01T10:00:0${id}Z"/><EventRecordID>${id}</EventRecordID><Channel>System</Channel><Computer>dc-2</Computer></System><EventData><Data Name="param1">Spooler</Data><Data Name="param2">stopped</Data></EventData></Event>`;
    expect(await post(`<Events>${event(1)}${event(2)}</Events>`, 'xml')).toMatchObject({ accepted: 2 });
    expect((await eventsSeen(server, 'xml')).map((e) => e.host)).toEqual(['dc-2', 'dc-2']);
  });

  it('that are neither are refused in words', async () => {
    expect(await post('<html>', 'xml')).toMatchObject({
      errors: [{ message: expect.stringContaining('<Event>') }],
    });
  });
});
