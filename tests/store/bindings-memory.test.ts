// What people made of a signature follows the events it was about: to the part that has them, and back.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { linkEndKey, provenanceLinks } from '../../src/memory/provenance.ts';
import { seenBefore } from '../../src/memory/seen-before/seen-before.ts';
import type { IngestEventInput } from '../../src/pipeline/input.ts';
import { createLesson } from '../../src/review/create-lesson.ts';
import { createRunbookHint } from '../../src/review/create-runbook-hint.ts';
import { promoteCandidate } from '../../src/review/promote-candidate.ts';
import { review } from '../../src/review/review.ts';
import { mergeSignatures } from '../../src/review/signatures/merge-signatures.ts';
import { splitSignature } from '../../src/review/signatures/split-signature.ts';
import { undoBinding } from '../../src/review/signatures/undo-binding.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-03-10T12:00:00Z' });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`kept-${++tenants}`);
});

const ctx = () => ({ store: t.store, clock: t.clock, caller, pipeline: t.pipeline });

const served = (status: number, n: number) => `10.0.0.1 - - "GET /cart/${n} HTTP/1.1" ${status} 512`;
const told = (at: string, host: string, status: number, n: number): IngestEventInput => ({
  timestamp: new Date(Date.parse(at) + n).toISOString(),
  host,
  service: 'shop',
  severity: status === 500 ? 'ERROR' : 'WARNING',
  message: served(status, n),
});

const HOSTS = ['web-1', 'web-2', 'web-3'];
const DAY = '2026-03-09';

/** Each host is alive: without that, nothing is unusual on it. */
const ticking = HOSTS.flatMap((host) =>
  Array.from(
    { length: 48 },
    (_, hour): IngestEventInput => ({
      timestamp: new Date(Date.parse(`${DAY}T20:00:00Z`) - hour * 3_600_000).toISOString(),
      host,
      service: 'cron',
      severity: 'INFO',
      message: 'job done',
    }),
  ),
);
const burst = (hour: number, host: string, status: number) =>
  Array.from({ length: 300 }, (_, n) => told(`${DAY}T${hour}:00:00Z`, host, status, n * 1_000));

/** What is not found comes back day by day, and once all at once; what fails was a burst on one host, then on another. */
const HISTORY = [
  ...ticking,
  ...['06', '07', '08'].map((day, n) => told(`2026-03-${day}T08:00:00Z`, 'web-1', 404, n)),
  ...burst(10, 'web-1', 404),
  ...burst(12, 'web-2', 500),
  ...burst(14, 'web-3', 500),
];

const rows = <T extends object>(text: string) => t.store.read.unsafe<T[]>(text, [caller.tenantId]);
const sigs = (table: string, owner: string, key: string) =>
  `array(select s.key from ${table} x join signature s using (tenant_id, signature_id)
          where x.tenant_id = $1 and x.${owner} = ${key} order by 1)`;

/**
 * What people and detection hold of the signatures, by the ids that it was given first. The score of what is decided is
 * left out: what is said of others reaches it only when it is looked at again.
 */
async function held() {
  return {
    candidates: await rows(
      `select c.candidate_id, c.type, c.subject, c.state, c.episode_count, c.event_count,
              case when c.state = 'OPEN' then c.score_breakdown end as score,
              c.suppressed_until, c.suppressed_reason, ${sigs('candidate_signature', 'candidate_id', 'c.candidate_id')} as of
         from candidate c where c.tenant_id = $1 and c.redirected_to_id is null and not c.withdrawn order by 1`,
    ),
    reviews: await rows(
      `select r.review_id, r.decision, r.candidate_id, s.key from review r left join signature s using (tenant_id, signature_id)
        where r.tenant_id = $1 order by 1`,
    ),
    suppressions: await rows(
      `select review_id, type, subject, from_at, until_at from suppression where tenant_id = $1 order by 1`,
    ),
    hints: await rows(
      `select h.hint_id, ${sigs('hint_signature', 'hint_id', 'h.hint_id')} as of from runbook_hint h where h.tenant_id = $1`,
    ),
    incidents: await rows(
      `select i.incident_id, i.recurrence_count, i.first_observed_at, i.last_observed_at,
              array(select candidate_id from incident_candidate x
                     where x.tenant_id = $1 and x.incident_id = i.incident_id order by 1) as candidates,
              ${sigs('incident_signature', 'incident_id', 'i.incident_id')} as of
         from incident i where i.tenant_id = $1 order by 1`,
    ),
    provenance: await rows(
      `select l.source_type, coalesce(f.key, l.source_key) as source, l.link_type, l.target_type, coalesce(t.key, l.target_key) as target
         from provenance_link l
         left join signature f on l.source_type = 'Signature' and f.tenant_id = $1 and f.signature_id::text = l.source_key
         left join signature t on l.target_type = 'Signature' and t.tenant_id = $1 and t.signature_id::text = l.target_key
         left join candidate c on l.target_type = 'Candidate' and c.tenant_id = $1 and c.candidate_id::text = l.target_key
        where l.tenant_id = $1 and c.redirected_to_id is null and c.withdrawn is not true
          and not (l.source_type = 'Candidate' and l.link_type = 'MERGED_INTO') order by 1, 2, 3, 4, 5`,
    ),
  };
}

const candidateOf = async (subject: string) => {
  const found = await rows<{ id: string; signatureId: string; part: string | null }>(
    `select c.candidate_id as id, s.signature_id as "signatureId", s.part
       from candidate c join candidate_signature x using (tenant_id, candidate_id) join signature s using (tenant_id, signature_id)
      where c.tenant_id = $1 and c.type = 'BURST' and c.subject like '%@${subject}' and c.redirected_to_id is null and not c.withdrawn`,
  );
  expect(found).toHaveLength(1);
  return found[0]!;
};
const ask = (status: number) => seenBefore(ctx(), { message: { text: served(status, 9), service: 'shop' } });

/** A promoted burst of failures, with what was learnt of it; another that is noise; what is not found is useful. */
async function remember() {
  await t.pipeline.ingestEvents(caller, { events: HISTORY });
  await t.pipeline.settle(caller.tenantId);
  const { id: failing, signatureId } = await candidateOf('web-2');
  const { id: noisy } = await candidateOf('web-3');
  const { id: missing } = await candidateOf('web-1');
  const judge = (key: string, decision: 'NOISE' | 'USEFUL') =>
    review(ctx(), { subject: { type: 'Candidate', key }, decision });
  const { incidentId } = await promoteCandidate(ctx(), { candidateId: failing, title: 'The shop fails' });
  await judge(noisy, 'NOISE');
  await judge(missing, 'USEFUL');
  const lessonId = await createLesson(ctx(), {
    title: 'Watch the pool',
    summary: 'It ran dry.',
    recommendation: 'Raise its limit.',
    incidentIds: [incidentId],
    signatureIds: [signatureId],
  });
  const hintId = await createRunbookHint(ctx(), {
    title: 'Look at the pool',
    hintText: 'Look.',
    signatureIds: [signatureId],
  });
  return { failing, noisy, missing, signatureId, incidentId, lessonId, hintId };
}

const split = (signatureId: string) =>
  splitSignature(ctx(), { signatureId, by: { field: { name: 'httpStatus', values: ['500'] } } });

describe('what people made of a signature', () => {
  it('goes with the events that it was about when they come apart', async () => {
    const known = await remember();
    const outcome = await split(known.signatureId);
    const [rest, part] = [outcome.signatureId, outcome.partId!];
    expect(outcome.moved).toMatchObject({ events: 600, incidents: 1 });
    expect(rest).toBe(known.signatureId);

    expect(await candidateOf('web-2')).toMatchObject({ id: known.failing, signatureId: part });
    expect(await candidateOf('web-3')).toMatchObject({ id: known.noisy, signatureId: part });
    expect(await candidateOf('web-1')).toMatchObject({ id: known.missing, signatureId: rest });

    expect(
      await rows(
        `select decision, signature_id as of from review where tenant_id = $1 and candidate_id is not null order by decision`,
      ),
    ).toEqual([
      { decision: 'NOISE', of: part },
      { decision: 'PROMOTE', of: part },
      { decision: 'USEFUL', of: rest },
    ]);
    expect(
      await rows(
        `select s.signature_id as of, x.until_at > x.from_at as holds
           from suppression x join signature s on s.tenant_id = $1 and x.subject = 'sig:' || s.key || '@web-3' where x.tenant_id = $1`,
      ),
    ).toEqual([{ of: part, holds: true }]);
    expect(
      await rows(
        `select c.candidate_id as id, f ->> 'reason' as said from candidate c, jsonb_array_elements(c.score_breakdown) f
          where c.tenant_id = $1 and c.type = 'BURST' and f ->> 'name' = 'feedback' order by c.subject like '%@web-1', c.candidate_id`,
      ),
    ).toMatchObject([
      { id: known.failing, said: 'Reviews weigh 3 useful against 1 noise.' },
      { id: known.noisy, said: 'Reviews weigh 3 useful against 1 noise.' },
      { id: known.missing, said: 'Reviews weigh 1 useful against 0 noise.' },
    ]);
    expect(await rows(`select signature_id as of from incident_signature where tenant_id = $1`)).toEqual([
      { of: part },
    ]);
  });

  it('leads from the part to what was made of it, and no further', async () => {
    const known = await remember();
    const { partId, signatureId } = await split(known.signatureId);
    const way = async (id: string) => {
      const start = { type: 'Signature', key: id } as const;
      const found = await provenanceLinks(t.store.read, caller.tenantId, [start], null);
      const links = await t.store.read<{ link: string }[]>`
        select link_type || ' ' || source_key || ' ' || target_key as link from provenance_link
         where tenant_id = ${caller.tenantId} and link_id = any(${found.get(linkEndKey(start))!}::bigint[])
           and source_type <> 'Event'`;
      return links.map(({ link }) => link);
    };
    const promoted = `PROMOTED_TO ${known.failing} ${known.incidentId}`;
    const taught = `TAUGHT ${known.incidentId} ${known.lessonId}`;
    const splitFrom = `SPLIT_FROM ${partId} ${signatureId}`;
    const ofPart = await way(partId!);
    expect(ofPart).toEqual(
      expect.arrayContaining([
        promoted,
        taught,
        splitFrom,
        `HINTS_AT ${known.hintId} ${partId}`,
        `TAUGHT ${partId} ${known.lessonId}`,
      ]),
    );
    expect(ofPart).not.toContain(`EVIDENCE_OF ${signatureId} ${known.missing}`);
    const ofRest = await way(signatureId);
    expect(ofRest).toEqual(
      expect.arrayContaining([
        `EVIDENCE_OF ${signatureId} ${known.missing}`,
        splitFrom,
        `HINTS_AT ${known.hintId} ${signatureId}`,
      ]),
    );
    expect(ofRest).not.toContain(promoted);
  });

  it('is recalled for a line of the part that it is about, and for no other', async () => {
    const known = await remember();
    const { partId, signatureId } = await split(known.signatureId);
    const failed = await ask(500);
    expect(failed).toMatchObject({
      verdict: 'YES',
      signatureId: partId,
      occurrenceCount: 600,
      incidents: [{ incidentId: known.incidentId, reason: expect.stringMatching(/^same signature/) }],
      lessonIds: [known.lessonId],
      runbookHintIds: [known.hintId],
    });
    const missing = await ask(404);
    expect(missing).toMatchObject({
      verdict: 'YES',
      signatureId,
      occurrenceCount: 303,
      runbookHintIds: [known.hintId],
    });
    expect(missing.incidents.filter(({ reason }) => reason.startsWith('same signature'))).toEqual([]);
  });

  it('keeps silent what was silenced, of the part that it is about only', async () => {
    const known = await remember();
    await split(known.signatureId);
    const more = (status: number) =>
      burst(21, 'web-3', status).map((e, i) => ({ ...e, eventKey: `${status}-${i}` }));
    await t.pipeline.ingestEvents(caller, { events: more(500) });
    await t.pipeline.settle(caller.tenantId);
    const states = await rows<{ id: string; state: string }>(
      `select candidate_id as id, state from candidate where tenant_id = $1 and type = 'BURST' and subject like '%@web-3' and not withdrawn`,
    );
    expect(states).toEqual([{ id: known.noisy, state: 'SUPPRESSED' }]);
  });

  it('is together again, as before, when the decision is undone', async () => {
    const known = await remember();
    const before = await held();
    const [recurring] = await rows<{ id: string }>(
      `select candidate_id as id from candidate where tenant_id = $1 and type = 'RECURRENCE'`,
    );
    const [failed, missing] = [await ask(500), await ask(404)];
    const { bindingId } = await split(known.signatureId);
    expect(await held()).not.toEqual(before);
    await undoBinding(ctx(), { bindingId: bindingId! });
    expect(await held()).toEqual(before);
    const [redirected] = await rows<{ from: string[]; to: string[] }>(
      `select array_agg(candidate_id) as from, array_agg(distinct redirected_to_id) as to from candidate
        where tenant_id = $1 and redirected_to_id is not null`,
    );
    expect(redirected).toEqual({ from: [expect.any(String)], to: [recurring!.id] });
    expect([await ask(500), await ask(404)]).toEqual([failed, missing]);
  });
});

describe('the way of a signature', () => {
  const lineage = () =>
    rows(
      `select source_key as from, link_type as how, target_key as to from provenance_link
        where tenant_id = $1 and source_type = 'Signature' and target_type = 'Signature' order by link_id`,
    );

  it('is told by provenance as long as the decision holds', async () => {
    const events = [
      told(`${DAY}T08:00:00Z`, 'web-1', 404, 1),
      told(`${DAY}T08:01:00Z`, 'web-1', 500, 2),
      { ...told(`${DAY}T08:02:00Z`, 'web-1', 404, 3), message: 'cache was emptied' },
    ];
    await t.pipeline.ingestEvents(caller, { events });
    await t.pipeline.settle(caller.tenantId);
    const ids = await rows<{ id: string }>(
      `select signature_id as id from signature where tenant_id = $1 order by first_seen_at`,
    );
    const [requests, cache] = ids.map(({ id }) => id) as [string, string];
    const parted = await split(requests);
    const splitFrom = { from: parted.partId, how: 'SPLIT_FROM', to: requests };
    expect(await lineage()).toEqual([splitFrom]);
    const merged = await mergeSignatures(ctx(), { signatureIds: [cache, parted.partId!, requests] });
    expect(await lineage()).toEqual(
      expect.arrayContaining([
        splitFrom,
        { from: cache, how: 'MERGED_INTO', to: requests },
        { from: parted.partId, how: 'MERGED_INTO', to: requests },
      ]),
    );
    await undoBinding(ctx(), { bindingId: merged.bindingId! });
    expect(await lineage()).toEqual([splitFrom]);
    await undoBinding(ctx(), { bindingId: parted.bindingId! });
    expect(await lineage()).toEqual([]);
  });
});
