// Writes what changed of the candidates, and nothing else: rows, versions, links, redirects.
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'drizzle-orm';
import type { Finding } from '../../detect/finding.ts';
import { formatMicros } from '../../domain/time.ts';
import type { Announcement } from '../../live/outbox.ts';
import { receiptOf } from '../../score/receipt.ts';
import type { Assessed } from './assess.ts';
import type { ChangedEvents } from './candidate-examples.ts';
import { linkCandidates } from './candidate-links.ts';
import { asJson, type DetectContext, query } from './context.ts';
import { idRows } from './facts.ts';
import type { CandidateContent, StoredCandidate } from './stored-candidates.ts';
import { writeVersions } from './versions.ts';

export interface CandidateWrite extends Assessed {
  readonly finding: Finding;
  /** Null: it is new. */
  readonly stored: StoredCandidate | null;
}

export interface CandidateWrites {
  readonly kept: readonly CandidateWrite[];
  readonly joined: readonly { readonly from: StoredCandidate; readonly into: StoredCandidate }[];
  readonly groundless: readonly StoredCandidate[];
  readonly work: ChangedEvents;
}

export async function writeCandidates(ctx: DetectContext, writes: CandidateWrites): Promise<Announcement[]> {
  const changed = writes.kept.filter(
    ({ stored, content, inputs }) =>
      stored === null ||
      stored.withdrawn ||
      !isDeepStrictEqual(stored.content, content) ||
      !isDeepStrictEqual(stored.inputs, inputs),
  );
  await redirect(ctx, writes.joined);
  await withdraw(ctx, writes.groundless);
  const ids = await writeRows(ctx, changed);
  const written = new Map(changed.map((write, i) => [write, ids[i]!]));
  await writeVersions(
    ctx,
    changed.map(({ content, inputs, stored }, i) => ({
      candidateId: ids[i]!,
      version: versionOf(stored, content),
      content,
      receipt: receiptOf(inputs, ctx.scoring),
    })),
  );
  await linkCandidates(
    ctx,
    // Its events may be others though all that is said of it is the same. What was linked elsewhere stays so as long.
    writes.kept
      .filter((write) => written.has(write) || write.stored!.linking !== null)
      .map((write) => ({
        candidateId: written.get(write) ?? write.stored!.id,
        finding: write.finding,
        linking: write.stored?.linking ?? null,
      })),
    writes.work,
  );
  return [
    ...writes.joined.map(({ from }) => announcement(from.id, 'REMOVED')),
    ...writes.groundless.map(({ id }) => announcement(id, 'REMOVED')),
    ...changed.map(({ stored }, i) =>
      announcement(ids[i]!, stored === null || stored.withdrawn ? 'CREATED' : 'UPDATED'),
    ),
  ];
}

const announcement = (subjectId: string, kind: Announcement['kind']): Announcement => ({
  topic: 'candidate',
  subjectId,
  kind,
});

/** A new version for a new band, state or score component; any other change belongs to the version there is. */
export function versionOf(
  stored: Pick<StoredCandidate, 'version' | 'content'> | null,
  content: Pick<CandidateContent, 'state' | 'decisionBand' | 'scoreBreakdown'>,
): number {
  if (stored === null) return 1;
  const weightsOf = (c: Pick<CandidateContent, 'scoreBreakdown'>) =>
    c.scoreBreakdown.map(({ name, input, weight, contribution }) => [name, input, weight, contribution]);
  const same =
    stored.content.state === content.state &&
    stored.content.decisionBand === content.decisionBand &&
    isDeepStrictEqual(weightsOf(stored.content), weightsOf(content));
  return same ? stored.version : stored.version + 1;
}

/** The ids, aligned with `changed`. */
async function writeRows(ctx: DetectContext, changed: readonly CandidateWrite[]): Promise<string[]> {
  if (changed.length === 0) return [];
  const now = formatMicros(ctx.clock.nowUs());
  const rows = changed.map(({ finding, stored, content }, i) => ({
    i,
    candidate_id: stored?.id ?? null,
    type: finding.type,
    subject: finding.subject,
    version: versionOf(stored, content),
    now,
    ...content,
  }));
  const written = await query<{ i: number; id: string }>(
    ctx,
    sql`with r as (
          select coalesce(x.candidate_id, nextval('mnemograph_id_seq')) as id, x.*
            from (select * from json_to_recordset(${asJson(rows)}::json)
                      as r(i int, candidate_id bigint, type text, subject text, version int, now timestamptz,
                           state text, title text, summary text, explanation text,
                           "firstSeenAt" timestamptz, "lastSeenAt" timestamptz, score int, "scoreBreakdown" jsonb,
                           "decisionBand" text, confidence int, severity smallint, "episodeCount" int,
                           "eventCount" int, metadata jsonb, "suppressedUntil" timestamptz, "suppressedReason" text)
                   order by i) x),
        written as (
          insert into candidate (tenant_id, candidate_id, type, subject, version, state, title, summary, explanation,
                                 first_seen_at, last_seen_at, score, score_breakdown, decision_band, confidence,
                                 severity, episode_count, event_count, metadata, suppressed_until, suppressed_reason,
                                 created_at, updated_at)
          select ${ctx.tenantId}::int, id, type, subject, version, state, title, summary, explanation,
                 "firstSeenAt", "lastSeenAt", score, "scoreBreakdown", "decisionBand", confidence,
                 severity, "episodeCount", "eventCount", metadata, "suppressedUntil", "suppressedReason", now, now
            from r
          on conflict (tenant_id, candidate_id) do update
             set version = excluded.version, state = excluded.state, title = excluded.title,
                 summary = excluded.summary, explanation = excluded.explanation,
                 first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at,
                 score = excluded.score, score_breakdown = excluded.score_breakdown,
                 decision_band = excluded.decision_band, confidence = excluded.confidence,
                 severity = excluded.severity, episode_count = excluded.episode_count,
                 event_count = excluded.event_count, metadata = excluded.metadata, withdrawn = false,
                 suppressed_until = excluded.suppressed_until, suppressed_reason = excluded.suppressed_reason,
                 updated_at = excluded.updated_at)
        select i, id from r order by i`,
  );
  return written.map((row) => row.id);
}

async function redirect(ctx: DetectContext, joined: CandidateWrites['joined']): Promise<void> {
  if (joined.length === 0) return;
  const rows = joined.map(({ from, into }) => ({ from_id: from.id, into_id: into.id }));
  await query(
    ctx,
    sql`with r as (select * from json_to_recordset(${asJson(rows)}::json) as r(from_id bigint, into_id bigint)),
        links as (
          insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type)
          select ${ctx.tenantId}::int, 'Candidate', r.from_id::text, 'Candidate', r.into_id::text, 'MERGED_INTO' from r
          on conflict do nothing),
        incidents as (
          insert into incident_candidate (tenant_id, incident_id, candidate_id)
          select l.tenant_id, l.incident_id, r.into_id from r
            join incident_candidate l on l.tenant_id = ${ctx.tenantId} and l.candidate_id = r.from_id
          on conflict do nothing),
        lessons as (
          insert into candidate_lesson (tenant_id, candidate_id, lesson_id)
          select l.tenant_id, r.into_id, l.lesson_id from r
            join candidate_lesson l on l.tenant_id = ${ctx.tenantId} and l.candidate_id = r.from_id
          on conflict do nothing)
        update candidate c
           set redirected_to_id = r.into_id, updated_at = ${formatMicros(ctx.clock.nowUs())}::timestamptz
          from r where c.tenant_id = ${ctx.tenantId} and c.candidate_id = r.from_id`,
  );
}

async function withdraw(ctx: DetectContext, groundless: readonly StoredCandidate[]): Promise<void> {
  if (groundless.length === 0) return;
  await query(
    ctx,
    sql`update candidate c
           set withdrawn = true, updated_at = ${formatMicros(ctx.clock.nowUs())}::timestamptz
          from json_to_recordset(${idRows(groundless.map((c) => c.id))}::json) as r(id bigint)
         where c.tenant_id = ${ctx.tenantId} and c.candidate_id = r.id`,
  );
}
