// Stored events by their signature, and the one change that an event may undergo: which
// signature it bears. Which one it bore until then is kept.
import type pg from 'pg';
import { type Micros, parseMicros } from '../domain/time.ts';
import type { EventAttrs } from './tables/event.ts';
import type { StoredEvent } from './unfolded.ts';

export interface SignedStoredEvent extends StoredEvent {
  readonly eventId: string;
  /** As the database writes it: names the event together with its id. */
  readonly ts: string;
  readonly attrs: EventAttrs | null;
}

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;
const COLUMNS = `e.event_id as "eventId", e.signature_id as "signatureId", e.asset_id as "assetId",
  to_char(e.ts at time zone 'UTC', ${ISO}) as ts, to_char(b.received_at at time zone 'UTC', ${ISO}) as received,
  e.severity, e.flags, e.message_raw as "messageRaw", e.attrs`;
/** An escape in JSON may hide a character of the text that is looked for. */
const ESCAPED = String.raw`'%\\u%'`;

type Row = Omit<SignedStoredEvent, 'timestampUs' | 'receivedUs'> & { readonly received: string };

const fromRow = ({ received, ...row }: Row): SignedStoredEvent => ({
  ...row,
  timestampUs: parseMicros(row.ts) as Micros,
  receivedUs: parseMicros(received) as Micros,
});

/** Pages of a signature's events in time; of those only the ones that hold one of `texts`, where given. */
export async function* readSignedEvents(
  client: pg.ClientBase,
  tenantId: number,
  signatureId: string,
  texts: readonly string[] | null,
  pageSize: number,
): AsyncGenerator<SignedStoredEvent[]> {
  const patterns = texts?.map((text) => `%${text.replace(/[\\%_]/g, String.raw`\$&`)}%`) ?? null;
  let after = { ts: '-infinity', eventId: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const { rows } = await client.query<Row>({
      name: 'read_signed_events',
      text: `select ${COLUMNS}
               from (select * from event e
                      where e.tenant_id = $1 and e.signature_id = $2 and (e.ts, e.event_id) > ($3::timestamptz, $4::uuid)
                        and ($5::text[] is null or e.message_raw like any($5) or e.attrs::text like any($5)
                             or e.message_raw like ${ESCAPED})
                      order by e.ts, e.event_id limit $6) e
               join ingest_batch b on b.tenant_id = $1 and b.batch_id = e.batch_id
              order by e.ts, e.event_id`,
      values: [tenantId, signatureId, after.ts, after.eventId, patterns, pageSize],
    });
    if (rows.length > 0) yield rows.map(fromRow);
    if (rows.length < pageSize) return;
    after = rows.at(-1)!;
  }
}

/** The events of a signature that count at its first moment; none when it has no events. */
export async function readFirstEvents(
  client: pg.ClientBase,
  tenantId: number,
  signatureId: string,
  skewed: number,
): Promise<SignedStoredEvent[]> {
  const { rows } = await client.query<Row>(
    `with timed as (
       select e.*, b.received_at, case when e.flags & $3 <> 0 then b.received_at else e.ts end as at
         from event e join ingest_batch b on b.tenant_id = $1 and b.batch_id = e.batch_id
        where e.tenant_id = $1 and e.signature_id = $2)
     select ${COLUMNS} from timed e cross join lateral (select e.received_at) b
      where e.at = (select min(at) from timed)`,
    [tenantId, signatureId, skewed],
  );
  return rows.map(fromRow);
}

export interface Resigned {
  readonly eventId: string;
  readonly ts: string;
  readonly signatureId: string;
}

/** Detections that name an event name its signature too. */
export async function resignEvents(
  client: pg.ClientBase,
  tenantId: number,
  events: readonly Resigned[],
): Promise<void> {
  const values = [
    tenantId,
    events.map((e) => e.ts),
    events.map((e) => e.eventId),
    events.map((e) => e.signatureId),
  ];
  const given = 'unnest($2::timestamptz[], $3::uuid[], $4::bigint[]) as d(ts, event_id, signature_id)';
  await client.query({
    name: 'resign_events',
    text: `with before as materialized (
             select e.ts, e.event_id, e.signature_id as from_id, d.signature_id as to_id from ${given}
               join event e on e.tenant_id = $1 and e.ts = d.ts and e.event_id = d.event_id),
           kept as (
             insert into event_resigned (tenant_id, event_ts, event_id, resigned_at, from_id, to_id)
             select $1, ts, event_id, clock_timestamp(), from_id, to_id from before)
           update event e set signature_id = b.to_id from before b
            where e.tenant_id = $1 and e.ts = b.ts and e.event_id = b.event_id`,
    values,
  });
  await client.query({
    name: 'resign_signals',
    text: `update signal s set signature_id = d.signature_id from ${given}
            where s.tenant_id = $1 and s.event_id = d.event_id and s.event_ts = d.ts and s.kind <> 'SPIKE'`,
    values,
  });
}
