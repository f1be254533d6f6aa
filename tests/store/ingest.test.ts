import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

const AT = '2026-03-10T12:00:00Z';

const failedLogins = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => {
    const at = new Date(Date.UTC(2026, 2, 10, 8, 0, 0) + (from + i) * 1_000);
    const time = at.toISOString().slice(11, 19);
    return `Mar 10 ${time} gate sshd[${2000 + i}]: Failed password for invalid user u${i} from 203.0.113.${i % 250} port ${40000 + i} ssh2`;
  });

let t: TestPipeline;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: AT });
});
afterAll(() => t.close());

/** Each test has a tenant of its own in the one database. */
let caller: TestPipeline['caller'];
beforeEach(async () => {
  caller = await t.callerOf(`t${++tenants}`);
});

const counts = async () => {
  await t.pipeline.settle(caller.tenantId);
  const [row] = await t.store.read`
    select (select count(*)::int from event where tenant_id = ${caller.tenantId}) as events,
           (select coalesce(sum(occurrence_count), 0)::int from signature where tenant_id = ${caller.tenantId}) as counted,
           (select coalesce(sum(n), 0)::int from feature_bucket where tenant_id = ${caller.tenantId} and signature_id <> 0) as bucketed,
           (select coalesce(sum(n), 0)::int from feature_bucket where tenant_id = ${caller.tenantId} and signature_id = 0) as alive,
           (select count(*)::int from rejected_input where tenant_id = ${caller.tenantId}) as rejected`;
  return row;
};

/** As if the process had died between storing and counting. */
const uncount = async () => {
  await t.store.read`update ingest_batch set folded = false where tenant_id = ${caller.tenantId}`;
  await t.store.read`delete from feature_bucket where tenant_id = ${caller.tenantId}`;
  await t.store.read`update signature set occurrence_count = 0 where tenant_id = ${caller.tenantId}`;
};

const lines = (input: string[], batchKey?: string) => ({
  lines: input,
  sourceType: 'SYSLOG' as const,
  ...(batchKey === undefined ? {} : { batchKey }),
});

const rejectedRows = () =>
  t.store.read<{ index: number; code: string; reason: string; payload: string }[]>`
    select index, code, reason, payload from rejected_input where tenant_id = ${caller.tenantId} order by index`;

describe('ingest of lines', () => {
  it('stores every line once and counts it exactly', async () => {
    const outcome = await t.pipeline.ingestLines(caller, lines(failedLogins(2_000), 'auth'));
    expect(outcome).toMatchObject({ accepted: 2_000, duplicates: 0, rejectedIds: [], replaySafe: true });
    expect(outcome.newSignatureIds).toHaveLength(1);
    expect(await counts()).toEqual({
      events: 2_000,
      counted: 2_000,
      bucketed: 2_000,
      alive: 2_000,
      rejected: 0,
    });
  });

  it('adds nothing when a batch is sent again under its key', async () => {
    await t.pipeline.ingestLines(caller, lines(failedLogins(500), 'auth'));
    t.clock.advanceMs(3_600_000);
    const again = await t.pipeline.ingestLines(caller, lines(failedLogins(500), 'auth'));
    expect(again).toMatchObject({ accepted: 0, duplicates: 500, rejectedIds: [], newSignatureIds: [] });
    expect(await counts()).toMatchObject({ events: 500, counted: 500, bucketed: 500 });
  });

  it('takes what was appended to a batch, and only that', async () => {
    await t.pipeline.ingestLines(caller, lines(failedLogins(300), 'auth'));
    const grown = await t.pipeline.ingestLines(caller, lines(failedLogins(450), 'auth'));
    expect(grown).toMatchObject({ accepted: 150, duplicates: 300, rejectedIds: [] });
    const again = await t.pipeline.ingestLines(caller, lines(failedLogins(450), 'auth'));
    expect(again).toMatchObject({ accepted: 0, duplicates: 450 });
    expect(await counts()).toMatchObject({ events: 450, counted: 450, bucketed: 450 });
  });

  it('keeps other content under a known position as a conflict, and stores the rest', async () => {
    const sent = failedLogins(10);
    await t.pipeline.ingestLines(caller, lines(sent, 'auth'));
    const changed = sent.with(4, sent[4]!.replace('gate', 'gate2'));
    const outcome = await t.pipeline.ingestLines(caller, lines([...changed, ...failedLogins(2, 10)], 'auth'));
    expect(outcome).toMatchObject({ accepted: 2, duplicates: 9 });
    expect(await rejectedRows()).toMatchObject([{ index: 4, code: 'CONFLICT', payload: changed[4] }]);
  });

  it('says that a resend without a key cannot be told from a repetition', async () => {
    const first = await t.pipeline.ingestLines(caller, lines(failedLogins(3)));
    const second = await t.pipeline.ingestLines(caller, lines(failedLogins(3)));
    expect(first.replaySafe).toBe(false);
    expect(second).toMatchObject({ accepted: 3, duplicates: 0 });
  });

  it('keeps two equal lines of one batch as two events', async () => {
    const [line] = failedLogins(1) as [string];
    expect(await t.pipeline.ingestLines(caller, lines([line, line], 'twice'))).toMatchObject({ accepted: 2 });
    expect(await counts()).toMatchObject({ events: 2, counted: 2 });
  });

  it('gives lines without a time the time of receipt, and the same one when they are sent again', async () => {
    await t.pipeline.ingestLines(caller, lines(['it broke', 'it broke again'], 'plain'));
    t.clock.advanceMs(86_400_000);
    const again = await t.pipeline.ingestLines(
      caller,
      lines(['it broke', 'it broke again', 'and again'], 'plain'),
    );
    expect(again).toMatchObject({ accepted: 1, duplicates: 2 });
    expect(await counts()).toMatchObject({ events: 3, counted: 3 });
  });

  it('two senders of one key at the same moment store it once', async () => {
    const other = t.another();
    const [a, b] = await Promise.all([
      t.pipeline.ingestLines(caller, lines(failedLogins(800), 'raced')),
      other.ingestLines(caller, lines(failedLogins(800), 'raced')),
    ]);
    await other.settle(caller.tenantId);
    expect(a.accepted + b.accepted).toBe(800);
    expect(a.duplicates + b.duplicates).toBe(800);
    expect(await counts()).toMatchObject({ events: 800, counted: 800, bucketed: 800 });
  });

  it('counts a batch that a crashed process stored, when it is sent again', async () => {
    await t.pipeline.ingestLines(caller, lines(failedLogins(100), 'one'));
    await t.pipeline.settle(caller.tenantId);
    await uncount();
    expect(await t.pipeline.ingestLines(caller, lines(failedLogins(100), 'one'))).toMatchObject({
      duplicates: 100,
    });
    expect(await counts()).toMatchObject({ events: 100, counted: 100, bucketed: 100, alive: 100 });
  });

  it('counts a batch once that is sent again and again before it is counted', async () => {
    await t.pipeline.ingestLines(caller, lines(failedLogins(100), 'one'));
    await t.pipeline.settle(caller.tenantId);
    await uncount();
    await Promise.all(
      Array.from({ length: 8 }, () => t.pipeline.ingestLines(caller, lines(failedLogins(100), 'one'))),
    );
    await t.pipeline.settle(caller.tenantId);
    expect(await counts()).toMatchObject({ events: 100, counted: 100, bucketed: 100, alive: 100 });
  });

  it('counts what a crashed process stored and never counted', async () => {
    const crashed = t.another();
    await crashed.ingestLines(caller, lines(failedLogins(100), 'one'));
    await crashed.settle(caller.tenantId);
    await uncount();
    const restarted = t.another();
    await restarted.start();
    expect(await counts()).toMatchObject({ events: 100, counted: 100, bucketed: 100, alive: 100 });
  });
});

describe('bad lines', () => {
  it('are kept with index, code and what to do, and the rest of the batch is stored', async () => {
    const [good] = failedLogins(1) as [string];
    const outcome = await t.pipeline.ingestLines(
      caller,
      lines(
        [
          good,
          '',
          'x'.repeat(10 * 1024 * 1024),
          '2099-01-01T00:00:00Z gate app: from the future',
          '1970-01-01T00:00:00Z gate app: dawn',
          good,
        ],
        'bad',
      ),
    );
    expect(outcome.accepted).toBe(2);
    const rows = await rejectedRows();
    expect(rows.map((row) => [row.index, row.code])).toEqual([
      [1, 'VALIDATION'],
      [2, 'LIMIT_EXCEEDED'],
      [3, 'VALIDATION'],
      [4, 'VALIDATION'],
    ]);
    expect(rows[1]?.payload).toHaveLength(10 * 1024 * 1024);
    for (const row of rows) expect(row.reason).toMatch(/[a-z].*\./i);
  });

  it('with NUL or lone surrogates are stored, and their original can be had back', async () => {
    const odd = 'app: value \u0000 and \ud800 end';
    expect(await t.pipeline.ingestLines(caller, lines([odd], 'odd'))).toMatchObject({ accepted: 1 });
    const [row] = await t.store
      .read`select attrs->>'rawBase64' as raw from event where tenant_id = ${caller.tenantId}`;
    expect(Buffer.from(row?.raw as string, 'base64').toString('utf16le')).toBe(odd);
  });

  it('an empty batch is refused with what to do', async () => {
    await expect(t.pipeline.ingestLines(caller, lines([], 'none'))).rejects.toThrow(
      /"lines" is empty: send at least one/,
    );
  });

  it('that were rejected are replayed once they can be stored', async () => {
    await t.pipeline.ingestLines(caller, lines(['2026-03-13T00:00:00Z gate app: two days ahead'], 'ahead'));
    const still = await t.pipeline.replayRejected(caller, { ids: null, limit: 10 });
    expect(still).toMatchObject({ accepted: 0 });
    expect(await counts()).toMatchObject({ events: 0, rejected: 1 });
    t.clock.advanceMs(3 * 86_400_000);
    expect(await t.pipeline.replayRejected(caller, { ids: null, limit: 10 })).toMatchObject({
      accepted: 1,
      rejectedIds: [],
    });
    expect(await t.pipeline.replayRejected(caller, { ids: null, limit: 10 })).toMatchObject({ accepted: 0 });
    expect(await counts()).toMatchObject({ events: 1, counted: 1, rejected: 1 });
  });
});

describe('ingest of events', () => {
  const event = (key: string, message = 'disk /var is 91% full') => ({
    timestamp: '2026-03-10T09:00:00.000123Z',
    host: 'db-1',
    service: 'monit',
    severity: 'WARNING' as const,
    message,
    eventKey: key,
  });

  it('a resend under the same key is a duplicate, in any batch', async () => {
    expect(
      await t.pipeline.ingestEvents(caller, { events: [event('a'), event('b'), event('a')] }),
    ).toMatchObject({
      accepted: 2,
      duplicates: 1,
      replaySafe: true,
    });
    expect(await t.pipeline.ingestEvents(caller, { events: [event('b'), event('c')] })).toMatchObject({
      accepted: 1,
      duplicates: 1,
    });
    expect(await counts()).toMatchObject({ events: 3, counted: 3 });
  });

  it('the same key with other content is a conflict', async () => {
    await t.pipeline.ingestEvents(caller, { events: [event('a')] });
    const outcome = await t.pipeline.ingestEvents(caller, {
      events: [event('a', 'something else'), event('b')],
    });
    expect(outcome).toMatchObject({ accepted: 1, duplicates: 0 });
    expect(await rejectedRows()).toMatchObject([{ index: 0, code: 'CONFLICT' }]);
  });

  it('an event without a time is a duplicate when it is sent again later', async () => {
    const { timestamp: _, ...timeless } = event('a');
    await t.pipeline.ingestEvents(caller, { events: [timeless] });
    t.clock.advanceMs(60_000);
    expect(await t.pipeline.ingestEvents(caller, { events: [timeless] })).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
  });

  it('JSON that a database cannot hold is stored in a storable copy with the original beside it', async () => {
    await t.pipeline.ingestEvents(caller, {
      events: [{ ...event('a'), structuredFields: { note: 'a\u0000b', deep: ['\udc00'] } }],
    });
    const [row] = await t.store
      .read`select attrs->'structuredFields' as fields from event where tenant_id = ${caller.tenantId}`;
    const fields = row?.fields as Record<string, string>;
    expect(JSON.parse(Buffer.from(fields.originalJsonBase64 as string, 'base64').toString())).toEqual({
      note: 'a\u0000b',
      deep: ['\udc00'],
    });
  });

  it('an event stamped ahead keeps its time and counts at its receipt', async () => {
    t.clock.set(AT);
    await t.pipeline.ingestEvents(caller, { events: [{ ...event('a'), timestamp: '2026-03-10T13:00:00Z' }] });
    await t.pipeline.settle(caller.tenantId);
    const [row] = await t.store.read`
      select e.ts::text, f.minute from event e join feature_bucket f using (tenant_id, signature_id)
       where e.tenant_id = ${caller.tenantId}`;
    expect(row).toEqual({ ts: '2026-03-10 13:00:00+00', minute: Date.parse(AT) / 60_000 });
  });
});

describe('backpressure', () => {
  it('refuses what the queue cannot hold, with a delay, and stores the rest', async () => {
    const small = await startTestPipeline({ at: AT, maxQueuedInputs: 2_000 });
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, i) =>
        small.pipeline.ingestLines(small.caller, lines(failedLogins(1_000, i * 1_000), `k${i}`)),
      ),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'RETRY_LATER', retryAfterMs: expect.any(Number) });
    const stored = results.filter((result) => result.status === 'fulfilled').length;
    await small.pipeline.settle(small.caller.tenantId);
    const [row] = await small.store.read`select count(*)::int as n from event`;
    expect(row?.n).toBe(stored * 1_000);
    await small.close();
  });
});

describe('retention', () => {
  it('drops whole partitions, refuses what is older, and keeps the counts', async () => {
    const kept = await startTestPipeline({ at: AT, retentionDays: 30 });
    const at = (day: string) => `${day}T10:00:00Z gate app: disk sda failed`;
    await kept.pipeline.ingestLines(
      kept.caller,
      lines([at('2026-02-20'), at('2026-03-09'), at('2025-12-31')], 'aged'),
    );
    await kept.pipeline.settle(kept.caller.tenantId);
    const [refused] = await kept.store.read`select code, reason from rejected_input`;
    expect(refused).toEqual({
      code: 'VALIDATION',
      reason: expect.stringContaining('MNEMOGRAPH_RETENTION_DAYS'),
    });
    kept.clock.set('2026-04-01T12:00:00Z');
    await kept.another().start();
    const [row] = await kept.store.read`
      select (select array_agg(ts::date::text) from event) as days, (select occurrence_count from signature) as counted`;
    expect(row).toEqual({ days: ['2026-03-09'], counted: '2' });
    await kept.close();
  });
});
