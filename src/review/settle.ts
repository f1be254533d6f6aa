// A person's word on the status of an incident; age and recurrences go on from there (see `settleStatuses`).
import { and, eq, sql } from 'drizzle-orm';
import type { IncidentStatus } from '../domain/words.ts';
import { newestEvent } from '../pipeline/incidents/statuses.ts';
import type { WriteTx } from '../store/store.ts';
import { incident } from '../store/tables/memory.ts';

export async function settle(
  tx: WriteTx,
  tenantId: number,
  incidentId: string,
  status: IncidentStatus,
): Promise<void> {
  await tx
    .update(incident)
    .set({
      status,
      settledStatus: status,
      settledAt: sql`coalesce(${newestEvent(tenantId)}, ${incident.lastObservedAt})`,
      updatedAt: sql`clock_timestamp()`,
    })
    .where(and(eq(incident.tenantId, tenantId), eq(incident.incidentId, incidentId)));
}
