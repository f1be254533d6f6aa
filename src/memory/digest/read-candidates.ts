// Loads what the digest looks at: the foremost open candidates, and what was learned about them.
import type postgres from 'postgres';
import { formatMicros, type Micros } from '../../domain/time.ts';
import { type CandidateType, DECISION_BANDS, type DecisionBand } from '../../domain/words.ts';
import { microsOf } from '../moments.ts';
import type { Learned } from './advice.ts';
import type { OpenCandidate } from './highlight.ts';

/** Candidates that are folded; beyond them nothing can lead a highlight. */
const LOOKED_AT = 300;

interface CandidateRow {
  readonly candidate_id: string;
  readonly type: CandidateType;
  readonly title: string;
  readonly explanation: string;
  readonly first_seen_at: string;
  readonly last_seen_at: string;
  readonly score: number;
  readonly decision_band: DecisionBand;
  readonly confidence: number;
  readonly signature_ids: string[] | null;
  readonly families: string[] | null;
  readonly asset_ids: string[] | null;
  readonly hostnames: string[] | null;
}

/** Foremost first: by band, then score. Those of the band IGNORE deserve no look. */
export async function readOpenCandidates(
  read: postgres.Sql,
  tenantId: number,
  sinceUs: Micros | null,
): Promise<OpenCandidate[]> {
  const since = sinceUs === null ? '-infinity' : formatMicros(sinceUs);
  const rows = await read<CandidateRow[]>`
    with foremost as (
      select * from candidate
       where tenant_id = ${tenantId} and state = 'OPEN' and not withdrawn and redirected_to_id is null
         and decision_band <> 'IGNORE' and last_seen_at >= ${since}::timestamptz
       order by array_position(${[...DECISION_BANDS]}::text[], decision_band) desc, score desc, last_seen_at desc,
                candidate_id
       limit ${LOOKED_AT}
    )
    select c.candidate_id, c.type, c.title, c.explanation, c.first_seen_at, c.last_seen_at, c.score, c.decision_band,
           c.confidence, s.signature_ids, s.families, a.asset_ids, a.hostnames
      from foremost c
      left join lateral (
        select array_agg(s.signature_id::text order by s.signature_id) as signature_ids,
               array_agg(distinct s.event_family) as families
          from candidate_signature cs
          join signature s on s.tenant_id = cs.tenant_id and s.signature_id = cs.signature_id
         where cs.tenant_id = c.tenant_id and cs.candidate_id = c.candidate_id
      ) s on true
      left join lateral (
        select array_agg(a.asset_id::text order by a.hostname) as asset_ids,
               array_agg(a.hostname order by a.hostname) as hostnames
          from candidate_asset ca
          join asset a on a.tenant_id = ca.tenant_id and a.asset_id = ca.asset_id
         where ca.tenant_id = c.tenant_id and ca.candidate_id = c.candidate_id
      ) a on true
     order by array_position(${[...DECISION_BANDS]}::text[], c.decision_band) desc, c.score desc, c.last_seen_at desc,
              c.candidate_id`;
  return rows.map((row) => ({
    candidateId: row.candidate_id,
    type: row.type,
    title: row.title,
    explanation: row.explanation,
    firstUs: microsOf(row.first_seen_at),
    lastUs: microsOf(row.last_seen_at),
    score: row.score,
    decisionBand: row.decision_band,
    confidence: row.confidence,
    signatureIds: row.signature_ids ?? [],
    families: row.families ?? [],
    assetIds: row.asset_ids ?? [],
    hostnames: row.hostnames ?? [],
  }));
}

interface LearnedRow {
  readonly signature_id: string;
  readonly hint_title: string | null;
  readonly hint_text: string | null;
  readonly lesson_title: string | null;
  readonly recommendation: string | null;
}

/** The best hint and lesson of each signature, its own or those of incidents that hold it. */
export async function readLearned(
  read: postgres.Sql,
  tenantId: number,
  signatureIds: readonly string[],
): Promise<Map<string, Learned>> {
  if (signatureIds.length === 0) return new Map();
  const rows = await read<LearnedRow[]>`
    with asked as (
      select distinct id as signature_id from unnest(${[...signatureIds]}::bigint[]) as id
    ), held as (
      select a.signature_id, i.incident_id
        from asked a
        join incident_signature x on x.tenant_id = ${tenantId} and x.signature_id = a.signature_id
        join incident i on i.tenant_id = x.tenant_id and i.incident_id = x.incident_id
       where i.status <> 'RETIRED' and i.merged_into_id is null
    )
    select a.signature_id, h.title as hint_title, h.hint_text, l.title as lesson_title, l.recommendation
      from asked a
      left join lateral (
        select h.title, h.hint_text from runbook_hint h
         where h.tenant_id = ${tenantId} and h.hint_id in (
                 select hint_id from hint_signature
                  where tenant_id = ${tenantId} and signature_id = a.signature_id
                 union
                 select hi.hint_id from held join hint_incident hi
                    on hi.tenant_id = ${tenantId} and hi.incident_id = held.incident_id
                  where held.signature_id = a.signature_id)
         order by h.rank desc, h.hint_id limit 1
      ) h on true
      left join lateral (
        select l.title, l.recommendation from lesson l
         where l.tenant_id = ${tenantId} and l.lesson_id in (
                 select il.lesson_id from held join incident_lesson il
                    on il.tenant_id = ${tenantId} and il.incident_id = held.incident_id
                  where held.signature_id = a.signature_id
                 union
                 select cl.lesson_id from candidate_signature cs join candidate_lesson cl
                    on cl.tenant_id = cs.tenant_id and cl.candidate_id = cs.candidate_id
                  where cs.tenant_id = ${tenantId} and cs.signature_id = a.signature_id)
         order by l.confidence desc, l.updated_at desc, l.lesson_id limit 1
      ) l on true`;
  return new Map(rows.map((row) => [row.signature_id, learnedOf(row)]));
}

const learnedOf = (row: LearnedRow): Learned => ({
  hint: row.hint_title === null ? null : { title: row.hint_title, hintText: row.hint_text ?? '' },
  lesson:
    row.lesson_title === null ? null : { title: row.lesson_title, recommendation: row.recommendation ?? '' },
});
