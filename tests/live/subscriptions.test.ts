import { sql } from 'drizzle-orm';
import { createClient as createWsClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { encodeGlobalId } from '../../src/domain/global-id.ts';
import type { CandidateState, DecisionBand } from '../../src/domain/words.ts';
import { announce } from '../../src/live/outbox.ts';
import { pruneOutbox } from '../../src/live/prune.ts';
import { candidate, candidateVersion } from '../../src/store/tables/candidate.ts';
import { ensureTenant } from '../../src/store/tenants.ts';
import { startTestMnemograph, type TestMnemograph } from '../support/server.ts';
import { until } from '../support/until.ts';

let server: TestMnemograph;
let tenant: string;
let tenantId: number;
let tenants = 0;
let keys = 1_000_000;

beforeAll(async () => {
  server = await startTestMnemograph();
});
afterAll(() => server.close());

beforeEach(async () => {
  tenants += 1;
  tenant = `tenant-${tenants}`;
  tenantId = await ensureTenant(server.runtime.store, tenant);
});

interface Change {
  readonly kind: string;
  readonly cursor: string;
  readonly candidateId: string | null;
  readonly candidate: { readonly id: string; readonly title: string; readonly state: string } | null;
  readonly gap: { readonly fromCursor: string; readonly toCursor: string; readonly reason: string } | null;
}

const FIELDS = 'kind cursor candidateId candidate { id title state } gap { fromCursor toCursor reason }';

interface Watch {
  readonly changes: Change[];
  stop(): void;
}
const watches: Watch[] = [];
afterEach(async () => {
  for (const watch of watches.splice(0)) watch.stop();
  await until('all subscriptions ended', () => subscriberCount() === 0);
});

type Transport = 'sse' | 'ws';

/** Follows candidates. Whether the server has the subscription yet, its feed's status tells. */
function watch(
  variables: { filter?: object; after?: string | undefined } = {},
  { of = tenant, transport = 'sse' as Transport } = {},
): Watch {
  const changes: Change[] = [];
  const client =
    transport === 'sse'
      ? server.sse(of)
      : createWsClient({
          url: server.graphql.replace('http', 'ws'),
          webSocketImpl: WebSocket,
          connectionParams: { tenant: of },
        });
  const stop = client.subscribe<{ candidates: Change }>(
    {
      query: `subscription ($filter: CandidateFilter, $after: String) { candidates(filter: $filter, after: $after) { ${FIELDS} } }`,
      variables,
    },
    {
      next: ({ data, errors }) => {
        if (errors) throw new Error(JSON.stringify(errors));
        if (data) changes.push(data.candidates);
      },
      error: () => {},
      complete: () => {},
    },
  );
  const watching = { changes, stop };
  watches.push(watching);
  return watching;
}

interface Draft {
  readonly state?: CandidateState;
  readonly band?: DecisionBand;
  readonly title?: string;
}

async function create({ state = 'OPEN', band = 'REVIEW', title = 'a burst' }: Draft = {}): Promise<string> {
  keys += 1;
  const candidateId = String(keys);
  const moment = '2026-03-10T08:00:00Z';
  await server.runtime.store.db.transaction(async (tx) => {
    await tx.insert(candidate).values({
      tenantId,
      candidateId,
      type: 'BURST',
      subject: candidateId,
      state,
      title,
      summary: 's',
      explanation: 'e',
      firstSeenAt: moment,
      lastSeenAt: moment,
      score: 500_000,
      scoreBreakdown: [],
      decisionBand: band,
      confidence: 500_000,
      severity: 4,
      episodeCount: 1,
      eventCount: 1,
    });
    await addVersion(tx, candidateId, 1, state, band);
    await announce(tx, tenantId, [{ topic: 'candidate', subjectId: candidateId, kind: 'CREATED' }]);
  });
  return candidateId;
}

async function update(
  candidateId: string,
  set: { state?: CandidateState; title?: string; withdrawn?: boolean; redirectedToId?: string },
) {
  await server.runtime.store.db.transaction(async (tx) => {
    const where = sql`tenant_id = ${tenantId} and candidate_id = ${candidateId}`;
    const [row] = await tx
      .update(candidate)
      .set({ ...set, ...(set.state ? { version: sql`version + 1` } : {}) })
      .where(where)
      .returning();
    if (set.state && row) await addVersion(tx, candidateId, row.version, set.state, row.decisionBand);
    const kind = set.withdrawn || set.redirectedToId ? 'REMOVED' : 'UPDATED';
    await announce(tx, tenantId, [{ topic: 'candidate', subjectId: candidateId, kind }]);
  });
}

const addVersion = (
  tx: Parameters<typeof announce>[0],
  candidateId: string,
  version: number,
  state: CandidateState,
  decisionBand: DecisionBand,
) =>
  tx.insert(candidateVersion).values({
    tenantId,
    candidateId,
    version,
    state,
    score: 500_000,
    decisionBand,
    confidence: 500_000,
    receipt: { algorithm: 'test', inputs: {}, settings: {} },
  });

const idOf = (key: string) => encodeGlobalId('Candidate', key);
const told = (watching: Watch) => watching.changes.map(({ kind, candidateId }) => [kind, candidateId]);
const arrived = (watching: Watch, count: number) =>
  until(
    `${count} changes, got ${JSON.stringify(watching.changes)}`,
    () => watching.changes.length >= count,
    5_000,
  );
const connected = (count: number) => until('the subscription is open', () => subscriberCount() >= count);
const subscriberCount = () => server.feed.status.subscribers;

describe.each(['sse', 'ws'] as const)('the subscription `candidates` over %s', (transport) => {
  it('tells of what is created and changed, with the candidate as it is then', async () => {
    const all = watch({}, { transport });
    await connected(1);
    const key = await create({ title: 'first' });
    await arrived(all, 1);
    await update(key, { title: 'second' });
    await arrived(all, 2);
    expect(all.changes.map(({ kind, candidate }) => [kind, candidate?.title])).toEqual([
      ['CREATED', 'first'],
      ['UPDATED', 'second'],
    ]);
  });

  it('resumes after a cursor: nothing is skipped, nothing comes twice', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 6; i += 1) ids.push(idOf(await create()));
    const all = watch({ after: encodeZero() }, { transport });
    await arrived(all, 6);
    expect(told(all).map(([, id]) => id)).toEqual(ids);
    const rest = watch({ after: all.changes[2]?.cursor }, { transport });
    await arrived(rest, 3);
    ids.push(idOf(await create()));
    await arrived(rest, 4);
    expect(told(rest).map(([, id]) => id)).toEqual(ids.slice(3));
  });
});

describe('a filter', () => {
  const filter = { states: ['OPEN'] };

  it('lets only matching candidates through, and tells once when one no longer matches', async () => {
    const watching = watch({ filter });
    await connected(1);
    const shown = await create();
    await arrived(watching, 1);
    const hidden = await create({ state: 'DISMISSED' });
    await update(hidden, { title: 'still hidden' });
    await update(shown, { state: 'DISMISSED' });
    await arrived(watching, 2);
    await update(shown, { title: 'no matter' });
    const last = await create();
    await arrived(watching, 3);
    expect(told(watching)).toEqual([
      ['CREATED', idOf(shown)],
      ['REMOVED', idOf(shown)],
      ['CREATED', idOf(last)],
    ]);
  });

  it('tells the removal of what matched before the subscription began', async () => {
    const shown = await create();
    const dismissed = await create({ state: 'DISMISSED' });
    const watching = watch({ filter });
    await connected(1);
    await update(shown, { state: 'PROMOTED' });
    await update(dismissed, { state: 'SUPPRESSED' });
    const last = await create();
    await until('the last came', () => told(watching).some(([, id]) => id === idOf(last)));
    expect(told(watching)).toEqual([
      ['REMOVED', idOf(shown)],
      ['CREATED', idOf(last)],
    ]);
  });

  it('tells when late events withdrew a candidate', async () => {
    const key = await create();
    const watching = watch({ filter });
    await connected(1);
    await update(key, { withdrawn: true });
    await arrived(watching, 1);
    expect(told(watching)).toEqual([['REMOVED', idOf(key)]]);
  });

  it('tells when one became part of another, and shows no other in its place', async () => {
    const survivor = await create();
    const joined = await create();
    const watching = watch({ filter });
    await connected(1);
    await update(joined, { redirectedToId: survivor });
    await arrived(watching, 1);
    expect(told(watching)).toEqual([['REMOVED', idOf(joined)]]);
    expect(watching.changes[0]?.candidate).toBeNull();
  });

  it('that names no id of ours is a typed error', async () => {
    const stream = await fetch(server.graphql, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'subscription { candidates(after: "nonsense") { kind } }' }),
    });
    expect(await stream.text()).toMatch(/no cursor of this server.*"code":"VALIDATION"/);
  });
});

describe('a gap', () => {
  it('is told, with where to go on, when changes were pruned', async () => {
    for (let i = 0; i < 4; i += 1) await create();
    await pruneOutbox(server.runtime.store, { maxAgeHours: 24, maxRows: 2 });
    const watching = watch({ after: encodeZero() });
    await arrived(watching, 3);
    expect(watching.changes.map((change) => change.kind)).toEqual(['GAP', 'CREATED', 'CREATED']);
    const { gap, cursor, candidate: none } = watching.changes[0]!;
    expect(none).toBeNull();
    expect(gap).toMatchObject({ fromCursor: encodeZero(), toCursor: cursor });
  });
});

describe('tenants', () => {
  it('hear nothing of each other', async () => {
    const mine = watch();
    const others = watch({}, { of: `other-${tenants}` });
    await ensureTenant(server.runtime.store, `other-${tenants}`);
    await connected(2);
    await create();
    await arrived(mine, 1);
    expect(others.changes).toEqual([]);
  });

  it('can be subscribed to before they exist', async () => {
    const slug = `newborn-${tenants}`;
    const watching = watch({}, { of: slug });
    await until('the subscription waits for its tenant', () => server.feed.status.waiting > 0);
    tenantId = await ensureTenant(server.runtime.store, slug);
    const key = await create();
    await arrived(watching, 1);
    expect(told(watching)).toEqual([['CREATED', idOf(key)]]);
    expect(watching.changes[0]?.candidate?.id).toBe(idOf(key));
  });
});

/** Before the first change of all. */
const encodeZero = () => Buffer.from('change:0').toString('base64url');
