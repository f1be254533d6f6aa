// Tells subscribers what changed. Commit order is not id order, so the sequence is drawn under the tenant's lock as
// the last act before COMMIT: whoever sees a sequence sees every smaller one.

import { sql } from 'drizzle-orm';
import type { IncidentChangeReason } from '../domain/words.ts';
import { LockClass } from '../store/lock-classes.ts';
import type { WriteTx } from '../store/store.ts';

export const OUTBOX_CHANNEL = 'mnemograph_outbox';

interface Told {
  readonly subjectId: string;
  readonly kind: 'CREATED' | 'UPDATED' | 'REMOVED';
}

export interface IncidentAnnouncement extends Told {
  readonly topic: 'incident';
  readonly reason: IncidentChangeReason;
}

export type Announcement = (Told & { readonly topic: 'candidate' | 'signal' }) | IncidentAnnouncement;

/** The same happened to each of these incidents. */
export const incidentsUpdated = (
  incidentIds: readonly string[],
  reason: IncidentChangeReason,
): IncidentAnnouncement[] =>
  incidentIds.map((subjectId) => ({ topic: 'incident', subjectId, kind: 'UPDATED', reason }));

/**
 * Writes the announcements and wakes the listeners with `tenant:seq`. Call it last in the transaction: the lock
 * is held until COMMIT.
 */
export async function announce(
  tx: WriteTx,
  tenantId: number,
  announcements: readonly Announcement[],
): Promise<void> {
  if (announcements.length === 0) return;
  const rows = JSON.stringify(
    announcements.map((a) => ({
      topic: a.topic,
      subject_id: a.subjectId,
      kind: a.kind,
      reason: a.topic === 'incident' ? a.reason : null,
    })),
  );
  await tx.execute(sql`select pg_advisory_xact_lock(${LockClass.OUTBOX}::int, ${tenantId}::int)`);
  await tx.execute(sql`
    with written as (
      insert into outbox (tenant_id, seq, topic, subject_id, kind, reason, at)
      select ${tenantId}::int, nextval('mnemograph_outbox_seq'), r.topic, r.subject_id, r.kind, r.reason, clock_timestamp()
        from json_to_recordset(${rows}::json) as r(topic text, subject_id bigint, kind text, reason text)
      returning seq
    )
    select pg_notify(${OUTBOX_CHANNEL}, ${tenantId}::text || ':' || max(seq)::text) from written`);
}
