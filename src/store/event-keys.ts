// A sender's own key names one event per source for ever: the same content again is a duplicate, other content a conflict.
import type pg from 'pg';
import { formatMicros, type Micros } from '../domain/time.ts';

export interface KeyedEvent {
  readonly key: string;
  readonly eventId: string;
  readonly timestampUs: Micros;
}

export type KeyClaim = 'FRESH' | 'DUPLICATE' | 'CONFLICT';

// An id's first 48 bits are its time, which we may have assigned; the rest is the hash of the content.
const contentOf = (eventId: string) => eventId.slice(14);

/** `events` hold each key once. */
export async function claimEventKeys(
  client: pg.ClientBase,
  tenantId: number,
  sourceId: string,
  events: readonly KeyedEvent[],
): Promise<Map<string, KeyClaim>> {
  const claims = new Map<string, KeyClaim>();
  if (events.length === 0) return claims;
  const inserted = await client.query<{ key: string }>(
    `insert into event_key (tenant_id, source_id, key, event_id, ts)
     select $1, $2, k.key, k.event_id, k.ts from unnest($3::text[], $4::uuid[], $5::timestamptz[]) as k(key, event_id, ts)
      order by k.key
     on conflict do nothing returning key`,
    [
      tenantId,
      sourceId,
      events.map((e) => e.key),
      events.map((e) => e.eventId),
      events.map((e) => formatMicros(e.timestampUs)),
    ],
  );
  for (const { key } of inserted.rows) claims.set(key, 'FRESH');
  const known = events.filter((event) => !claims.has(event.key));
  if (known.length === 0) return claims;
  const { rows } = await client.query<{ key: string; event_id: string }>(
    'select key, event_id from event_key where tenant_id = $1 and source_id = $2 and key = any($3::text[])',
    [tenantId, sourceId, known.map((e) => e.key)],
  );
  const storedIds = new Map(rows.map((row) => [row.key, row.event_id]));
  for (const event of known) {
    const same = contentOf(storedIds.get(event.key) ?? '') === contentOf(event.eventId);
    claims.set(event.key, same ? 'DUPLICATE' : 'CONFLICT');
  }
  return claims;
}
