// What makes one incident come to mind before another: one reason at a time, all else being equal.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline();
});
afterAll(() => t.close());

const LINE = (user: string) =>
  `Mar 10 08:00:00 db-1 app[1]: user ${user} was locked out after too many attempts`;

beforeEach(async () => {
  caller = await t.callerOf(`recall${++tenants}`);
  await t.pipeline.ingestLines(caller, { lines: [LINE('eve')], sourceType: 'SYSLOG' });
  await t.pipeline.settle(caller.tenantId);
  await run(
    `insert into asset (tenant_id, hostname, service_group) values ($1, 'db-2', 'database'), ($1, 'web-1', 'shop')`,
  );
  await run(`update asset set service_group = 'database' where tenant_id = $1 and hostname = 'db-1'`);
});

const run = (text: string, ...values: unknown[]) =>
  t.store.writePool.query(text, [caller.tenantId, ...values]);

/** An incident of the line's signature. */
async function incident(title: string, at = '2026-03-01T00:00:00Z'): Promise<string> {
  const { rows } = await run(
    `with i as (
       insert into incident (tenant_id, title, summary, incident_type, first_observed_at, last_observed_at,
                             recurrence_count, impact_level, confidence)
       values ($1, $2, '', 'test', $3, $3, 1, 'LOW', 500000) returning incident_id)
     insert into incident_signature (tenant_id, incident_id, signature_id)
     select $1, i.incident_id, s.signature_id from i, signature s where s.tenant_id = $1 returning incident_id`,
    title,
    at,
  );
  return rows[0].incident_id;
}

const onHost = (id: string, host: string) =>
  run(
    'insert into incident_asset (tenant_id, incident_id, asset_id) select $1, $2, asset_id from asset where tenant_id = $1 and hostname = $3',
    id,
    host,
  );

async function recalled(text = LINE('mallory')) {
  const answer = await seenBefore({ store: t.store, clock: t.clock, caller }, { message: { text } });
  const { rows } = await run('select incident_id, title from incident where tenant_id = $1');
  const titleOf = new Map(rows.map((row) => [row.incident_id, row.title]));
  return answer.incidents.map((i) => ({
    title: titleOf.get(i.incidentId),
    reason: i.reason,
    score: i.score,
  }));
}

it('the same host before one of the same service group before another host', async () => {
  await onHost(await incident('elsewhere'), 'web-1');
  await onHost(await incident('group'), 'db-2');
  await onHost(await incident('host'), 'db-1');
  const found = await recalled();
  expect(found.map((i) => i.title)).toEqual(['host', 'group', 'elsewhere']);
  expect(found[0]!.reason).toMatch(/^same signature, on db-1 too;/);
  expect(found[1]!.reason).toContain('on a host of the same service group (database)');
  expect(found[2]!.reason).toMatch(/^same signature; observed once/);
});

it('the same values before others, as whole words', async () => {
  const line = (id: string, message: string) =>
    run(
      `insert into incident_event (tenant_id, incident_id, event_ts, event_id, message_raw)
       values ($1, $2, '2026-03-01T00:00:00Z', gen_random_uuid(), $3)`,
      id,
      message,
    );
  await line(await incident('other'), LINE('malloryson'));
  await line(await incident('same'), LINE('mallory'));
  const found = await recalled();
  expect(found.map((i) => i.title)).toEqual(['same', 'other']);
  expect(found[0]!.reason).toContain('with mallory as then');
  expect(found[1]!.reason).not.toContain('as then');
});

it('the recent before the old', async () => {
  await incident('old', '2024-03-01T00:00:00Z');
  await incident('recent', '2026-03-09T00:00:00Z');
  expect((await recalled()).map((i) => i.title)).toEqual(['recent', 'old']);
});

it('what its advice came to: worked, then untried, then failed', async () => {
  const hint = async (id: string, worked: number, failed: number) =>
    run(
      `with h as (insert into runbook_hint (tenant_id, title, hint_text, confidence, worked_count, failed_count)
                  values ($1, 'h', 'h', 500000, $3, $4) returning hint_id)
       insert into hint_incident (tenant_id, hint_id, incident_id) select $1, hint_id, $2 from h`,
      id,
      worked,
      failed,
    );
  await hint(await incident('failed'), 0, 4);
  await incident('untried');
  await hint(await incident('worked'), 3, 1);
  const found = await recalled();
  expect(found.map((i) => i.title)).toEqual(['worked', 'untried', 'failed']);
  expect(found[0]!.reason).toMatch(/its advice worked 3 of 4 times$/);
});

it('the same signature before one that only resembles it, and no retired one', async () => {
  await incident('resembles', '2026-03-09T00:00:00Z');
  const similar = await recalled(
    'Mar 10 08:00:00 db-1 app[1]: user mallory was locked out after too many failures',
  );
  expect(similar[0]!.reason).toMatch(/^a signature \d\d % alike/);
  expect(similar[0]!.score).toBeLessThan((await recalled())[0]!.score);
  await run(`update incident set status = 'RETIRED' where tenant_id = $1`);
  expect(await recalled()).toEqual([]);
});

it('the lessons that people trust before those that they doubt', async () => {
  const lesson = (id: string, confidence: number) =>
    run(
      `with l as (insert into lesson (tenant_id, title, summary, recommendation, confidence)
                  values ($1, 'l', 'l', 'l', $3) returning lesson_id)
       insert into incident_lesson (tenant_id, incident_id, lesson_id) select $1, $2, lesson_id from l`,
      id,
      confidence,
    );
  await lesson(await incident('doubted'), 200_000);
  await incident('untaught');
  await lesson(await incident('trusted'), 900_000);
  const found = await recalled();
  expect(found.map((i) => i.title)).toEqual(['trusted', 'untaught', 'doubted']);
  expect(found[0]!.reason).toMatch(/; its lesson is trusted by 90 %$/);
});

it('of two that only resemble it, the more alike', async () => {
  const line = (what: string) => `Mar 10 08:00:00 db-1 app[1]: user eve was locked out after too ${what}`;
  await t.pipeline.ingestLines(caller, { lines: [line('much noise')], sourceType: 'SYSLOG' });
  await t.pipeline.settle(caller.tenantId);
  const [far, near] = [await incident('far'), await incident('near')];
  const only = (id: string, pattern: string) =>
    run(
      `delete from incident_signature x using signature s
        where x.tenant_id = $1 and x.incident_id = $2 and s.tenant_id = $1 and s.signature_id = x.signature_id and s.pattern not like $3`,
      id,
      pattern,
    );
  await only(far, '%noise');
  await only(near, '%attempts');
  const found = await recalled(line('many requests'));
  expect(found.map((i) => i.title)).toEqual(['near', 'far']);
  for (const { reason } of found) expect(reason).toMatch(/^a signature \d\d % alike/);
});

it('where all is equal, the one that was made first; and at most ten', async () => {
  for (let n = 1; n <= 12; n++) await incident(`number ${n}`);
  expect((await recalled()).map((i) => i.title)).toEqual(
    Array.from({ length: 10 }, (_, i) => `number ${i + 1}`),
  );
});
