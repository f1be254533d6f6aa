// Makes a candidate part of incident memory: a new incident, or one more witness of an existing one, with everything
// it stands on. Runs inside a verb's transaction, under the tenant's detection lock and the candidate's row lock, so that
// a second promotion finds the first.
import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { ConflictError } from '../domain/errors.ts';
import { Severity } from '../domain/severity.ts';
import type { ImpactLevel } from '../domain/words.ts';
import { recountRecurrences } from '../pipeline/incidents/recurrences.ts';
import { linkExampleSignatures, writeLinks } from '../store/provenance.ts';
import type { WriteTx } from '../store/store.ts';
import { incident, incidentCandidate } from '../store/tables/memory.ts';
import { copyEvidence } from './incident-evidence.ts';
import { type CandidateRow, type IncidentRow, lockIncident } from './rows.ts';
import { settle } from './settle.ts';

/** What the person says; null: taken from the candidate, or left as the incident has it. */
export interface PromotionWish {
  readonly title: string | null;
  readonly summary: string | null;
  readonly impactLevel: ImpactLevel | null;
  readonly incidentType: string | null;
  readonly mergeIntoIncidentId: string | null;
}

export const NO_WISHES: PromotionWish = {
  title: null,
  summary: null,
  impactLevel: null,
  incidentType: null,
  mergeIntoIncidentId: null,
};

export interface Promotion {
  readonly incidentId: string;
  /** False: the candidate joined an incident that was there. */
  readonly created: boolean;
}

const MERGE_PATH = ['input', 'mergeIntoIncidentId'];

/** Throws NotFoundError or ConflictError where the candidate cannot go where the wish sends it. */
export async function promote(
  tx: WriteTx,
  candidate: CandidateRow,
  wish: PromotionWish,
  path: readonly string[],
): Promise<Promotion> {
  if (candidate.withdrawn) {
    throw new ConflictError(
      'Late events took away what this candidate was made of: there is nothing to promote.',
      path,
    );
  }
  const holding = await findHolding(tx, candidate);
  const target = await chooseTarget(tx, candidate, wish, holding);
  const incidentId = target?.incidentId ?? (await createIncident(tx, candidate, wish));
  if (target !== null) await applyWish(tx, target, wish);
  await tx
    .insert(incidentCandidate)
    .values({ tenantId: candidate.tenantId, incidentId, candidateId: candidate.candidateId })
    .onConflictDoNothing();
  await copyEvidence(tx, candidate.tenantId, incidentId, candidate.candidateId);
  await recountRecurrences({ tx, tenantId: candidate.tenantId }, [incidentId]);
  await settle(tx, candidate.tenantId, incidentId, 'ACTIVE');
  await linkExampleSignatures(tx, candidate.tenantId, candidate.candidateId);
  if (holding?.incidentId !== incidentId) await link(tx, candidate, incidentId, target === null);
  return { incidentId, created: target === null };
}

/** The living incident that holds the candidate already, locked. */
async function findHolding(tx: WriteTx, candidate: CandidateRow): Promise<IncidentRow | null> {
  const [row] = await tx
    .select({ incidentId: incident.incidentId })
    .from(incidentCandidate)
    .innerJoin(
      incident,
      and(
        eq(incident.tenantId, incidentCandidate.tenantId),
        eq(incident.incidentId, incidentCandidate.incidentId),
      ),
    )
    .where(
      and(
        eq(incidentCandidate.tenantId, candidate.tenantId),
        eq(incidentCandidate.candidateId, candidate.candidateId),
        inArray(incident.status, ['ACTIVE', 'HISTORICAL']),
        isNull(incident.mergedIntoId),
      ),
    )
    .orderBy(desc(incident.createdAt), desc(incident.incidentId))
    .limit(1);
  return row === undefined ? null : lockIncident(tx, candidate.tenantId, row.incidentId, MERGE_PATH);
}

async function chooseTarget(
  tx: WriteTx,
  candidate: CandidateRow,
  wish: PromotionWish,
  holding: IncidentRow | null,
): Promise<IncidentRow | null> {
  if (wish.mergeIntoIncidentId === null) return holding;
  const wanted = await lockIncident(tx, candidate.tenantId, wish.mergeIntoIncidentId, MERGE_PATH);
  if (holding !== null && holding.incidentId !== wanted.incidentId) {
    throw new ConflictError(
      `The candidate is already part of the incident "${holding.title}". Leave out mergeIntoIncidentId to join that one.`,
      MERGE_PATH,
    );
  }
  if (wanted.status === 'RETIRED') {
    throw new ConflictError(
      `The incident "${wanted.title}" is retired. Set its status to ACTIVE first, or promote without mergeIntoIncidentId.`,
      MERGE_PATH,
    );
  }
  return wanted;
}

async function createIncident(tx: WriteTx, candidate: CandidateRow, wish: PromotionWish): Promise<string> {
  const [row] = await tx
    .insert(incident)
    .values({
      tenantId: candidate.tenantId,
      title: wish.title ?? candidate.title,
      summary: wish.summary ?? candidate.explanation,
      incidentType: wish.incidentType ?? (await typeOf(tx, candidate)),
      firstObservedAt: candidate.firstSeenAt,
      lastObservedAt: candidate.lastSeenAt,
      recurrenceCount: 0,
      impactLevel: wish.impactLevel ?? impactOf(candidate.severity),
      confidence: candidate.confidence,
    })
    .returning({ incidentId: incident.incidentId });
  return row!.incidentId;
}

/** What was said while joining is an edit of the incident; what was not said stays. */
async function applyWish(tx: WriteTx, target: IncidentRow, wish: PromotionWish): Promise<void> {
  const { title, summary, impactLevel, incidentType } = wish;
  await tx
    .update(incident)
    .set({
      title: title ?? target.title,
      summary: summary ?? target.summary,
      impactLevel: impactLevel ?? target.impactLevel,
      incidentType: incidentType ?? target.incidentType,
      updatedAt: sql`clock_timestamp()`,
    })
    .where(and(eq(incident.tenantId, target.tenantId), eq(incident.incidentId, target.incidentId)));
}

const link = (tx: WriteTx, candidate: CandidateRow, incidentId: string, created: boolean) =>
  writeLinks(tx, candidate.tenantId, [
    {
      source: { type: 'Candidate', key: candidate.candidateId },
      target: { type: 'Incident', key: incidentId },
      linkType: created ? 'PROMOTED_TO' : 'JOINED',
    },
  ]);

/** The class of event that most of the candidate's signatures share, e.g. `authentication`. */
async function typeOf(tx: WriteTx, candidate: CandidateRow): Promise<string> {
  const { rows } = await tx.execute<{ event_class: string }>(sql`
    select substring(s.event_family from '[^:]*$') as event_class
      from candidate_signature cs
      join signature s on s.tenant_id = cs.tenant_id and s.signature_id = cs.signature_id
     where cs.tenant_id = ${candidate.tenantId} and cs.candidate_id = ${candidate.candidateId}::bigint
     group by 1 order by count(*) desc, 1 limit 1`);
  return rows[0]?.event_class || candidate.type.toLowerCase();
}

function impactOf(severity: Severity): ImpactLevel {
  if (severity >= Severity.ALERT) return 'CRITICAL';
  if (severity === Severity.CRITICAL) return 'HIGH';
  if (severity === Severity.ERROR) return 'MEDIUM';
  return severity >= Severity.NOTICE ? 'LOW' : 'NONE';
}
