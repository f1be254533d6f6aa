// Partitions of `event`: daily for the last 90 days, monthly back to two years, yearly before that. Made ahead and
// on demand; a range that would overlap an existing partition is cut finer. Retention drops whole partitions.
import type pg from 'pg';
import { type Micros, US_PER_DAY } from '../domain/time.ts';

const PARTITION_LOCK = 7_303_014_002;
const DAILY_DAYS = 90;
const MONTHLY_DAYS = 730;

/** Half-open, in days since 1970. */
export interface DayRange {
  readonly from: number;
  readonly to: number;
}

type Grain = 'year' | 'month' | 'day';

const dayOf = (year: number, month: number, date = 1) => Date.UTC(year, month, date) / 86_400_000;
const overlaps = (a: DayRange, b: DayRange) => a.from < b.to && b.from < a.to;

function rangeAround(day: number, grain: Grain): DayRange {
  const at = new Date(day * 86_400_000);
  const year = at.getUTCFullYear();
  const month = at.getUTCMonth();
  if (grain === 'year') return { from: dayOf(year, 0), to: dayOf(year + 1, 0) };
  if (grain === 'month') return { from: dayOf(year, month), to: dayOf(year, month + 1) };
  return { from: day, to: day + 1 };
}

/** The partition to make for `day`, seen from `today`; null when one of `existing` holds it already. */
export function partitionFor(day: number, today: number, existing: readonly DayRange[]): DayRange | null {
  if (existing.some((range) => range.from <= day && day < range.to)) return null;
  const age = today - day;
  const coarsest: Grain = age <= DAILY_DAYS ? 'day' : age <= MONTHLY_DAYS ? 'month' : 'year';
  const grains: Grain[] = ['year', 'month', 'day'];
  for (const grain of grains.slice(grains.indexOf(coarsest))) {
    const range = rangeAround(day, grain);
    const reachesDaily = grain !== 'day' && range.to > today - DAILY_DAYS + 1;
    if (!reachesDaily && !existing.some((other) => overlaps(range, other))) return range;
  }
  return rangeAround(day, 'day');
}

const isoDay = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** Knows which days have a partition, and makes the missing ones. One per process. */
export class EventPartitions {
  #known: DayRange[] = [];
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Makes sure that every one of `times` has its partition. `nowUs` decides the grain, never what is stored. */
  async ensure(times: Iterable<Micros>, nowUs: Micros): Promise<void> {
    const today = Math.floor(nowUs / US_PER_DAY);
    const missing = new Set<number>();
    let last = Number.NaN;
    for (const us of times) {
      const day = Math.floor(us / US_PER_DAY);
      if (day === last) continue;
      last = day;
      if (partitionFor(day, today, this.#known) !== null) missing.add(day);
    }
    if (missing.size > 0)
      await this.#create(
        [...missing].sort((a, b) => a - b),
        today,
      );
  }

  /** Today and the week to come. */
  ensureAhead(nowUs: Micros): Promise<void> {
    return this.ensure(
      Array.from({ length: 8 }, (_, ahead) => nowUs + ahead * US_PER_DAY),
      nowUs,
    );
  }

  /** Drops the partitions that lie wholly before `us`, with their events; returns how many. */
  async dropBefore(us: Micros): Promise<number> {
    const firstKept = Math.floor(us / US_PER_DAY);
    return this.#locked(async (client, existing) => {
      const expired = existing.filter((range) => range.to <= firstKept);
      for (const range of expired) await client.query(`drop table ${partitionName(range)}`);
      if (expired.length > 0) await noteExpiry(client, Math.max(...expired.map((range) => range.to)));
      this.#known = existing.filter((range) => range.to > firstKept);
      return expired.length;
    });
  }

  async #create(days: number[], today: number): Promise<void> {
    await this.#locked(async (client, existing) => {
      for (const day of days) {
        const range = partitionFor(day, today, existing);
        if (range === null) continue;
        await createPartition(client, range);
        existing.push(range);
      }
      this.#known = existing;
    });
  }

  async #locked<T>(work: (client: pg.PoolClient, existing: DayRange[]) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      await client.query('select pg_advisory_lock($1)', [PARTITION_LOCK]);
      return await work(client, await readPartitions(client));
    } finally {
      await client.query('select pg_advisory_unlock($1)', [PARTITION_LOCK]).catch(() => {});
      client.release();
    }
  }
}

/** `day`: all events before it are gone. */
async function noteExpiry(client: pg.PoolClient, day: number): Promise<void> {
  const from = [`${isoDay(day)}T00:00:00Z`];
  await client.query('update tenant set events_from = greatest(events_from, $1::timestamptz)', from);
  await client.query('delete from event_resigned where event_ts < $1::timestamptz', from);
}

/** The ranges that exist, read from the catalogue. */
async function readPartitions(client: pg.PoolClient): Promise<DayRange[]> {
  const { rows } = await client.query<{ bound: string }>(
    `select pg_get_expr(c.relpartbound, c.oid) as bound
       from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'event'::regclass`,
  );
  return rows.map(({ bound }) => {
    const [from, to] = [...bound.matchAll(/'(\d{4}-\d\d-\d\d)[^']*'/g)].map(
      (m) => Date.parse(`${m[1]}T00:00:00Z`) / 86_400_000,
    );
    return { from: from as number, to: to as number };
  });
}

const partitionName = ({ from, to }: DayRange): string =>
  `event_${isoDay(from).replaceAll('-', '')}_${isoDay(to).replaceAll('-', '')}`;

// A table made apart and attached takes no lock that would stop readers and writers of the other partitions.
async function createPartition(client: pg.PoolClient, range: DayRange): Promise<void> {
  const name = partitionName(range);
  const bounds = `from ('${isoDay(range.from)} 00:00:00+00') to ('${isoDay(range.to)} 00:00:00+00')`;
  await client.query(`create table if not exists ${name} (like event including all)`);
  await client.query(`alter table event attach partition ${name} for values ${bounds}`);
}
