// The detection stage on a real database: what it stores, when it writes, and how a candidate keeps its identity.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Severity } from '../../src/domain/severity.ts';
import { type Micros, US_PER_DAY, US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND } from '../../src/domain/time.ts';
import { rescoreCandidate } from '../../src/pipeline/detect/rescore.ts';
import { recompute } from '../../src/score/receipt.ts';
import { transaction } from '../../src/store/transaction.ts';
import { CLOCK, openWorld, type Tenant, type World, type WorldEvent } from '../support/detection.ts';
import { at } from '../support/detection-rows.ts';

const T0 = at('2026-03-02T00:00:00Z');

let world: World;
let tenant: Tenant;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  tenant = await world.tenant();
});
afterAll(() => world.close());

const warning = (us: Micros, severity: Severity = Severity.WARNING): WorldEvent => ({
  us,
  signature: 'v1:disk',
  host: 'db-1',
  severity,
  message: 'disk 9 is full',
});
const beats = (fromUs: Micros, minutes: number): WorldEvent[] =>
  Array.from({ length: minutes }, (_, i) => ({
    us: fromUs + i * US_PER_MINUTE,
    signature: 'v1:beat',
    host: 'web-1',
    severity: Severity.INFO,
    message: 'alive',
  }));
const flood = (fromUs: Micros, n: number, seconds = 120): WorldEvent[] =>
  Array.from({ length: n }, (_, i) => ({
    us: fromUs + Math.floor((i * seconds) / n) * US_PER_SECOND,
    signature: 'v1:flood',
    host: 'web-1',
    severity: Severity.ERROR,
    message: `request ${i} again`,
  }));

interface CandidateRow {
  id: string;
  type: string;
  state: string;
  redirectedTo: string | null;
  withdrawn: boolean;
  version: number;
  versions: number;
  explanation: string;
  events: number;
}
const candidates = (type: string) =>
  tenant.rows<CandidateRow>(
    `select candidate_id as id, type, state, redirected_to_id as "redirectedTo", withdrawn, version, explanation,
            event_count as events,
            (select count(*)::int from candidate_version v
              where (v.tenant_id, v.candidate_id) = (c.tenant_id, c.candidate_id)) as versions
       from candidate c where tenant_id = $1 and type = '${type}' order by candidate_id`,
  );
const review = (candidateId: string, decision: string, type: string, reviewer = 'ana') =>
  tenant.rows(
    `insert into review (tenant_id, candidate_id, candidate_type, signature_id, decision, reviewer, reviewed_at)
     select $1, ${candidateId}, '${type}', s.signature_id, '${decision}', '${reviewer}', '2026-06-01'
       from candidate_signature s where s.tenant_id = $1 and s.candidate_id = ${candidateId} limit 1`,
  );
const rescore = (candidateId: string) =>
  transaction(world.store, ({ tx }) =>
    rescoreCandidate(tx, { tenantId: tenant.tenantId, candidateId, clock: CLOCK, reason: 'a review' }),
  );

describe('a burst', () => {
  beforeEach(async () => {
    await tenant.deliver(beats(T0, 300));
  });

  it('shows with the events that make it, while its minute is still open', async () => {
    const { announcements } = await tenant.deliver(flood(T0 + 290 * US_PER_MINUTE, 90, 30));
    const [burst] = await candidates('BURST');
    expect(burst!.explanation).toBe(
      '«request 0 again» came 90 times in 1 minute on web-1, 2026-03-02 04:50 UTC; normal is 0.1 a minute. ' +
        'The peak was 90 events in 5 minutes at 2026-03-02 04:50 UTC, worst severity ERROR.',
    );
    expect(announcements.map(({ topic, kind }) => [topic, kind])).toEqual([
      ['signal', 'CREATED'],
      ['candidate', 'CREATED'],
    ]);
  });

  it('goes on under the same id, signal and group as it grows', async () => {
    await tenant.deliver(flood(T0 + 290 * US_PER_MINUTE, 90, 30));
    const rows = () =>
      tenant.rows(
        `select c.candidate_id, g.group_id, s.signal_id from candidate c
           join candidate_group g using (tenant_id, candidate_id) join group_signal s using (tenant_id, group_id)
          where c.tenant_id = $1`,
      );
    const before = await rows();
    const { announcements } = await tenant.deliver(flood(T0 + 291 * US_PER_MINUTE, 200, 200));
    expect(await rows()).toEqual(before);
    expect(announcements.map(({ kind }) => kind)).toEqual(['UPDATED', 'UPDATED']);
    expect((await candidates('BURST'))[0]).toMatchObject({ events: 290 });
  });

  it('can be walked from the candidate over its group and signal, and from its example events', async () => {
    await tenant.deliver(flood(T0 + 290 * US_PER_MINUTE, 90, 30));
    const links = await tenant.rows<{ path: string; n: number }>(
      `select source_type || ' ' || link_type || ' ' || target_type as path, count(*)::int as n
         from provenance_link where tenant_id = $1 group by 1 order by 1`,
    );
    expect(links).toEqual([
      { path: 'CorrelationGroup GROUPED_IN Candidate', n: 1 },
      { path: 'Event EVIDENCE_OF Candidate', n: 50 },
      { path: 'Signal GROUPED_IN CorrelationGroup', n: 2 },
      { path: 'Signature EVIDENCE_OF Candidate', n: 1 },
    ]);
  });

  it('is withdrawn when late events show that it was normal, unless a person has judged it', async () => {
    await tenant.deliver(flood(T0 + 290 * US_PER_MINUTE, 40, 30));
    const normal = Array.from({ length: 290 }, (_, i) => flood(T0 + i * US_PER_MINUTE, 20, 50)).flat();
    const { announcements } = await tenant.deliver(normal);
    expect(await candidates('BURST')).toMatchObject([{ withdrawn: true }]);
    expect(announcements).toContainEqual(expect.objectContaining({ topic: 'candidate', kind: 'REMOVED' }));
    expect(await tenant.rows(`select 1 from signal where tenant_id = $1 and kind = 'SPIKE'`)).toEqual([]);
  });

  it('stays for the person who judged it, even when late events show that it was normal', async () => {
    await tenant.deliver(flood(T0 + 290 * US_PER_MINUTE, 40, 30));
    await review((await candidates('BURST'))[0]!.id, 'USEFUL', 'BURST');
    await tenant.deliver(Array.from({ length: 290 }, (_, i) => flood(T0 + i * US_PER_MINUTE, 20, 50)).flat());
    expect(await candidates('BURST')).toMatchObject([{ withdrawn: false }]);
  });

  it('that comes every night is a candidate twice, and a habit from then on', async () => {
    for (let night = 0; night < 4; night++) {
      await tenant.deliver(beats(T0 + night * US_PER_DAY + 300 * US_PER_MINUTE, 1_440));
      await tenant.deliver(flood(T0 + night * US_PER_DAY + 600 * US_PER_MINUTE, 60));
    }
    const signals = await tenant.rows<{ recurring: boolean; score: number }>(
      `select recurring, score from signal where tenant_id = $1 and kind = 'SPIKE' order by observed_at`,
    );
    expect(signals.map((s) => s.recurring)).toEqual([false, false, true, true]);
    expect(signals[3]!.score).toBeCloseTo(signals[0]!.score / 2, 6);
    expect(await candidates('BURST')).toMatchObject([{ events: 120 }]);
  });
});

describe('a recurrence', () => {
  const twice = [T0, T0 + US_PER_HOUR].flatMap((us) => [warning(us), warning(us + US_PER_SECOND)]);

  it('is not added a second time, and writes nothing, when nothing changed', async () => {
    await tenant.deliver(twice);
    const before = await tenant.rows(`select * from candidate where tenant_id = $1`);
    const { announcements } = await tenant.deliver([
      { ...warning(T0 + US_PER_HOUR), host: 'elsewhere', signature: 'v1:x' },
    ]);
    expect(announcements).toEqual([]);
    expect(await tenant.rows(`select * from candidate where tenant_id = $1`)).toEqual(before);
  });

  it('writes a version when a score component changes, and none for more of the same', async () => {
    await tenant.deliver(twice);
    await tenant.deliver([warning(T0 + US_PER_HOUR + US_PER_MINUTE)]);
    expect(await candidates('RECURRENCE')).toMatchObject([{ version: 1, versions: 1, events: 5 }]);
    await tenant.deliver([warning(T0 + 3 * US_PER_HOUR)]);
    expect(await candidates('RECURRENCE')).toMatchObject([{ version: 2, versions: 2, events: 6 }]);
    await tenant.deliver([warning(T0 + 3 * US_PER_HOUR, Severity.CRITICAL)]);
    expect(await candidates('RECURRENCE')).toMatchObject([{ version: 3, versions: 3 }]);
  });

  it('has a receipt for its latest version that gives the numbers of its row', async () => {
    await tenant.deliver(twice);
    await tenant.deliver([warning(T0 + US_PER_HOUR + US_PER_MINUTE)]);
    const [row] = await tenant.rows<{ receipt: Parameters<typeof recompute>[0]; score: number }>(
      `select v.receipt, c.score, c.score_breakdown as breakdown, c.confidence, c.decision_band as band
         from candidate c join candidate_version v using (tenant_id, candidate_id, version) where c.tenant_id = $1`,
    );
    const { receipt, ...numbers } = row!;
    expect(recompute(receipt)).toEqual(numbers);
  });

  it('joins with another where late events bridge them: the older keeps its id, the other leads to it', async () => {
    await tenant.deliver(twice);
    await tenant.deliver(twice.map((e) => ({ ...e, us: e.us + 12 * US_PER_DAY })));
    const [older, younger] = await candidates('RECURRENCE');
    expect(younger!.redirectedTo).toBeNull();
    const { announcements } = await tenant.deliver([warning(T0 + 6 * US_PER_DAY)]);
    expect(await candidates('RECURRENCE')).toMatchObject([
      { id: older!.id, redirectedTo: null, events: 9 },
      { id: younger!.id, redirectedTo: older!.id },
    ]);
    expect(announcements.filter((a) => a.topic === 'candidate')).toEqual([
      { topic: 'candidate', subjectId: younger!.id, kind: 'REMOVED' },
      { topic: 'candidate', subjectId: older!.id, kind: 'UPDATED' },
    ]);
  });

  it('joins into the one that a person has reviewed, be it the younger', async () => {
    await tenant.deliver(twice);
    await tenant.deliver(twice.map((e) => ({ ...e, us: e.us + 12 * US_PER_DAY })));
    const [older, younger] = await candidates('RECURRENCE');
    await review(younger!.id, 'USEFUL', 'RECURRENCE');
    await tenant.deliver([warning(T0 + 6 * US_PER_DAY)]);
    expect(await candidates('RECURRENCE')).toMatchObject([
      { id: older!.id, redirectedTo: younger!.id },
      { id: younger!.id, redirectedTo: null },
    ]);
  });

  it('ages with its signature: an earlier first event takes the novelty of its later candidates', async () => {
    const novelty = async () => {
      const [row] = await tenant.rows<{ novelty: number }>(
        `select (x ->> 'input')::float8 as novelty from candidate, jsonb_array_elements(score_breakdown) x
          where tenant_id = $1 and x ->> 'name' = 'novelty'`,
      );
      return row!.novelty;
    };
    await tenant.deliver(twice);
    expect(await novelty()).toBe(1);
    await tenant.deliver([{ ...warning(T0 - 40 * US_PER_DAY), host: 'web-1' }]);
    expect(await novelty()).toBe(0);
  });

  it('gives its signature the score by which signatures are ranked', async () => {
    const scores = () =>
      tenant.rows<{ score: number; best: number | null }>(
        `select s.score, (select max(c.score) from candidate c where c.tenant_id = $1) as best
           from signature s where s.tenant_id = $1`,
      );
    await tenant.deliver([warning(T0)]);
    const [alone] = await scores();
    await tenant.deliver(twice);
    const [row] = await scores();
    expect(row!.score).toBe(alone!.score + Math.round(0.4 * row!.best!));
  });
});

describe('a self-heal', () => {
  const flap = (us: Micros, interfaceName: string): WorldEvent[] => [
    {
      us,
      signature: 'v1:down',
      host: 'web-1',
      severity: Severity.ERROR,
      message: `Interface ${interfaceName} changed state to down`,
      pair: { key: 'p1:link', role: 'PROBLEM' },
    },
    {
      us: us + 42 * US_PER_SECOND,
      signature: 'v1:up',
      host: 'web-1',
      severity: Severity.INFO,
      message: `Interface ${interfaceName} changed state to up`,
      pair: { key: 'p1:link', role: 'RECOVERY' },
    },
  ];

  it('is found by the correlation key that the messages carry, and names it', async () => {
    await tenant.deliver([...flap(T0, 'Gi0/7'), ...flap(T0 + US_PER_HOUR, 'Gi0/7')]);
    expect((await candidates('SELF_HEAL'))[0]!.explanation).toMatch(
      /ended by itself with .* 2 times on 1 day on web-1, .*median 42 s, longest 42 s\. Seen for Gi0\/7\./,
    );
  });

  it('needs the same thing to recover', async () => {
    const [down] = flap(T0, 'Gi0/7');
    const [, up] = flap(T0, 'Gi0/8');
    await tenant.deliver([down!, up!, ...flap(T0 + US_PER_HOUR, 'Gi0/7')]);
    expect(await candidates('SELF_HEAL')).toEqual([]);
  });

  it('is none where the host fell silent between problem and recovery', async () => {
    const slow = flap(T0, 'Gi0/7')
      .concat(flap(T0 + US_PER_HOUR, 'Gi0/7'))
      .map((e, i) => ({ ...e, us: e.us + (i % 2) * 12 * US_PER_MINUTE }));
    await tenant.deliver(slow);
    expect(await candidates('SELF_HEAL')).toEqual([]);
    await tenant.deliver(beats(T0, 120));
    expect(await candidates('SELF_HEAL')).toHaveLength(1);
  });

  it('takes back a cycle whose problem turns out to be older', async () => {
    const both = [...flap(T0 + US_PER_HOUR, 'Gi0/7'), ...flap(T0 + 3 * US_PER_HOUR, 'Gi0/7')];
    await tenant.deliver(both);
    expect(await candidates('SELF_HEAL')).toHaveLength(1);
    await tenant.deliver([flap(T0 + 2.5 * US_PER_HOUR, 'Gi0/7')[0]!]);
    expect(await candidates('SELF_HEAL')).toMatchObject([{ withdrawn: true }]);
    expect(await tenant.rows(`select 1 from signal where tenant_id = $1 and kind = 'RECOVERY'`)).toHaveLength(
      1,
    );
  });
});

describe('a review', () => {
  const twice = [T0, T0 + US_PER_HOUR].flatMap((us) => [warning(us), warning(us + US_PER_SECOND)]);

  it('moves score and band, and writes the version that says why', async () => {
    await tenant.deliver(twice);
    const [{ id }] = (await candidates('RECURRENCE')) as [CandidateRow];
    await review(id, 'URGENT', 'RECURRENCE');
    const change = await rescore(id);
    expect(change.scoreAfter).toBeGreaterThan(change.scoreBefore);
    expect(change.bandAfter).toBe('URGENT_HUMAN_REVIEW');
    const [version] = await tenant.rows<{ receipt: { reason: string } }>(
      `select receipt from candidate_version where tenant_id = $1 and version = 2`,
    );
    expect(version!.receipt.reason).toBe('a review');
    expect(await rescore(id)).toEqual({
      ...change,
      scoreBefore: change.scoreAfter,
      bandBefore: change.bandAfter,
    });
    expect(await candidates('RECURRENCE')).toMatchObject([{ versions: 2 }]);
  });

  it('counts once per reviewer: the latest', async () => {
    await tenant.deliver(twice);
    const [{ id }] = (await candidates('RECURRENCE')) as [CandidateRow];
    await review(id, 'USEFUL', 'RECURRENCE');
    const useful = (await rescore(id)).scoreAfter;
    await review(id, 'FALSE_POSITIVE', 'RECURRENCE');
    expect((await rescore(id)).scoreAfter).toBeLessThan(useful);
    await review(id, 'USEFUL', 'RECURRENCE');
    expect((await rescore(id)).scoreAfter).toBe(useful);
  });

  it('does not wait for a count in progress, which may be waiting for the reviewed candidate', async () => {
    await tenant.deliver(twice);
    const [{ id }] = (await candidates('RECURRENCE')) as [CandidateRow];
    await review(id, 'URGENT', 'RECURRENCE');
    const counting = await world.store.writePool.connect();
    try {
      await counting.query('begin');
      await counting.query('select 1 from signature where tenant_id = $1 for update', [tenant.tenantId]);
      expect((await rescore(id)).bandAfter).toBe('URGENT_HUMAN_REVIEW');
    } finally {
      await counting.query('rollback');
      counting.release();
    }
  });

  it('silences for its time, until something worse breaks out', async () => {
    await tenant.deliver(twice);
    await tenant.rows(
      `insert into suppression (tenant_id, type, subject, review_id, reason, from_at, until_at, max_severity)
       values ($1, 'RECURRENCE', 'sig:v1:disk', 1, 'known', '2026-03-01', '2026-03-09', 3)`,
    );
    await tenant.deliver([warning(T0 + 3 * US_PER_HOUR)]);
    expect(await candidates('RECURRENCE')).toMatchObject([{ state: 'SUPPRESSED' }]);
    await tenant.deliver([warning(T0 + 4 * US_PER_HOUR, Severity.ERROR)]);
    expect(await candidates('RECURRENCE')).toMatchObject([{ state: 'OPEN' }]);
  });
});
