// Reads the outbox in the order of its sequence. The tombstone that pruning leaves behind is read like any row, in the
// same snapshot: that is what makes a gap exact.
import type postgres from 'postgres';
import type { IncidentChangeReason } from '../domain/words.ts';
import type { Announcement } from './outbox.ts';

export type Topic = Announcement['topic'];

/** The topic of the one row that stands for all pruned rows of its tenant up to itself. */
export const PRUNED = 'pruned';

export interface OutboxRow {
  readonly seq: string;
  readonly topic: Topic | typeof PRUNED;
  readonly subjectId: string;
  readonly kind: Announcement['kind'];
  /** Of an incident's change. */
  readonly reason: IncidentChangeReason | null;
}

/** Rows beyond `after`, oldest first; of one topic (and tombstones), or of all. */
export async function readOutbox(
  read: postgres.Sql,
  request: { tenantId: number; after: bigint; topic: Topic | null; limit: number },
): Promise<OutboxRow[]> {
  const { tenantId, after, topic, limit } = request;
  return read<OutboxRow[]>`
    select seq, topic, subject_id as "subjectId", kind, reason
      from outbox
     where tenant_id = ${tenantId} and seq > ${after.toString()}::bigint
       and (${topic}::text is null or topic in (${topic}, ${PRUNED}))
     order by seq
     limit ${limit}`;
}

/** The tenant's newest sequence; 0 before its first change. */
export async function highWaterMark(read: postgres.Sql, tenantId: number): Promise<bigint> {
  const rows = await read<{ seq: string }[]>`
    select seq from outbox where tenant_id = ${tenantId} order by seq desc limit 1`;
  return BigInt(rows[0]?.seq ?? 0);
}
