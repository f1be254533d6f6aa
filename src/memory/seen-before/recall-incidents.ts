// The incidents that signatures bring to mind, ranked, each with why. Retired ones stay in memory but are not recalled.
import type postgres from 'postgres';
import { type Micros, US_PER_DAY } from '../../domain/time.ts';
import { microsOf, namedSome, spanText } from '../moments.ts';
import type { RecalledIncident } from './answer.ts';

const INCIDENTS_SHOWN = 10;
/** Of each incident's example lines, the latest are searched for the values of the question. */
const LINES_SEARCHED = 5;

/** Shares of an incident's score; they add up to 1. */
const SHARES = { signature: 0.5, place: 0.15, values: 0.1, recency: 0.15, outcome: 0.1 };
const SAME_GROUP = 0.6;
const RECENCY_HALF_LIFE_US = 90 * US_PER_DAY;
/** Of advice that nobody tried or judged. */
const OUTCOME_UNKNOWN = 0.5;

/** How closely each signature is what was asked for: 1 for the exact ones. */
export type Closeness = ReadonlyMap<string, number>;

export interface RecallWish {
  readonly closeness: Closeness;
  readonly candidateId: string | null;
  readonly host: string | null;
  /** What identifies things in the question: addresses, users, paths, names. */
  readonly values: readonly string[];
  /** Recency is counted back from here: the latest event of the tenant. */
  readonly newestUs: Micros;
}

export interface IncidentBrief extends RecalledIncident {
  readonly title: string;
  readonly impactLevel: string;
}

interface IncidentRow {
  readonly incident_id: string;
  readonly title: string;
  readonly impact_level: string;
  readonly last_observed_at: string;
  readonly recurrence_count: number;
  readonly signature_ids: string[];
  readonly same_host: boolean;
  /** The service group that the asked host shares with a host of the incident. */
  readonly same_group: string | null;
  readonly same_candidate: boolean;
  readonly worked: number;
  readonly failed: number;
  /** Of its most trusted lesson, in millionths; null: it has none. */
  readonly lesson_confidence: number | null;
  readonly lines: string[] | null;
}

export async function recallIncidents(
  read: postgres.Sql,
  tenantId: number,
  wish: RecallWish,
): Promise<IncidentBrief[]> {
  const rows = await fetchIncidents(read, tenantId, wish);
  return rows
    .map((row) => weigh(row, wish))
    .sort((a, b) => b.score - a.score || (BigInt(a.incidentId) < BigInt(b.incidentId) ? -1 : 1))
    .slice(0, INCIDENTS_SHOWN);
}

const fetchIncidents = (read: postgres.Sql, tenantId: number, wish: RecallWish) => read<IncidentRow[]>`
  with found as (
    select x.incident_id, array_agg(x.signature_id::text) as signature_ids from incident_signature x
     where x.tenant_id = ${tenantId} and x.signature_id = any(${[...wish.closeness.keys()]}::bigint[])
     group by x.incident_id
  ), place as (
    select service_group from asset where tenant_id = ${tenantId} and hostname = ${wish.host}::text
  )
  select i.incident_id, i.title, i.impact_level, i.last_observed_at, i.recurrence_count, f.signature_ids,
         coalesce(p.same_host, false) as same_host, p.same_group, h.worked, h.failed, l.lesson_confidence,
         exists (select 1 from incident_candidate ic
                  where ic.tenant_id = ${tenantId} and ic.incident_id = i.incident_id
                    and ic.candidate_id = ${wish.candidateId}::bigint) as same_candidate,
         case when ${wish.values.length > 0} then array(
           select e.message_raw from incident_event e
            where e.tenant_id = ${tenantId} and e.incident_id = i.incident_id
            order by e.event_ts desc, e.event_id limit ${LINES_SEARCHED}) end as lines
    from found f
    join incident i on i.tenant_id = ${tenantId} and i.incident_id = f.incident_id
   cross join lateral (
     select bool_or(a.hostname = ${wish.host}::text) as same_host,
            min(a.service_group) filter (where a.service_group = (select service_group from place)) as same_group
       from incident_asset ia join asset a on a.tenant_id = ${tenantId} and a.asset_id = ia.asset_id
      where ia.tenant_id = ${tenantId} and ia.incident_id = i.incident_id) p
   cross join lateral (
     select coalesce(sum(r.worked_count), 0)::int as worked, coalesce(sum(r.failed_count), 0)::int as failed
       from hint_incident hi join runbook_hint r on r.tenant_id = ${tenantId} and r.hint_id = hi.hint_id
      where hi.tenant_id = ${tenantId} and hi.incident_id = i.incident_id) h
   cross join lateral (
     select max(n.confidence) as lesson_confidence
       from incident_lesson il join lesson n on n.tenant_id = ${tenantId} and n.lesson_id = il.lesson_id
      where il.tenant_id = ${tenantId} and il.incident_id = i.incident_id) l
   where i.status <> 'RETIRED' and i.merged_into_id is null`;

function weigh(row: IncidentRow, wish: RecallWish): IncidentBrief {
  const closeness = Math.max(...row.signature_ids.map((id) => wish.closeness.get(id) ?? 0));
  const ageUs = Math.max(0, wish.newestUs - microsOf(row.last_observed_at));
  const shared = wish.values.filter((value) => row.lines?.some((line) => holds(line, value)));
  const score =
    SHARES.signature * closeness +
    SHARES.place * (row.same_host ? 1 : row.same_group === null ? 0 : SAME_GROUP) +
    SHARES.values * (shared.length / Math.max(1, wish.values.length)) +
    SHARES.recency * 2 ** (-ageUs / RECENCY_HALF_LIFE_US) +
    SHARES.outcome * outcomeOf(row);
  return {
    incidentId: row.incident_id,
    title: row.title,
    impactLevel: row.impact_level,
    score: Math.round(score * 1_000) / 1_000,
    reason: reasonOf(row, closeness, ageUs, shared, wish.host),
  };
}

/** Laplace's rule of succession over what came of its hints; without any, what people think of its lessons. */
function outcomeOf({ worked, failed, lesson_confidence }: IncidentRow): number {
  if (worked + failed > 0) return (1 + worked) / (2 + worked + failed);
  return lesson_confidence === null ? OUTCOME_UNKNOWN : lesson_confidence / 1_000_000;
}

/** Whether the value stands in the line as a whole, not as a part of a longer one. */
function holds(line: string, value: string): boolean {
  for (let at = line.indexOf(value); at >= 0; at = line.indexOf(value, at + 1)) {
    if (!isPart(line[at - 1]) && !isPart(line[at + value.length])) return true;
  }
  return false;
}

const isPart = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}_]/u.test(character);

function reasonOf(
  row: IncidentRow,
  closeness: number,
  ageUs: Micros,
  shared: readonly string[],
  host: string | null,
): string {
  const what = row.same_candidate
    ? 'made from this candidate'
    : closeness === 1
      ? 'same signature'
      : `a signature ${Math.round(closeness * 100)} % alike`;
  const where = row.same_host
    ? `, on ${host} too`
    : row.same_group === null
      ? ''
      : `, on a host of the same service group (${row.same_group})`;
  const values = shared.length === 0 ? '' : `, with ${namedSome(shared)} as then`;
  const often = row.recurrence_count === 1 ? 'observed once' : `observed ${row.recurrence_count} times`;
  return `${what}${where}${values}; ${often}, last ${spanText(ageUs)} before the newest event${adviceOf(row)}`;
}

function adviceOf({ worked, failed, lesson_confidence }: IncidentRow): string {
  if (worked + failed > 0) return `; its advice worked ${worked} of ${worked + failed} times`;
  return lesson_confidence === null
    ? ''
    : `; its lesson is trusted by ${Math.round(lesson_confidence / 10_000)} %`;
}
