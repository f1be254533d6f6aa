import { sql } from 'drizzle-orm';
import type { Stored } from '../../detect/identity.ts';
import type { Severity } from '../../domain/severity.ts';
import type { CandidateState, CandidateType, DecisionBand, ScoreComponent } from '../../domain/words.ts';
import type { ScoreInputs } from '../../score/inputs.ts';
import { asJson, type DetectContext, query } from './context.ts';

/** What a candidate's row says; what changes of it is written. */
export interface CandidateContent {
  readonly state: CandidateState;
  readonly title: string;
  readonly summary: string;
  readonly explanation: string;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly score: number;
  readonly scoreBreakdown: readonly ScoreComponent[];
  readonly decisionBand: DecisionBand;
  readonly confidence: number;
  readonly severity: Severity;
  readonly episodeCount: number;
  readonly eventCount: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly suppressedUntil: string | null;
  readonly suppressedReason: string | null;
}

export interface StoredCandidate extends Stored {
  readonly type: CandidateType;
  readonly subject: string;
  readonly version: number;
  readonly content: CandidateContent;
  /** What its receipt says that it was scored by; other inputs may well give the same score. Null: no receipt. */
  readonly inputs: ScoreInputs | null;
  /** Null: its links were not made here. */
  readonly linking: Linking | null;
}

/** See the table `candidate_linking`. */
export interface Linking {
  readonly madeFrom: string;
  readonly fullSince: readonly (number | null)[];
}

interface Row extends CandidateContent {
  candidateId: string;
  type: CandidateType;
  subject: string;
  version: number;
  withdrawn: boolean;
  judged: boolean;
  firstUs: string;
  lastUs: string;
  createdUs: string;
  inputs: ScoreInputs | null;
  linking: Linking | null;
}

const utc = (column: string) =>
  sql.raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);

/** Those that still stand for themselves, of the given subjects; locked, so that no review comes in between. */
export async function loadStoredCandidates(
  ctx: DetectContext,
  subjects: readonly { readonly type: CandidateType; readonly subject: string }[],
): Promise<StoredCandidate[]> {
  const asked = asJson(subjects.map(({ type, subject }) => ({ type, subject })));
  const rows = await query<Row>(
    ctx,
    sql`select c.candidate_id as "candidateId", c.type, c.subject, c.state, c.title, c.summary, c.explanation,
               ${utc('c.first_seen_at')} as "firstSeenAt", ${utc('c.last_seen_at')} as "lastSeenAt",
               (extract(epoch from c.first_seen_at) * 1000000)::bigint as "firstUs",
               (extract(epoch from c.last_seen_at) * 1000000)::bigint as "lastUs",
               (extract(epoch from c.created_at) * 1000000)::bigint as "createdUs",
               c.score, c.score_breakdown as "scoreBreakdown", c.decision_band as "decisionBand", c.confidence,
               c.severity, c.episode_count as "episodeCount", c.event_count as "eventCount", c.metadata, c.version,
               c.withdrawn, ${utc('c.suppressed_until')} as "suppressedUntil",
               c.suppressed_reason as "suppressedReason",
               c.state = 'PROMOTED' or exists (
                 select 1 from review r where r.tenant_id = c.tenant_id and r.candidate_id = c.candidate_id) as judged,
               v.receipt -> 'inputs' as inputs,
               case when l.made_from is not null
                    then json_build_object('madeFrom', l.made_from, 'fullSince', l.full_since) end as linking
          from candidate c
          left join candidate_version v on v.tenant_id = c.tenant_id and v.candidate_id = c.candidate_id
                                       and v.version = c.version
          left join candidate_linking l on l.tenant_id = c.tenant_id and l.candidate_id = c.candidate_id
         where c.tenant_id = ${ctx.tenantId} and c.redirected_to_id is null
           and (c.type, c.subject) in (
                 select t.type, t.subject from json_to_recordset(${asked}::json) as t(type text, subject text))
         order by c.candidate_id
           for update of c`,
  );
  return rows.map(fromRow);
}

function fromRow(row: Row): StoredCandidate {
  const { candidateId, type, subject, version, withdrawn, judged, ...rest } = row;
  const { firstUs, lastUs, createdUs, inputs, linking, ...content } = rest;
  return {
    id: candidateId,
    type,
    subject,
    version,
    withdrawn,
    judged,
    firstUs: Number(firstUs),
    lastUs: Number(lastUs),
    createdUs: Number(createdUs),
    inputs,
    linking,
    content,
  };
}
