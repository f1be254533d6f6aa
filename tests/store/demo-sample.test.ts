// The sample through the one pipeline: what it must find, what it must leave alone, and that neither the order nor
// the batching of the lines changes any of it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { sampleLines } from '../../src/cli/demo/sample.ts';
import { seedSample } from '../../src/cli/demo/seed.ts';
import { seedDemo } from '../../src/cli/demo/seed-demo.ts';
import type { Caller } from '../../src/domain/caller.ts';
import { silentLogger } from '../../src/domain/logger.ts';
import { type Clock, parseMicros, US_PER_DAY, US_PER_HOUR } from '../../src/domain/time.ts';
import { createPipeline, type Pipeline } from '../../src/pipeline/pipeline.ts';
import { review } from '../../src/review/review.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { ensureTenant } from '../../src/store/tenants.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const ANCHOR = parseMicros('2026-11-23T00:00:00Z')!;
const SETTLE_MS = 120_000;
const SENDERS = 6;

interface Memory {
  readonly caller: Caller;
  readonly clock: { us: number } & Clock;
  readonly pipeline: Pipeline;
  readonly store: Store;
  close(): Promise<void>;
}

async function openMemory(): Promise<Memory> {
  const database: TestDatabase = await createTestDatabase();
  const store = openStore(database.target);
  const clock = {
    us: ANCHOR + 9 * US_PER_HOUR,
    nowUs() {
      return this.us;
    },
  };
  const pipeline = createPipeline({ store, clock, logger: silentLogger, retentionDays: null });
  await pipeline.start();
  return {
    caller: { tenantId: await ensureTenant(store, 'default'), tenantSlug: 'default', actor: 'test' },
    clock,
    pipeline,
    store,
    async close() {
      await pipeline.close();
      await store.close();
      await database.drop();
    },
  };
}

interface Found {
  type: string;
  band: string;
  explanation: string;
  keys: string[];
  patterns: string;
  hosts: string[];
  [column: string]: unknown;
}

/** All that a candidate says, without the ids of one database. */
async function candidates({ store }: Memory): Promise<Found[]> {
  const { rows } = await store.writePool.query<Found>(`
    select c.type, c.state, c.title, c.summary, c.explanation, c.decision_band as band, c.score, c.confidence,
           c.score_breakdown as breakdown, c.severity, c.first_seen_at::text as first, c.last_seen_at::text as last,
           c.event_count as events, c.episode_count as episodes,
           array(select s.key from candidate_signature x join signature s using (tenant_id, signature_id)
                  where (x.tenant_id, x.candidate_id) = (c.tenant_id, c.candidate_id) order by s.key) as keys,
           array_to_string(array(select s.pattern from candidate_signature x join signature s using (tenant_id, signature_id)
                  where (x.tenant_id, x.candidate_id) = (c.tenant_id, c.candidate_id) order by s.pattern), ' | ') as patterns,
           array(select a.hostname from candidate_asset x join asset a using (tenant_id, asset_id)
                  where (x.tenant_id, x.candidate_id) = (c.tenant_id, c.candidate_id) order by a.hostname) as hosts
      from candidate c
     where not c.withdrawn and c.redirected_to_id is null
     order by c.score desc, c.type, 10, 15`);
  return rows;
}

async function signatures({ store }: Memory): Promise<unknown[]> {
  const { rows } = await store.writePool.query(`
    select key, service, pattern, example_message, first_seen_at::text as first, last_seen_at::text as last,
           occurrence_count::int as n, worst_severity, score from signature order by key`);
  return rows;
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.between(0, i);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** Several senders at once, so that batches also overtake each other. */
async function ingestInBatches(memory: Memory, lines: readonly string[], maxSize: number): Promise<void> {
  const random = seededRandom(maxSize);
  let at = 0;
  const send = async (): Promise<void> => {
    while (at < lines.length) {
      const from = at;
      at += random.between(1, maxSize);
      await memory.pipeline.ingestLines(memory.caller, {
        lines: lines.slice(from, at),
        sourceType: 'SYSLOG',
      });
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  await memory.pipeline.settle(memory.caller.tenantId, SETTLE_MS);
}

describe('the sample, seeded', () => {
  let memory: Memory;
  let found: Found[];

  const about = (pattern: RegExp, type: string): Found => {
    const matching = found.filter((candidate) => candidate.type === type && pattern.test(candidate.patterns));
    expect(matching.length).toBeGreaterThan(0);
    return matching[0]!;
  };

  beforeAll(async () => {
    memory = await openMemory();
    expect(await seedSample(memory, memory.caller)).toMatchObject({ anchorUs: ANCHOR, rejected: 0 });
    found = await candidates(memory);
  });
  afterAll(() => memory.close());

  it('makes a BURST of the brute force, and says where, how many and when', () => {
    const burst = about(/Failed password for invalid user/, 'BURST');
    expect(burst.hosts).toEqual(['bastion']);
    expect(burst.explanation).toMatch(/bastion/);
    expect(burst.explanation).toMatch(/520/);
    expect(burst.explanation).toMatch(/03:4\d/);
  });

  it('makes a SELF_HEAL of the link that comes back by itself', () => {
    const heal = about(/%LINK-3-UPDOWN/, 'SELF_HEAL');
    expect(heal.hosts).toEqual(['core-sw1']);
    expect(heal.explanation).toMatch(/core-sw1/);
    expect(heal.explanation).toMatch(/\b12\b/);
    expect(heal.explanation).toMatch(/\d\d:\d\d/);
  });

  it('makes a RECURRENCE of the disk that fills up', () => {
    const warnings = about(/filesystem <\*> is/, 'RECURRENCE');
    expect(warnings.hosts).toEqual(['db-1']);
    expect(warnings.explanation).toMatch(/db-1/);
    expect(warnings.explanation).toMatch(/\b22\b/);
    expect(warnings.explanation).toMatch(/\d\d:\d\d/);
    expect(about(/No space left on device/, 'RECURRENCE').hosts).toEqual(['db-1']);
  });

  it('makes a BURST of errors of the unlucky deploy', () => {
    const bursts = found.filter(
      (candidate) => candidate.type === 'BURST' && /checkout of order/.test(candidate.patterns),
    );
    expect([...new Set(bursts.flatMap((burst) => burst.hosts))].sort()).toEqual(['web-1', 'web-2']);
    for (const burst of bursts) {
      expect(burst.explanation).toMatch(/web-[12]/);
      expect(burst.explanation).toMatch(/\b1?\d\d\b/);
      expect(burst.explanation).toMatch(/14:0\d/);
    }
  });

  it('says nothing about the nightly job, nor about the daily life of the machines', () => {
    const stories = /Failed password|%LINK-3-UPDOWN|filesystem|No space left|checkout of order/;
    expect(found.filter((candidate) => !stories.test(candidate.patterns))).toEqual([]);
  });

  it('adds nothing when it is seeded again, even days later', async () => {
    const before = await signatures(memory);
    memory.clock.us += 3 * US_PER_DAY;
    expect(await seedSample(memory, memory.caller)).toMatchObject({
      anchorUs: ANCHOR,
      accepted: 0,
      rejected: 0,
    });
    expect(await signatures(memory)).toEqual(before);
    expect(await candidates(memory)).toEqual(found);
  });

  it.each([
    ['shuffled, in batches of any size', true, 300],
    ['line by line', false, 1],
  ] as const)(
    'ends in the same candidates and scores when its lines come %s',
    async (_, shuffle, maxSize) => {
      const other = await openMemory();
      try {
        const lines = shuffle ? shuffled(sampleLines(ANCHOR), 1) : sampleLines(ANCHOR);
        await ingestInBatches(other, lines, maxSize);
        expect(await signatures(other)).toEqual(await signatures(memory));
        expect(await candidates(other)).toEqual(found);
      } finally {
        await other.close();
      }
    },
    180_000,
  );
});

describe('what the sample brings along', () => {
  let memory: Memory;

  beforeEach(async () => {
    memory = await openMemory();
  });
  afterEach(() => memory.close());

  const remembered = async (): Promise<unknown> => {
    const { rows } = await memory.store.writePool.query(`
      select (select count(*)::int from incident) as incidents, (select count(*)::int from lesson) as lessons,
             (select count(*)::int from runbook_hint) as hints, (select count(*)::int from hint_outcome) as outcomes,
             (select count(*)::int from review) as reviews`);
    return rows[0];
  };

  it('is an incident with a lesson and a hint that worked, once, however often it is seeded', async () => {
    await seedDemo(memory, memory.caller);
    const once = await remembered();
    expect(once).toEqual({ incidents: 1, lessons: 1, hints: 1, outcomes: 1, reviews: 3 });
    await seedDemo(memory, memory.caller);
    expect(await remembered()).toEqual(once);
  });

  it('is left away where a person has judged otherwise', async () => {
    await seedSample(memory, memory.caller);
    const { rows } = await memory.store.writePool.query<{ id: string }>(
      `select candidate_id as id from candidate where title like '%checkout of order%'`,
    );
    for (const { id } of rows)
      await review(memory, { subject: { type: 'Candidate', key: id }, decision: 'NOISE' });
    await seedDemo(memory, memory.caller);
    expect(await remembered()).toMatchObject({ incidents: 0, lessons: 0, hints: 0 });
  });
});
