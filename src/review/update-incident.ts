import { and, eq, sql } from 'drizzle-orm';
import type { ImpactLevel, IncidentStatus } from '../domain/words.ts';
import { announce, incidentsUpdated } from '../live/outbox.ts';
import { incident } from '../store/tables/memory.ts';
import type { VerbContext } from '../store/verb.ts';
import { givenText, optionalJsonObject } from './checked-text.ts';
import { lockIncident } from './rows.ts';
import { settle } from './settle.ts';
import { inTransaction } from './verb-steps.ts';

/** Absent or null leaves a field as it is. */
export interface UpdateIncidentInput {
  readonly incidentId: string;
  readonly title?: string | null | undefined;
  readonly summary?: string | null | undefined;
  readonly incidentType?: string | null | undefined;
  readonly impactLevel?: ImpactLevel | null | undefined;
  /** RETIRED takes it out of recall for good; nothing is deleted, and ACTIVE brings it back. HISTORICAL lasts until it recurs. */
  readonly status?: IncidentStatus | null | undefined;
  readonly metadata?: unknown;
}

/** Returns the incident's key. Throws ValidationError, NotFoundError. */
export async function updateIncident(ctx: VerbContext, input: UpdateIncidentInput): Promise<string> {
  const title = givenText('title', input.title);
  const summary = givenText('summary', input.summary);
  const incidentType = givenText('incidentType', input.incidentType);
  const metadata = optionalJsonObject('metadata', input.metadata);
  const { tenantId } = ctx.caller;
  return inTransaction(ctx, async (tx) => {
    const row = await lockIncident(tx, tenantId, input.incidentId, ['input', 'incidentId']);
    await tx
      .update(incident)
      .set({
        title: title ?? row.title,
        summary: summary ?? row.summary,
        incidentType: incidentType ?? row.incidentType,
        impactLevel: input.impactLevel ?? row.impactLevel,
        metadata: metadata ?? row.metadata,
        updatedAt: sql`clock_timestamp()`,
      })
      .where(and(eq(incident.tenantId, tenantId), eq(incident.incidentId, row.incidentId)));
    const decided = input.status ?? null;
    if (decided !== null) await settle(tx, tenantId, row.incidentId, decided);
    await announce(
      tx,
      tenantId,
      incidentsUpdated([row.incidentId], decided === 'RETIRED' ? 'RETIRED' : 'EDITED'),
    );
    return row.incidentId;
  });
}
