import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ingestFile, inspectFile } from '../../src/cli/ingest/run.ts';
import { CHUNK_SIZE } from '../../src/pipeline/input.ts';
import { EventFlag } from '../../src/store/tables/event.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: TestPipeline['caller'];
let directory: string;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
  directory = mkdtempSync(join(tmpdir(), 'mnemograph-multiline-'));
});
afterAll(async () => {
  await t.close();
  rmSync(directory, { recursive: true });
});
beforeEach(async () => {
  caller = await t.callerOf(`t${++tenants}`);
});

const timeOf = (i: number) => new Date(Date.UTC(2026, 2, 10, 8) + i * 1_000).toISOString().slice(0, 19);

/** An error with its trace: five lines. */
const trace = (i: number): string[] => [
  `${timeOf(i)},123 ERROR [main] com.acme.Main - charge ${i} failed`,
  'java.lang.IllegalStateException: no session',
  '\tat com.acme.Main.run(Main.java:17)',
  'Caused by: java.net.ConnectException: refused',
  '\t... 12 more',
];
const plain = (i: number): string => `${timeOf(i)},123 INFO  [main] com.acme.Main - request ${i} served`;

const send = (lines: readonly string[], batchKey?: string, multiline = true) =>
  t.pipeline.ingestLines(caller, { lines, sourceType: 'FILE', batchKey, multiline });

interface StoredEvent {
  id: string;
  raw: string;
  flags: number;
  bytes: string | null;
}

const stored = () =>
  t.store.read<StoredEvent[]>`
    select event_id as id, message_raw as raw, flags, attrs ->> 'rawBytesBase64' as bytes
      from event where tenant_id = ${caller.tenantId} order by ts, event_id`;
const raws = async () => (await stored()).map(({ raw }) => raw);
const rejected = () =>
  t.store.read<{ code: string; payload: string }[]>`
    select code, payload from rejected_input where tenant_id = ${caller.tenantId} order by index`;

const NOTHING_NEW = { accepted: 0, rejectedIds: [] };

describe('events of several lines', () => {
  it('are one event each with all their lines, and none more when they are sent again', async () => {
    const lines = [plain(0), ...trace(1), plain(2), ...trace(3)];
    expect(await send(lines, 'app')).toMatchObject({ accepted: 4, duplicates: 0, rejectedIds: [] });
    expect(await send(lines, 'app')).toMatchObject({ ...NOTHING_NEW, duplicates: 4 });
    expect(await raws()).toEqual([plain(0), trace(1).join('\n'), plain(2), trace(3).join('\n')]);
    await t.pipeline.settle(caller.tenantId);
    const counted = await t.store.read`
      select occurrence_count::int as n from signature where tenant_id = ${caller.tenantId}`;
    expect(counted.map(({ n }) => n)).toEqual([2, 2]);
  });

  it('stay lines where nobody asks for events', async () => {
    expect(await send(trace(1), 'app', false)).toMatchObject({ accepted: 5 });
  });

  it('pass over blank lines between them', async () => {
    expect(await send([plain(0), '', '  ', ...trace(1), ''], 'app')).toMatchObject({
      accepted: 2,
      duplicates: 0,
      rejectedIds: [],
    });
  });

  it('that grew after they were sent keep what is stored, and lose nothing', async () => {
    const whole = [plain(0), ...trace(1), plain(2)];
    for (const length of [3, 4, 6, 7]) {
      expect(await send(whole.slice(0, length), 'app')).toMatchObject({ rejectedIds: [] });
    }
    expect(await send(whole, 'app')).toMatchObject({ ...NOTHING_NEW, duplicates: 6 });
    expect((await raws()).join('\n').split('\n').sort()).toEqual([...whole].sort());
    expect(await rejected()).toEqual([]);
  });

  it('lose no line, however their batch grows', async () => {
    const piece = fc.constantFrom(
      plain(1),
      'java.lang.IllegalStateException: x',
      '\tat a.B.c(D.java:1)',
      'Caused by: a.b.CException: y',
      'Traceback (most recent call last):',
      '  File "a.py", line 1, in b',
      'KeyError: 1',
      'panic: x',
      'goroutine 1 [running]:',
      'main.f(1)',
      '<Event>',
      '</Event>',
    );
    const lines = fc.array(piece, { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.nat(20), { maxLength: 3 }), async (all, cuts) => {
        caller = await t.callerOf(`p${++tenants}`);
        const lengths = cuts.map((cut) => Math.min(cut + 1, all.length)).sort((a, b) => a - b);
        for (const length of [...lengths, all.length, all.length]) await send(all.slice(0, length), 'k');
        expect((await raws()).join('\n').split('\n').sort()).toEqual([...all].sort());
        expect(await rejected()).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

const ingest = async (path: string, batchKey: string | null = null) =>
  ingestFile(
    t.pipeline,
    caller,
    await inspectFile(path),
    { sourceType: 'FILE', host: null, service: null, batchKey, multiline: true },
    { bytes: () => {}, lines: () => {} },
  );

describe('a file', () => {
  /** The first chunk ends within a trace. */
  const long = [
    ...Array.from({ length: CHUNK_SIZE - 2 }, (_, i) => plain(i)),
    ...trace(CHUNK_SIZE),
    ...Array.from({ length: 10 }, (_, i) => trace(CHUNK_SIZE + 10 + i)).flat(),
  ];
  const events = CHUNK_SIZE - 2 + 11;

  it('is the same events as in one request, wherever its chunks end', async () => {
    const path = join(directory, 'long.log');
    writeFileSync(path, `${long.join('\n')}\n`);
    const sent = await ingest(path, 'app');
    expect(sent).toMatchObject({ lines: long.length, outcome: { accepted: events, duplicates: 0 } });
    expect(await send(long, 'app')).toMatchObject({ ...NOTHING_NEW, duplicates: events });
    expect((await raws()).filter((raw) => raw.includes('\n'))).toHaveLength(11);
  });

  it('that grows adds what grew, also where a chunk ends', async () => {
    const path = join(directory, 'growing.log');
    for (const length of [CHUNK_SIZE - 2, CHUNK_SIZE + 3, CHUNK_SIZE + 13, long.length]) {
      writeFileSync(path, `${long.slice(0, length).join('\n')}\n`);
      expect((await ingest(path)).outcome).toMatchObject({ rejectedIds: [] });
    }
    expect((await ingest(path)).outcome).toMatchObject({ ...NOTHING_NEW, duplicates: events });
    expect((await raws()).filter((raw) => raw.includes('\n'))).toHaveLength(11);
  });

  it('keeps the bytes of an event that its text cannot tell', async () => {
    const path = join(directory, 'bytes.log');
    const source = Buffer.concat([
      Buffer.from(`${plain(0)}\r\n${trace(1).slice(0, 2).join('\r\n')}\r\n\tat caf`),
      Buffer.from([0xe9]),
      Buffer.from('.Main(Main.java:17)\r\n\t... 2 more'),
    ]);
    writeFileSync(path, Buffer.concat([source, Buffer.from(`\r\n${plain(2)}\r\n`)]));
    expect((await ingest(path)).outcome).toMatchObject({ accepted: 3 });
    const [, event] = await stored();
    expect(event!.raw.split('\n')).toHaveLength(4);
    const original = Buffer.from(event!.bytes!, 'base64');
    expect(Buffer.concat([Buffer.from(`${plain(0)}\r\n`), original]).equals(source)).toBe(true);
  });

  it('keeps the container headers of the lines of an event', async () => {
    const path = join(directory, 'container.log');
    const at = '2026-03-10T08:00:00.1Z stderr F';
    const source = [`${at} Error: gone`, `${at}     at run (a.js:1:2)`].join('\n');
    writeFileSync(path, source);
    expect((await ingest(path)).outcome).toMatchObject({ accepted: 1 });
    const [event] = await stored();
    expect(event!.raw).toBe(`${at} Error: gone\n    at run (a.js:1:2)`);
    expect(Buffer.from(event!.bytes!, 'base64').toString()).toBe(source);
  });
});

describe('a line of a megabyte', () => {
  const MEBIBYTE = 1 << 20;
  const line = (length: number) => `${plain(0)} `.padEnd(length, 'abc def ');

  it('is stored whole, flagged as cut for its signature', async () => {
    const path = join(directory, 'megabyte.log');
    writeFileSync(path, line(MEBIBYTE));
    await ingest(path);
    expect(await send([line(MEBIBYTE)])).toMatchObject({ accepted: 1, rejectedIds: [] });
    for (const { raw, flags } of await stored()) {
      expect(raw === line(MEBIBYTE)).toBe(true);
      expect(flags & EventFlag.TRUNCATED).toBe(EventFlag.TRUNCATED);
    }
    expect(await stored()).toHaveLength(2);
  });

  it('and more is kept whole as a rejected input', async () => {
    const path = join(directory, 'more.log');
    writeFileSync(path, `${line(MEBIBYTE + 1)}\n${plain(1)}\n`);
    expect((await ingest(path)).outcome).toMatchObject({ accepted: 1, rejectedIds: [expect.any(String)] });
    const [kept] = await rejected();
    expect(kept!.code).toBe('LIMIT_EXCEEDED');
    expect(kept!.payload === line(MEBIBYTE + 1)).toBe(true);
  });
});
