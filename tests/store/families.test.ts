// Forms that generalise are one signature in the database: counts, detections and what people decided follow, ids stay.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { Pipeline } from '../../src/pipeline/pipeline.ts';
import { signatureKey } from '../../src/signature/engine.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`family-${++tenants}`);
});

const NAMES = ['alder', 'birch', 'cedar', 'elder', 'hazel', 'larch', 'maple', 'olive', 'rowan', 'willow'];
const messageOf = (name: string) => `Login of account ${name} was refused by policy`;
const keyOf = (name: string) => signatureKey(messageOf(name), 'sshd');

async function tell(names: readonly string[], minute: number, pipeline: Pipeline = t.pipeline) {
  await pipeline.ingestEvents(caller, {
    events: names.map((name, i) => ({
      timestamp: new Date(Date.UTC(2026, 2, 9, 0, minute + i)).toISOString(),
      host: 'web-1',
      service: 'sshd',
      severity: 'WARNING',
      message: messageOf(name),
    })),
  });
  await pipeline.settle(caller.tenantId);
}

interface Row {
  readonly id: string;
  readonly key: string;
  readonly root: string;
  readonly n: string;
  readonly pattern: string;
}

const signatures = () => t.store.read<Row[]>`
  select s.signature_id as id, s.key, r.key as root, s.occurrence_count as n, s.pattern
    from signature s join signature r on r.tenant_id = s.tenant_id
     and r.signature_id = coalesce(s.merged_into_id, s.signature_id)
   where s.tenant_id = ${caller.tenantId} order by s.created_at, s.key`;

const rootRow = async () => (await signatures()).find((s) => s.key === s.root && Number(s.n) > 0)!;

describe('forms that generalise', () => {
  it('are counted as one signature, worded as what they have in common', async () => {
    await tell(NAMES, 0);
    expect(new Set((await signatures()).map((s) => s.root))).toEqual(new Set([keyOf('alder')]));
    expect(await rootRow()).toMatchObject({ n: '10', pattern: 'Login of account <*> was refused by policy' });
  });

  it('stay apart as long as there are few of them', async () => {
    await tell(NAMES.slice(0, 2), 0);
    expect((await signatures()).map((s) => s.n)).toEqual(['1', '1']);
  });

  it('leave every event with the signature that it was given', async () => {
    await tell(NAMES, 0);
    const events = await t.store.read`
      select count(distinct signature_id)::int as n from event where tenant_id = ${caller.tenantId}`;
    expect(events[0]).toEqual({ n: NAMES.length });
  });

  it('leave a trace of what joined what, and why', async () => {
    await tell(NAMES, 0);
    const aliases = await t.store.read<{ key: string; to_key: string; reason: string }[]>`
      select key, to_key, reason from signature_alias where tenant_id = ${caller.tenantId}`;
    expect(new Set(aliases.map((a) => a.key))).toEqual(new Set(NAMES.slice(1).map(keyOf)));
    expect(new Set(aliases.map((a) => a.reason))).toEqual(new Set(['GENERALISED']));
  });

  it('are known to a process that starts later, and to one that ran all along', async () => {
    const other = t.another();
    await tell(NAMES.slice(0, 1), 0, other);
    await tell(NAMES.slice(1), 1);
    await tell(['zelkova'], 60, other);
    await tell(['tamarack'], 61, t.another());
    expect(new Set((await signatures()).map((s) => s.root)).size).toBe(1);
    expect((await rootRow()).n).toBe('12');
  });

  it('go by their oldest member, also when its event comes last, and what people decided goes along', async () => {
    await tell(NAMES.slice(1), 100);
    const before = await rootRow();
    const { tenantId } = caller;
    const [{ id: candidateId } = { id: '' }] = await t.store.read<{ id: string }[]>`
      select nextval('mnemograph_id_seq') as id`;
    await t.store.writePool.query(
      `insert into review (tenant_id, candidate_id, candidate_type, signature_id, decision, reviewer, reviewed_at)
       values ($1, $2, 'RECURRENCE', $3, 'USEFUL', 'ada', now())`,
      [tenantId, candidateId, before.id],
    );
    await t.store.writePool.query(
      'insert into incident_signature (tenant_id, incident_id, signature_id) values ($1, 1, $2)',
      [tenantId, before.id],
    );
    await t.store.writePool.query(
      `insert into suppression (tenant_id, type, subject, review_id, reason, from_at, until_at, max_severity)
       values ($1, 'BURST', $2, 1, 'known', now(), now(), 4)`,
      [tenantId, `sig:${before.key}@web-1`],
    );
    await tell(['alder'], 0);
    const after = await rootRow();
    expect([before.key, after.key]).toEqual([keyOf('birch'), keyOf('alder')]);
    expect(after.n).toBe('10');
    const [followed] = await t.store.read`
      select (select signature_id from review where tenant_id = ${tenantId}) as review,
             (select signature_id from incident_signature where tenant_id = ${tenantId}) as incident,
             (select subject from suppression where tenant_id = ${tenantId}) as suppression,
             (select merged_into_id from signature where tenant_id = ${tenantId} and signature_id = ${before.id}) as old`;
    expect(followed).toEqual({
      review: after.id,
      incident: after.id,
      suppression: `sig:${after.key}@web-1`,
      old: after.id,
    });
  });

  it('are one candidate, and the candidates of each lead to it', async () => {
    for (let day = 0; day < 3; day++) await tell(['alder', 'birch'], day * 60);
    const candidates = () => t.store.read<{ id: string; into: string | null; subject: string; n: number }[]>`
      select candidate_id as id, redirected_to_id as into, subject, event_count as n from candidate
       where tenant_id = ${caller.tenantId} and not withdrawn order by candidate_id`;
    const before = await candidates();
    expect(before.map((c) => c.n)).toEqual([3, 3]);
    await tell(NAMES.slice(2), 200);
    const after = await candidates();
    const kept = after.filter((c) => c.into === null);
    expect(kept).toMatchObject([{ subject: `sig:${keyOf('alder')}`, n: 14 }]);
    expect(before.map((c) => c.id)).toContain(kept[0]!.id);
    expect(after.filter((c) => c.into !== null).map((c) => c.into)).toEqual([kept[0]!.id]);
  });
});

describe('a service with more forms than are told apart', () => {
  let bounded: TestPipeline;
  let few: Caller;
  beforeAll(async () => {
    bounded = await startTestPipeline({ at: '2026-03-10T12:00:00Z', maxFormsPerPartition: 12 });
    few = await bounded.callerOf('few');
    await ingest(NAMES.map(messageOf));
    await ingest(['alpha', 'beta', 'gamma delta', 'epsilon zeta', 'eta theta iota']);
  });
  afterAll(() => bounded.close());

  const ingest = async (messages: readonly string[]) => {
    const events = messages.map((message) => ({ message, service: 'sshd', host: 'web-1' }));
    await bounded.pipeline.ingestEvents(few, { events });
    await bounded.pipeline.settle(few.tenantId);
  };
  const coarse = () => bounded.store.read<{ pattern: string; n: string }[]>`
    select pattern, occurrence_count as n from signature
     where tenant_id = ${few.tenantId} and (metadata ->> 'coarse')::boolean order by key`;
  const total = (rows: readonly { n: string }[]) => rows.reduce((sum, row) => sum + Number(row.n), 0);

  it('keeps no more of them, and counts what is new under a handful of signatures that say so', async () => {
    const [forms] = await bounded.store.read`
      select count(*)::int as n from signature_form where tenant_id = ${few.tenantId}`;
    expect(forms).toEqual({ n: 12 });
    const rows = await coarse();
    expect(rows.every((row) => row.pattern === '<*>')).toBe(true);
    expect(total(rows)).toBe(3);
    await ingest(['kappa', 'lambda mu']);
    expect(total(await coarse())).toBe(5);
    expect((await coarse()).length).toBeLessThan(5);
  });

  it('still knows a new word in a place that is known to vary', async () => {
    const before = total(await coarse());
    await ingest([messageOf('zelkova')]);
    expect(total(await coarse())).toBe(before);
    const [family] = await bounded.store.read`
      select occurrence_count::int as n from signature
       where tenant_id = ${few.tenantId} and pattern = 'Login of account <*> was refused by policy' and merged_into_id is null`;
    expect(family).toEqual({ n: NAMES.length + 1 });
  });
});
