// Rules at work: from ingested events to RULE_MATCH signals and counts per entity.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { IngestEventInput } from '../../src/pipeline/input.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
beforeEach(async () => {
  caller = await t.callerOf(`rules-${++tenants}`);
});
afterAll(() => t.close());

const clock = (minute: number, second = 0) =>
  new Date(Date.UTC(2026, 2, 10, 2, minute, second)).toISOString();

const failure = (minute: number, user: string, address: string, host = 'bastion'): IngestEventInput => ({
  timestamp: clock(minute),
  host,
  service: 'sshd',
  message: `Failed password for invalid user ${user} from ${address} port 4242 ssh2`,
});

async function ingest(...events: IngestEventInput[]) {
  await t.pipeline.ingestEvents(caller, { events });
  await t.pipeline.settle(caller.tenantId);
}

const matches = () =>
  t.store.read`select label, entity_kind as kind, entity, severity, observed, text from signal
                where tenant_id = ${caller.tenantId} and kind = 'RULE_MATCH' order by label, entity_kind, entity`;

const change = (text: string) =>
  t.store.writePool.query(
    `with r as (${text} returning 1) update rule_book set version = version + 1 where tenant_id = $1`,
    [caller.tenantId],
  );

describe('the default rules', () => {
  it('find who fails to authenticate again and again: by user and by address', async () => {
    const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5'];
    await ingest(...addresses.slice(0, 4).map((address, i) => failure(i, 'eve', address)));
    expect(await matches()).toEqual([]);
    await ingest(failure(4, 'eve', addresses[4]!));
    await ingest(...[0, 1, 2, 3, 4].map((i) => failure(20 + i, `guess${i}`, '203.0.113.9')));
    expect(await matches()).toEqual([
      {
        label: 'authentication-failures',
        kind: 'SRC_IP',
        entity: '203.0.113.9',
        severity: 4,
        observed: 5,
        text: 'authentication-failures: 5 times from 203.0.113.9, 2026-03-10 02:20–02:24 UTC (5 in 10 minutes are too many)',
      },
      {
        label: 'authentication-failures',
        kind: 'USER',
        entity: 'eve',
        severity: 4,
        observed: 5,
        text: 'authentication-failures: 5 times for user eve, 2026-03-10 02:00–02:04 UTC (5 in 10 minutes are too many)',
      },
    ]);
  });

  it('tell of what happens once, on its host; more of it is the same signal', async () => {
    const oom = (minute: number): IngestEventInput => ({
      timestamp: clock(minute),
      host: 'web-9',
      message: `Out of memory: Killed process ${4_000 + minute} (java)`,
    });
    await ingest(oom(0));
    const [first] = await t.store
      .read`select signal_id from signal where tenant_id = ${caller.tenantId} and kind = 'RULE_MATCH'`;
    await ingest(oom(5), oom(45));
    expect(await matches()).toMatchObject([
      { label: 'out-of-memory', entity: 'web-9', severity: 5, observed: 2 },
      { label: 'out-of-memory', entity: 'web-9', severity: 5, observed: 1 },
    ]);
    const [row] = await t.store.read`
      select s.signal_id, s.observed, a.hostname, g.pattern from signal s join asset a using (tenant_id, asset_id)
        join signature g using (tenant_id, signature_id)
       where s.tenant_id = ${caller.tenantId} and s.kind = 'RULE_MATCH' order by s.observed_at limit 1`;
    expect(row).toMatchObject({
      ...first,
      hostname: 'web-9',
      pattern: 'Out of memory: Killed process <*> (java)',
    });
  });

  it('count for the host where the event names neither user nor address', async () => {
    await ingest(
      ...[0, 1, 2, 3, 4].map((i) => ({
        timestamp: clock(i),
        host: 'dc-1',
        message: 'An account failed to log on.',
      })),
    );
    expect(await matches()).toMatchObject([{ kind: 'HOST', entity: 'dc-1', observed: 5 }]);
  });
});

it('the counts are exact per host, user and address', async () => {
  await ingest(failure(0, 'eve', '192.0.2.1'), failure(0, 'eve', '192.0.2.2'), {
    timestamp: clock(0),
    host: 'bastion',
    message: 'backup done',
    severity: 'INFO',
  });
  const rows = await t.store.read`
    select entity_kind as kind, entity, n, auth_failures as failed from entity_bucket
     where tenant_id = ${caller.tenantId} order by 1, 2`;
  expect(rows).toEqual([
    { kind: 'ALL', entity: '', n: 3, failed: 2 },
    { kind: 'HOST', entity: 'bastion', n: 3, failed: 2 },
    { kind: 'SRC_IP', entity: '192.0.2.1', n: 1, failed: 1 },
    { kind: 'SRC_IP', entity: '192.0.2.2', n: 1, failed: 1 },
    { kind: 'USER', entity: 'eve', n: 2, failed: 2 },
  ]);
});

it('the same is counted and found from stored events, should the process die before it counts', async () => {
  const lines = ['02:00:00', '02:01:00', '02:02:00', '02:03:00', '02:04:00'].map(
    (at) => `Mar 10 ${at} bastion sshd[1]: Failed password for root from 203.0.113.9 port 22 ssh2`,
  );
  const counts = async (tenantId: number) => ({
    entities: await t.store
      .read`select entity_kind, entity, minute, n, errors, auth_failures from entity_bucket
                                  where tenant_id = ${tenantId} order by 1, 2, 3`,
    matches: await t.store
      .read`select entity_kind, entity, minute, n, worst, first_us, last_us from rule_bucket
                                 where tenant_id = ${tenantId} order by 1, 2, 3`,
    signals: await t.store.read`select identity, text from signal where tenant_id = ${tenantId} order by 1`,
  });
  await t.pipeline.ingestLines(caller, { sourceType: 'SYSLOG', batchKey: 'b', lines });
  await t.pipeline.settle(caller.tenantId);
  const expected = await counts(caller.tenantId);
  expect(expected.matches).toHaveLength(10);
  const { tenantId } = caller;
  for (const table of ['entity_bucket', 'rule_bucket', 'feature_bucket', 'signal', 'episode', 'heartbeat'])
    await t.store.writePool.query(`delete from ${table} where tenant_id = $1`, [tenantId]);
  await t.store.writePool.query('update ingest_batch set folded = false where tenant_id = $1', [tenantId]);
  await t.pipeline.ingestLines(caller, { sourceType: 'SYSLOG', batchKey: 'b', lines });
  await t.pipeline.settle(tenantId);
  expect(await counts(tenantId)).toEqual(expected);
});

it.each([
  ['of any kind', 'fields.code == 7', /field/],
  ['of this kind', 'has(fields.code) && fields.code > 7', /overload/],
])('a rule that fails on events %s says so, and the next rule is asked', async (_, expression, reason) => {
  await change(
    `update rule set expression = '${expression}', position = 0 where tenant_id = $1 and name = 'kernel-panic'`,
  );
  const message = 'Out of memory: Killed process 1 (java)';
  await ingest({ timestamp: clock(0), host: 'web-9', message, structuredFields: { code: 'seven' } });
  expect(await matches()).toMatchObject([{ label: 'out-of-memory' }]);
  const [rule] = await t.store.read<{ last_error: string }[]>`
    select last_error from rule where tenant_id = ${caller.tenantId} and name = 'kernel-panic'`;
  expect(rule!.last_error).toMatch(reason);
});

it('only the first rule that an event fulfils names itself', async () => {
  await change(
    `insert into rule (tenant_id, name, description, expression, count, window_minutes, per, position, enabled)
     values ($1, 'java', '', 'text.contains("java") && service == "kernel"', 1, 30, '{HOST}', 1, true)`,
  );
  const message = 'Out of memory: Killed process 1 (java)';
  await ingest(
    { timestamp: clock(0), host: 'web-9', service: 'kernel', message, severity: 'ALERT' },
    { timestamp: clock(0), host: 'web-8', service: 'docker', message },
  );
  expect(await matches()).toMatchObject([
    { label: 'java', entity: 'web-9', severity: 6 },
    { label: 'out-of-memory', entity: 'web-8' },
  ]);
});
