import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ChangeFeed, type FeedOptions } from '../../src/live/feed.ts';
import { announce } from '../../src/live/outbox.ts';
import { pruneOutbox } from '../../src/live/prune.ts';
import type { FeedBatch, FeedItem } from '../../src/live/subscriber.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { ensureTenant } from '../../src/store/tenants.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let store: Store;
let tenantId: number;
let tenants = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  store = openStore(database.target);
});

afterAll(async () => {
  await store.close();
  await database.drop();
});

beforeEach(async () => {
  tenants += 1;
  tenantId = await ensureTenant(store, `tenant-${tenants}`);
});

async function withFeed<T>(work: (feed: ChangeFeed) => Promise<T>, options: Partial<FeedOptions> = {}) {
  const feed = new ChangeFeed({ store, ...options });
  try {
    await until('the feed listens', () => feed.status.listening);
    return await work(feed);
  } finally {
    await feed.close();
  }
}

const say = (subjectId: number, tenant = tenantId) =>
  store.db.transaction((tx) =>
    announce(tx, tenant, [{ topic: 'candidate', subjectId: String(subjectId), kind: 'CREATED' }]),
  );

async function sayMany(from: number, to: number): Promise<void> {
  for (let subject = from; subject < to; subject += 1) await say(subject);
}

/** Collects until `count` items came. */
async function take(batches: AsyncIterable<FeedBatch>, count: number): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  if (count === 0) return items;
  for await (const batch of batches) {
    items.push(...batch);
    if (items.length >= count) break;
  }
  return items;
}

/** Collects in the background, without ending the subscription. */
function collect(batches: AsyncIterable<FeedBatch>): FeedItem[] {
  const items: FeedItem[] = [];
  void (async () => {
    for await (const batch of batches) items.push(...batch);
  })();
  return items;
}

const subjects = (items: readonly FeedItem[]) =>
  items.map((item) => (item.kind === 'GAP' ? `gap ${item.fromSeq}-${item.seq}` : Number(item.subjectId)));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const seqs = async () =>
  (
    await store.read<{ seq: string }[]>`select seq from outbox where tenant_id = ${tenantId} order by seq`
  ).map((row) => row.seq);

const killListeners = async () => {
  const killed = await store.db.execute(
    sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'`,
  );
  return killed.rowCount ?? 0;
};

/** Superusers too are kept out; only another database's session may say so. */
async function allowConnections(allowed: boolean): Promise<void> {
  const target = database.target;
  const admin = new pg.Client(
    'connectionString' in target
      ? { connectionString: Object.assign(new URL(target.connectionString), { pathname: '/postgres' }).href }
      : { ...target, database: 'postgres' },
  );
  await admin.connect();
  await admin.query(`alter database ${database.name} with allow_connections ${allowed}`);
  await admin.end();
}

describe('the change feed', () => {
  it('begins with what is committed after the subscription, when no cursor is given', () =>
    withFeed(async (feed) => {
      await say(1);
      const subscription = await feed.subscribe({ tenantId, topic: 'candidate', after: null });
      await say(2);
      expect(subjects(await take(subscription, 1))).toEqual([2]);
    }));

  it('delivers a commit at once, without waiting for the periodic look', () =>
    withFeed(
      async (feed) => {
        const items = collect(await feed.subscribe({ tenantId, topic: 'candidate', after: null }));
        await say(1);
        await until('the change arrives', () => items.length === 1, 2_000);
        await say(2);
        await until('the next one too', () => items.length === 2, 2_000);
      },
      { drainIntervalMs: 3_600_000 },
    ));

  it('delivers when notifications get lost', () =>
    withFeed(
      async (feed) => {
        const items = collect(await feed.subscribe({ tenantId, topic: 'candidate', after: null }));
        await store.writePool.query(
          `insert into outbox (tenant_id, seq, topic, subject_id, kind, at)
           values ($1, nextval('mnemograph_outbox_seq'), 'candidate', 5, 'UPDATED', clock_timestamp())`,
          [tenantId],
        );
        await until('the change arrives', () => items.length === 1);
      },
      { drainIntervalMs: 50 },
    ));

  it('keeps tenants and topics apart', () =>
    withFeed(async (feed) => {
      const other = await ensureTenant(store, `other-${tenants}`);
      const items = collect(await feed.subscribe({ tenantId, topic: 'signal', after: null }));
      await say(1);
      await say(2, other);
      await store.db.transaction((tx) =>
        announce(tx, tenantId, [
          { topic: 'candidate', subjectId: '3', kind: 'UPDATED' },
          { topic: 'signal', subjectId: '4', kind: 'CREATED' },
        ]),
      );
      await until('the signal arrives', () => items.length === 1);
      expect(subjects(items)).toEqual([4]);
    }));

  it('loses and doubles nothing with concurrent writers, dropped listeners and subscribers that come and go', () =>
    withFeed(async (feed) => {
      const writers = 6;
      const each = 60;
      const start = await feed.subscribe({ tenantId, topic: 'candidate', after: null });
      const steady = collect(start);
      const resumed: FeedItem[] = [];
      let writing = true;
      let dropped = 0;
      const comeAndGo = (async () => {
        let after = 0n;
        while (resumed.length < writers * each) {
          const missing = writers * each - resumed.length;
          const subscription = await feed.subscribe({ tenantId, topic: 'candidate', after });
          const part = await take(subscription, Math.min(7, missing));
          resumed.push(...part);
          after = BigInt(part.at(-1)?.seq ?? after);
        }
      })();
      const dropping = (async () => {
        while (writing) {
          dropped += await killListeners();
          await until('it listens again', () => feed.status.listening);
        }
      })();
      await Promise.all(
        Array.from({ length: writers }, (_, writer) => sayMany(writer * each, (writer + 1) * each)),
      );
      writing = false;
      await Promise.all([comeAndGo, dropping]);
      await until('the steady one has all', () => steady.length >= writers * each);
      expect(dropped).toBeGreaterThan(2);
      for (const items of [steady, resumed]) {
        expect(subjects(items).sort((a, b) => Number(a) - Number(b))).toEqual(range(0, writers * each));
        expect(items.map((item) => item.seq)).toEqual(await seqs());
      }
    }));

  it('resumes after the cursor: neither the item itself nor a later one is skipped or repeated', () =>
    withFeed(
      async (feed) => {
        await sayMany(0, 25);
        const all = await seqs();
        const items = await take(
          await feed.subscribe({ tenantId, topic: 'candidate', after: BigInt(all[9] ?? 0) }),
          15,
        );
        expect(subjects(items)).toEqual(range(10, 25));
      },
      { replayLimit: 4 },
    ));

  it('sends a subscriber whose queue overflowed back to replay', () =>
    withFeed(
      async (feed) => {
        const subscription = await feed.subscribe({ tenantId, topic: 'candidate', after: null });
        await say(0);
        expect(subjects(await take({ [Symbol.asyncIterator]: () => onlyNext(subscription) }, 1))).toEqual([
          0,
        ]);
        await sayMany(1, 40);
        const witness = collect(await feed.subscribe({ tenantId, topic: 'candidate', after: 0n }));
        await until('all of it was read', () => witness.length === 40);
        expect(subjects(await take(subscription, 39))).toEqual(range(1, 40));
      },
      { queueLimit: 5, replayLimit: 3 },
    ));

  it('listens again after the server took no connections for a while', () =>
    withFeed(
      async (feed) => {
        const items = collect(await feed.subscribe({ tenantId, topic: 'candidate', after: null }));
        const faults: Error[] = [];
        const other = new ChangeFeed({ store, onFault: (error) => faults.push(error) });
        await until('the other listens', () => other.status.listening);
        await allowConnections(false);
        await killListeners();
        await until('reconnecting failed', () => faults.length > 2);
        await allowConnections(true);
        await until('both listen', () => feed.status.listening && other.status.listening);
        await other.close();
        await say(1);
        await until('the change arrives', () => items.length === 1, 2_000);
      },
      { drainIntervalMs: 3_600_000 },
    ));

  it('ends every subscription when it closes', async () => {
    const feed = new ChangeFeed({ store });
    const subscription = await feed.subscribe({ tenantId, topic: 'candidate', after: null });
    const pending = subscription.next();
    await feed.close();
    expect((await pending).done).toBe(true);
    await expect(feed.subscribe({ tenantId, topic: 'candidate', after: null })).rejects.toThrow(
      'shutting down',
    );
  });

  it('forgets a subscriber that went away', () =>
    withFeed(async (feed) => {
      const subscription = await feed.subscribe({ tenantId, topic: 'candidate', after: null });
      expect(feed.status.subscribers).toBe(1);
      const pending = subscription.next();
      await subscription.return?.();
      expect((await pending).done).toBe(true);
      expect(feed.status.subscribers).toBe(0);
    }));
});

describe('a gap', () => {
  const prune = (maxRows: number) => pruneOutbox(store, { maxAgeHours: 24, maxRows });

  it('tells exactly which changes can no longer be replayed', () =>
    withFeed(async (feed) => {
      await sayMany(0, 10);
      const all = await seqs();
      await prune(4);
      const items = await take(
        await feed.subscribe({ tenantId, topic: 'candidate', after: BigInt(all[1] ?? 0) }),
        5,
      );
      expect(subjects(items)).toEqual([`gap ${all[1]}-${all[5]}`, 6, 7, 8, 9]);
    }));

  it('is not told to one that already had all that was pruned', () =>
    withFeed(async (feed) => {
      await sayMany(0, 10);
      const all = await seqs();
      await prune(4);
      const items = await take(
        await feed.subscribe({ tenantId, topic: 'candidate', after: BigInt(all[5] ?? 0) }),
        4,
      );
      expect(subjects(items)).toEqual([6, 7, 8, 9]);
    }));

  it('grows with further pruning, and pruning again takes nothing', () =>
    withFeed(async (feed) => {
      await sayMany(0, 10);
      const all = await seqs();
      await prune(8);
      await prune(3);
      expect(await prune(3)).toBe(0);
      const items = await take(await feed.subscribe({ tenantId, topic: 'candidate', after: 0n }), 4);
      expect(subjects(items)).toEqual([`gap 0-${all[6]}`, 7, 8, 9]);
    }));

  it('comes from age as well as from size', () =>
    withFeed(async (feed) => {
      await sayMany(0, 6);
      const all = await seqs();
      await store.writePool.query(
        `update outbox set at = at - interval '25 hours' where tenant_id = $1 and seq <= $2`,
        [tenantId, all[2]],
      );
      await prune(1_000);
      const items = await take(await feed.subscribe({ tenantId, topic: 'candidate', after: 0n }), 4);
      expect(subjects(items)).toEqual([`gap 0-${all[2]}`, 3, 4, 5]);
    }));

  it('is told to a live subscriber that was asleep for longer than changes are kept', () =>
    withFeed(
      async (feed) => {
        const subscription = await feed.subscribe({ tenantId, topic: 'candidate', after: null });
        await sayMany(0, 10);
        const all = await seqs();
        await prune(2);
        const items = await take(subscription, 3);
        expect(items[0]).toMatchObject({ kind: 'GAP', seq: all[7] });
        expect(subjects(items.slice(1))).toEqual([8, 9]);
      },
      { queueLimit: 3 },
    ));

  it('is told for a cursor from a newer life of the database', () =>
    withFeed(async (feed) => {
      await say(1);
      const newest = BigInt((await seqs())[0] ?? 0);
      const subscription = await feed.subscribe({ tenantId, topic: 'candidate', after: newest + 1_000_000n });
      await say(2);
      const items = await take(subscription, 2);
      expect(items[0]).toMatchObject({
        kind: 'GAP',
        fromSeq: String(newest + 1_000_000n),
        seq: String(newest),
      });
      expect(subjects(items.slice(1))).toEqual([2]);
    }));
});

/** Leaves the subscription open when a loop over it ends. */
const onlyNext = (iterator: AsyncIterator<FeedBatch>): AsyncIterator<FeedBatch> => ({
  next: () => iterator.next(),
});
