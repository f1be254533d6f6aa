// How far a review reaches: the scores of its own tenant and its own type, and of nothing else.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { REVIEW_DECISIONS } from '../../src/domain/words.ts';
import { review } from '../../src/review/review.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let unreviewed: Map<string, number>;
let tenants = 0;
const newcomer = () => t.callerOf(`reach${++tenants}`);
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-12T12:00:00Z' });
  const caller = await newcomer();
  for (const day of DAYS) await live(caller, day);
  unreviewed = await scores(caller);
});
afterAll(() => t.close());

const DAYS = ['2026-03-08', '2026-03-09', '2026-03-10', '2026-03-11'];

/** A day on which a disk fails on three hosts and a link flaps. */
async function live(caller: Caller, day: string): Promise<void> {
  const event = (time: string, host: string, message: string, severity: 'INFO' | 'ERROR') => ({
    timestamp: `${day}T${time}Z`,
    host,
    service: 'kernel',
    message,
    severity,
  });
  const hosts = ['db-1', 'db-2', 'db-3'];
  const disks = hosts.map((host, i) =>
    event(`10:0${i}:00`, host, 'EXT4-fs error (device sdb1): unable to read inode block', 'ERROR'),
  );
  const flaps = ['11', '14'].flatMap((hour) => [
    event(`${hour}:00:00`, 'sw-1', 'interface uplink7, changed state to down', 'ERROR'),
    event(`${hour}:04:00`, 'sw-1', 'interface uplink7, changed state to up', 'INFO'),
  ]);
  await t.pipeline.ingestEvents(caller, { events: [...disks, ...flaps] });
  await t.pipeline.settle(caller.tenantId);
}

interface Row {
  id: string;
  type: string;
  subject: string;
  score: number;
}

const candidates = ({ tenantId }: Caller) => t.store.read<Row[]>`
  select candidate_id as id, type, subject, score from candidate
   where tenant_id = ${tenantId} and not withdrawn and redirected_to_id is null order by type, subject`;

const scores = async (caller: Caller): Promise<Map<string, number>> =>
  new Map((await candidates(caller)).map((c) => [`${c.type} ${c.subject}`, c.score]));

const decisions = fc.array(
  fc.record({
    candidate: fc.nat(),
    decision: fc.constantFrom(...REVIEW_DECISIONS),
    reviewer: fc.constantFrom('ada', 'bob', 'cy'),
  }),
  { minLength: 1, maxLength: 6 },
);

it("never lowers another tenant's or another type's score", { timeout: 180_000 }, async () => {
  expect(new Set([...unreviewed.keys()].map((key) => key.split(' ')[0]))).toEqual(
    new Set(['ANOMALY', 'RECURRENCE', 'SELF_HEAL', 'SPREAD']),
  );
  await fc.assert(
    fc.asyncProperty(decisions, async (all) => {
      const [reviewed, bystander] = [await newcomer(), await newcomer()];
      for (const caller of [reviewed, bystander])
        for (const day of DAYS.slice(0, -1)) await live(caller, day);
      const found = await candidates(reviewed);
      const judged = new Set<string>();
      for (const { candidate, decision, reviewer } of all) {
        const { id, type } = found[candidate % found.length]!;
        judged.add(type);
        const ctx = { store: t.store, clock: t.clock, caller: { ...reviewed, actor: reviewer } };
        await review(ctx, { subject: { type: 'Candidate', key: id }, decision });
      }
      // What comes after is scored by what was decided.
      for (const caller of [reviewed, bystander]) await live(caller, DAYS.at(-1)!);
      expect(await scores(bystander)).toEqual(unreviewed);
      const after = await scores(reviewed);
      for (const [key, score] of unreviewed)
        if (!judged.has(key.split(' ')[0]!)) expect(after.get(key), key).toBeGreaterThanOrEqual(score);
    }),
    { numRuns: 5 },
  );
});
