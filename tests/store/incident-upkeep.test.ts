// Incidents keep up by themselves: how often they happened, when last, and whether they are active.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { IngestEventInput } from '../../src/pipeline/input.ts';
import { promoteCandidate } from '../../src/review/promote-candidate.ts';
import { updateIncident } from '../../src/review/update-incident.ts';
import { batchesOf, shuffled } from '../support/histories.ts';
import { startTestPipeline, type TestPipeline } from '../support/pipeline.ts';

let t: TestPipeline;
let caller: Caller;
let tenants = 0;
beforeAll(async () => {
  t = await startTestPipeline({ at: '2026-12-01T12:00:00Z' });
});
afterAll(() => t.close());
beforeEach(async () => {
  caller = await t.callerOf(`keep${++tenants}`);
});

const ctx = () => ({ store: t.store, clock: t.clock, caller });

const MINUTE_MS = 60_000;
const DAY = 1_440;
const START_MS = Date.UTC(2026, 0, 5, 8);

/** `minute` counts from the start of the story. */
const event = (minute: number, message: string, host = 'gate'): IngestEventInput => ({
  timestamp: new Date(START_MS + minute * MINUTE_MS).toISOString(),
  host,
  service: 'sshd',
  severity: 'ERROR',
  message,
  eventKey: `${host} ${minute} ${message}`,
});
const attack = (minute: number, host?: string) => event(minute, 'too many authentication failures', host);
const at = (minute: number) => new Date(START_MS + minute * MINUTE_MS).toISOString();

async function tell(events: readonly IngestEventInput[], pipeline = t.pipeline): Promise<void> {
  await pipeline.ingestEvents(caller, { events: [...events] });
  await pipeline.settle(caller.tenantId);
}

interface Row {
  readonly id: string;
  readonly status: string;
  readonly n: number;
  readonly first: string;
  readonly last: string;
}

const incidents = () => t.store.read<Row[]>`
  select incident_id as id, status, recurrence_count as n,
         to_char(first_observed_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as first,
         to_char(last_observed_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last
    from incident where tenant_id = ${caller.tenantId} order by incident_id`;
const theIncident = async () => (await incidents())[0]!;

const reasons = async () =>
  (
    await t.store.read<{ kind: string; reason: string }[]>`
      select kind, reason from outbox where tenant_id = ${caller.tenantId} and topic = 'incident' order by seq`
  ).map(({ kind, reason }) => `${kind} ${reason}`);

async function promoteFirst(): Promise<string> {
  const [candidate] = await t.store.read<{ id: string }[]>`
    select candidate_id as id from candidate
     where tenant_id = ${caller.tenantId} and not withdrawn and redirected_to_id is null order by candidate_id limit 1`;
  const { incidentId } = await promoteCandidate(ctx(), { candidateId: candidate!.id });
  return incidentId;
}

/** Three recurrences on three days, promoted. */
async function remembered(): Promise<string> {
  await tell([attack(0), attack(5), attack(DAY), attack(2 * DAY)]);
  return promoteFirst();
}

describe('an incident whose signatures fire again', () => {
  it('counts the recurrence, on any asset, and says so', async () => {
    await remembered();
    expect(await theIncident()).toMatchObject({ n: 3, last: at(2 * DAY) });
    await tell([attack(40 * DAY, 'elsewhere')]);
    expect(await theIncident()).toMatchObject({ n: 4, last: at(40 * DAY), first: at(0) });
    expect(await reasons()).toEqual(['CREATED PROMOTED', 'UPDATED RECURRED']);
  });

  it('goes on with a recurrence that has not ended, and says that too', async () => {
    await remembered();
    await tell([attack(2 * DAY + 29)]);
    expect(await theIncident()).toMatchObject({ n: 3, last: at(2 * DAY + 29) });
    expect((await reasons()).at(-1)).toBe('UPDATED OBSERVED');
    await tell([attack(2 * DAY + 59)]);
    expect(await theIncident()).toMatchObject({ n: 4 });
  });

  it('joins two recurrences that a late event bridges', async () => {
    await remembered();
    await tell([attack(3 * DAY), attack(3 * DAY + 40)]);
    expect(await theIncident()).toMatchObject({ n: 5 });
    await tell([attack(3 * DAY + 20)]);
    expect(await theIncident()).toMatchObject({ n: 4, last: at(3 * DAY + 40) });
  });

  it('takes in what came before it was first observed once late events make that earlier', async () => {
    await remembered();
    await tell([attack(-6 * DAY), attack(-6 * DAY + 60)]);
    expect(await theIncident()).toMatchObject({ n: 5, first: at(-6 * DAY) });
  });

  it('is left alone by what has nothing to do with it', async () => {
    await remembered();
    const before = await theIncident();
    await tell([event(5 * DAY, 'disk is full'), event(6 * DAY, 'disk is full')]);
    expect(await theIncident()).toEqual(before);
  });

  it('counts the problem of a pair, not its recovery', async () => {
    const link = (minute: number, state: string) => event(minute, `Interface eth7 link is ${state}`);
    await tell([0, 200, 400].flatMap((m) => [link(m, 'down'), link(m + 5, 'up')]));
    await promoteFirst();
    const { n } = await theIncident();
    await tell([link(600, 'up')]);
    expect((await theIncident()).n).toBe(n);
    await tell([link(800, 'down')]);
    expect((await theIncident()).n).toBe(n + 1);
  });
});

describe('the age of an incident', () => {
  it('makes it historical 90 days after its last observation, by the time of the events', async () => {
    await remembered();
    await tell([event(92 * DAY, 'disk is full')]);
    expect(await theIncident()).toMatchObject({ status: 'ACTIVE' });
    await tell([event(92 * DAY + 1, 'disk is full')]);
    expect(await theIncident()).toMatchObject({ status: 'HISTORICAL', n: 3 });
    expect((await reasons()).at(-1)).toBe('UPDATED BECAME_HISTORICAL');
  });

  it('is a setting', async () => {
    const { incidentId } = { incidentId: await remembered() };
    const hasty = t.another({ incidentActiveDays: 10 });
    await tell([event(13 * DAY, 'disk is full')], hasty);
    expect(await theIncident()).toMatchObject({ id: incidentId, status: 'HISTORICAL' });
  });

  it('ends with a recurrence, which re-opens it and says so', async () => {
    await remembered();
    await tell([event(200 * DAY, 'disk is full')]);
    await tell([attack(201 * DAY)]);
    expect(await theIncident()).toMatchObject({ status: 'ACTIVE', n: 4, last: at(201 * DAY) });
    expect((await reasons()).slice(-2)).toEqual(['UPDATED BECAME_HISTORICAL', 'UPDATED REOPENED']);
  });

  it('does not end with a late event that is old itself', async () => {
    await remembered();
    await tell([event(200 * DAY, 'disk is full')]);
    await tell([attack(50 * DAY)]);
    expect(await theIncident()).toMatchObject({ status: 'HISTORICAL', n: 4, last: at(50 * DAY) });
    expect((await reasons()).at(-1)).toBe('UPDATED RECURRED');
  });

  it('begins anew when a person says that it is active', async () => {
    const incidentId = await remembered();
    await tell([event(200 * DAY, 'disk is full')]);
    await updateIncident(ctx(), { incidentId, status: 'ACTIVE' });
    await tell([event(280 * DAY, 'disk is full')]);
    expect(await theIncident()).toMatchObject({ status: 'ACTIVE' });
    await tell([event(291 * DAY, 'disk is full')]);
    expect(await theIncident()).toMatchObject({ status: 'HISTORICAL' });
  });
});

describe('a person', () => {
  it('makes it historical until it recurs', async () => {
    const incidentId = await remembered();
    await updateIncident(ctx(), { incidentId, status: 'HISTORICAL' });
    await tell([event(3 * DAY, 'disk is full')]);
    expect(await theIncident()).toMatchObject({ status: 'HISTORICAL' });
    await tell([attack(4 * DAY)]);
    expect(await theIncident()).toMatchObject({ status: 'ACTIVE', n: 4 });
    expect((await reasons()).at(-1)).toBe('UPDATED REOPENED');
  });

  it('retires it: it never re-opens, says nothing, and is counted for when it is brought back', async () => {
    const incidentId = await remembered();
    await updateIncident(ctx(), { incidentId, status: 'RETIRED' });
    await tell([attack(10 * DAY), attack(200 * DAY)]);
    expect(await theIncident()).toMatchObject({ status: 'RETIRED' });
    expect((await reasons()).at(-1)).toBe('UPDATED RETIRED');
    await updateIncident(ctx(), { incidentId, status: 'ACTIVE' });
    expect(await theIncident()).toMatchObject({ status: 'ACTIVE', n: 5, last: at(200 * DAY) });
  });
});

it('the same events in any order and batching leave the same incident', { timeout: 120_000 }, async () => {
  const minutes = fc.array(fc.integer({ min: -3 * DAY, max: 130 * DAY }), { minLength: 4, maxLength: 25 });
  const near = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      minutes,
      near,
      fc.integer(),
      fc.integer({ min: 1, max: 9 }),
      async (far, close, seed, size) => {
        const base = [attack(0), attack(5), attack(DAY), attack(2 * DAY)];
        const events = [
          ...far.map((m, i) => attack(m, i % 3 === 0 ? 'other' : 'gate')),
          ...close.map((m) => attack(60 * DAY + m * 7, m % 2 === 0 ? 'other' : 'gate')),
          event(120 * DAY, 'disk is full'),
        ];
        const outcome = async (batches: readonly IngestEventInput[][]) => {
          caller = await t.callerOf(`keep${++tenants}`);
          await tell(base);
          await promoteFirst();
          for (const batch of batches) await tell(batch);
          const { id: _, ...rest } = await theIncident();
          const stretches = await t.store.read`
          select start_at, end_at from incident_recurrence where tenant_id = ${caller.tenantId} order by 1`;
          expect(stretches).toHaveLength(rest.n);
          return { rest, stretches: [...stretches] };
        };
        const whole = await outcome([events]);
        expect(await outcome(batchesOf(shuffled(events, seed), [size]))).toEqual(whole);
      },
    ),
    { numRuns: 12, seed: 5 },
  );
});
