// The floor of keeping up: the same events, a batch at a time, by COPY into an index-free table, and counted by one
// upsert per host, message and minute. No forms, no detection.
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { IngestEventInput } from '../../src/pipeline/input.ts';

const TABLES = `
  create table floor_event (ts timestamptz, host text, service text, severity text, message text);
  create table floor_count (host text, message text, minute timestamptz, n int, primary key (host, message, minute))`;

const COUNT = `
  insert into floor_count as c (host, message, minute, n)
  select host, message, date_trunc('minute', ts), count(*) from unnest($1::text[], $2::text[], $3::timestamptz[])
         as e(host, message, ts) group by 1, 2, 3 order by 1, 2, 3
  on conflict (host, message, minute) do update set n = c.n + excluded.n`;

export const prepareFloor = (client: pg.ClientBase) => client.query(TABLES);

/** One batch, in one transaction. Its texts hold nothing that COPY would have escaped. */
export async function storeAndCount(
  client: pg.ClientBase,
  events: readonly IngestEventInput[],
): Promise<void> {
  await client.query('begin');
  const copy = client.query(copyFrom('copy floor_event from stdin'));
  copy.end(
    events.map((e) => `${e.timestamp}\t${e.host}\t${e.service}\t${e.severity}\t${e.message}\n`).join(''),
  );
  await finished(copy);
  await client.query({
    name: 'floor_count',
    text: COUNT,
    values: [events.map((e) => e.host), events.map((e) => e.message), events.map((e) => e.timestamp)],
  });
  await client.query('commit');
}
