// What becomes of an incident whose signature is joined with others, or parted.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { linkEndKey, provenanceLinks } from '../../src/memory/provenance.ts';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import { promoteCandidate } from '../../src/review/promote-candidate.ts';
import { mergeSignatures } from '../../src/review/signatures/merge-signatures.ts';
import { splitSignature } from '../../src/review/signatures/split-signature.ts';
import { undoBinding } from '../../src/review/signatures/undo-binding.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-20T12:00:00Z' });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`bound${++tenants}`);
});

const ctx = () => ({ store: t.store, clock: t.clock, caller, pipeline: t.pipeline });

/** More names than it takes to see that a name stands there. */
const NAMES = ['alder', 'birch', 'cedar', 'elder', 'hazel', 'larch', 'maple', 'olive', 'rowan', 'willow'];
const refused = (name: string) => `Login of account ${name} was refused by policy`;

async function tell(names: readonly string[], day: number): Promise<void> {
  await t.pipeline.ingestEvents(caller, {
    events: names.map((name, i) => ({
      timestamp: new Date(Date.UTC(2026, 2, day, 8, i)).toISOString(),
      host: 'web-1',
      service: 'sshd',
      severity: 'WARNING',
      message: refused(name),
    })),
  });
  await t.pipeline.settle(caller.tenantId);
}

const blocked = (day: number) => ({
  timestamp: new Date(Date.UTC(2026, 2, day, 8)).toISOString(),
  host: 'web-2',
  service: 'firewalld',
  severity: 'WARNING' as const,
  message: 'Packets towards the management network are dropped',
});

async function promoteOnly(): Promise<string> {
  const [candidate] = await t.store.read<{ id: string }[]>`
    select candidate_id as id from candidate where tenant_id = ${caller.tenantId} and type = 'RECURRENCE'
       and not withdrawn and redirected_to_id is null`;
  return (await promoteCandidate(ctx(), { candidateId: candidate!.id })).incidentId;
}

const incident = async (id: string) => {
  const [row] = await t.store.read<{ n: number; first: string; last: string; bound: string[] }[]>`
    select i.recurrence_count as n, i.first_observed_at as first, i.last_observed_at as last,
           array(select s.key from incident_signature x join signature s using (tenant_id, signature_id)
                  where x.tenant_id = i.tenant_id and x.incident_id = i.incident_id order by 1) as bound
      from incident i where i.tenant_id = ${caller.tenantId} and i.incident_id = ${id}`;
  return row!;
};

const recalled = async (name: string) =>
  (await seenBefore(ctx(), { message: { text: refused(name) } })).incidents.map((i) => i.incidentId);

async function evidenceOf(id: string): Promise<number> {
  const start = { type: 'Incident', key: id } as const;
  const found = await provenanceLinks(t.store.read, caller.tenantId, [start], 'DOWN');
  const [row] = await t.store.read<{ n: number }[]>`
    select count(distinct source_key)::int as n from provenance_link
     where tenant_id = ${caller.tenantId} and link_id = any(${found.get(linkEndKey(start))!}::bigint[])
       and source_type = 'EvidenceLine'`;
  return row!.n;
}

describe('an incident whose signature is joined with others', () => {
  it('is bound to what they are together, and counts all of it', async () => {
    for (const day of [1, 2, 3]) await tell(['birch'], day);
    const id = await promoteOnly();
    await tell(['cedar'], 5);
    expect(await incident(id)).toMatchObject({ n: 3 });
    await tell(NAMES, 7);
    const joined = await incident(id);
    expect(joined.bound).toHaveLength(1);
    expect(joined).toMatchObject({ n: 5, first: '2026-03-01 08:00:00+00', last: '2026-03-07 08:09:00+00' });
    expect(await recalled('zelkova')).toEqual([id]);
    expect(await evidenceOf(id)).toBe(3);
  });
});

describe('an incident whose signature people bound to another', () => {
  it('counts what fires of either, as long as they are bound', async () => {
    for (const day of [1, 2, 3]) await tell(['birch'], day);
    const id = await promoteOnly();
    await t.pipeline.ingestEvents(caller, { events: [blocked(5)] });
    await t.pipeline.settle(caller.tenantId);
    const signatures = await t.store.read<{ id: string }[]>`
      select signature_id as id from signature where tenant_id = ${caller.tenantId} and occurrence_count > 0`;
    const { bindingId } = await mergeSignatures(ctx(), { signatureIds: signatures.map((s) => s.id) });
    expect(await incident(id)).toMatchObject({ n: 4, last: '2026-03-05 08:00:00+00' });
    await t.pipeline.ingestEvents(caller, { events: [blocked(9)] });
    await t.pipeline.settle(caller.tenantId);
    expect(await incident(id)).toMatchObject({ n: 5, last: '2026-03-09 08:00:00+00', bound: { length: 1 } });
    await undoBinding(ctx(), { bindingId: bindingId! });
    expect(await incident(id)).toMatchObject({ n: 3, bound: { length: 1 } });
    await t.pipeline.ingestEvents(caller, { events: [blocked(11)] });
    await tell(['birch'], 12);
    expect(await incident(id)).toMatchObject({ n: 4, last: '2026-03-12 08:00:00+00' });
  });
});

describe('an incident whose signature is parted', () => {
  it('stays with both parts that it was made of, and counts as before', async () => {
    for (const day of [1, 2, 3]) await tell(NAMES, day);
    const id = await promoteOnly();
    const before = await incident(id);
    expect(before).toMatchObject({ n: 3, bound: { length: 1 } });
    const [signature] = await t.store.read<{ id: string }[]>`
      select signature_id as id from signature where tenant_id = ${caller.tenantId} and occurrence_count > 0`;
    await splitSignature(ctx(), { signatureId: signature!.id, by: { word: 'cedar' } });
    const parted = await incident(id);
    expect(parted.bound).toHaveLength(2);
    expect(parted).toMatchObject({ n: before.n, first: before.first, last: before.last });
    for (const name of ['cedar', 'olive']) expect(await recalled(name)).toEqual([id]);
    expect(await evidenceOf(id)).toBeGreaterThanOrEqual(30);
    await tell(['cedar'], 10);
    await tell(['olive'], 12);
    expect(await incident(id)).toMatchObject({ n: 5, last: '2026-03-12 08:00:00+00' });
  });
});
