// Why a "no" could be wrong: holes of memory that lie inside what was asked.
import type postgres from 'postgres';
import { aliveMinutes, alivenessReachMinutes } from '../../detect/aliveness.ts';
import { DETECT_SETTINGS } from '../../detect/settings.ts';
import { type Micros, minuteOf, US_PER_MINUTE } from '../../domain/time.ts';
import { coarseKey } from '../../signature/engine.ts';
import type { Coverage } from '../coverage.ts';
import type { CoverageGap } from '../coverage-gaps.ts';
import { counted, microsOf, spanText } from '../moments.ts';
import type { Question } from './question.ts';

const REJECTIONS_SEARCHED = 2_000;
const ALIVENESS = DETECT_SETTINGS.aliveness;

export interface BlindSpot {
  /** Why a "no" could be wrong, and what to do. */
  readonly reason: string;
  /** One of the known gaps, or one that only this question meets. */
  readonly gap: CoverageGap;
}

const ofGap = (gap: CoverageGap): BlindSpot => ({ reason: gap.reason, gap });

/** null: nothing that we know of hides it. */
export async function findBlindSpot(
  read: postgres.Sql,
  tenantId: number,
  question: Question,
  { toUs, gaps }: Coverage,
): Promise<BlindSpot | null> {
  const newestUs = toUs!;
  const nothingHeard = gaps.find((gap) => gap.kind === 'IMPORTED' && gap.toUs === null);
  if (nothingHeard !== undefined) return ofGap(nothingHeard);
  const spots = await Promise.all([
    amongRejected(read, tenantId, question, gaps),
    inSource(read, tenantId, question, gaps),
    amongCoarse(read, tenantId, question),
    onHost(read, tenantId, question.hostNamed ? question.host : null, newestUs),
  ]);
  return spots.find((spot) => spot !== null) ?? null;
}

async function amongRejected(
  read: postgres.Sql,
  tenantId: number,
  question: Question,
  gaps: readonly CoverageGap[],
): Promise<BlindSpot | null> {
  if (question.message === null || !gaps.some((gap) => gap.kind === 'REJECTED')) return null;
  const [row] = await read<{ n: number; first_at: string | null; last_at: string | null }[]>`
    select count(*)::int as n, min(received_at) as first_at, max(received_at) as last_at
      from (select payload, received_at from rejected_input
             where tenant_id = ${tenantId} and replayed_at is null
             order by received_at desc limit ${REJECTIONS_SEARCHED}) r
     where position(${question.message} in r.payload) > 0`;
  if (row === undefined || row.first_at === null || row.last_at === null) return null;
  return ofGap({
    kind: 'REJECTED',
    fromUs: microsOf(row.first_at),
    toUs: microsOf(row.last_at),
    reason: `${counted(row.n, 'input')} with these very words could not be stored (see rejectedInputs); replay, then ask again.`,
    sourceId: null,
  });
}

/** A source that feeds the asked service or host, and is failing or silent. */
async function inSource(
  read: postgres.Sql,
  tenantId: number,
  question: Question,
  gaps: readonly CoverageGap[],
): Promise<BlindSpot | null> {
  const closed = gaps.filter((gap) => gap.kind !== 'REJECTED' && gap.sourceId !== null);
  if (closed.length === 0 || (question.service === null && question.host === null)) return null;
  const rows = await read<{ source_id: string }[]>`
    select distinct source_id from origin
     where tenant_id = ${tenantId} and source_id = any(${closed.map((gap) => gap.sourceId)}::bigint[])
       and (${question.service}::text is null or service = ${question.service}::text)
       and (${question.host}::text is null or host = ${question.host}::text)`;
  const fed = new Set(rows.map((row) => row.source_id));
  const gap = closed.find(({ sourceId }) => fed.has(sourceId as string));
  return gap === undefined ? null : { reason: `${gap.reason} What it would have told is missing.`, gap };
}

/** Beyond its bound a service's new forms are not told apart: its messages of that length may have been anything. */
async function amongCoarse(
  read: postgres.Sql,
  tenantId: number,
  question: Question,
): Promise<BlindSpot | null> {
  const { message, service } = question;
  if (message === null || service === null) return null;
  const [row] = await read<{ n: string; first_at: string; last_at: string }[]>`
    select occurrence_count as n, first_seen_at as first_at, last_seen_at as last_at from signature
     where tenant_id = ${tenantId} and key = ${coarseKey(message, service)} and occurrence_count > 0`;
  if (row === undefined) return null;
  return ofGap({
    kind: 'COARSE',
    fromUs: microsOf(row.first_at),
    toUs: microsOf(row.last_at),
    reason: `"${service}" has more forms of messages than are told apart; ${counted(Number(row.n), 'message')} about as long as this one could have been it.`,
    sourceId: null,
  });
}

async function onHost(
  read: postgres.Sql,
  tenantId: number,
  host: string | null,
  newestUs: Micros,
): Promise<BlindSpot | null> {
  if (host === null) return null;
  const newest = minuteOf(newestUs);
  const [row] = await read<{ minutes: number[] | null }[]>`
    select (select array_agg(b.minute order by b.minute) from feature_bucket b
             where b.tenant_id = ${tenantId} and b.signature_id = 0 and b.asset_id = a.asset_id
               and b.minute >= (select max(l.minute) from feature_bucket l
                                 where l.tenant_id = ${tenantId} and l.signature_id = 0 and l.asset_id = a.asset_id)
                             - ${alivenessReachMinutes(ALIVENESS)}::int) as minutes
      from asset a where a.tenant_id = ${tenantId} and a.hostname = ${host}`;
  const minutes = row?.minutes;
  if (!minutes || minutes.length === 0) return null;
  const last = minutes.at(-1) as number;
  if (!aliveMinutes(minutes, last, newest, ALIVENESS).includes(0)) return null;
  return ofGap({
    kind: 'SILENT',
    fromUs: (last + 1) * US_PER_MINUTE,
    toUs: null,
    reason: `${host} has been silent for ${spanText((newest - last) * US_PER_MINUTE)} while others went on: what happened there since is not known.`,
    sourceId: null,
  });
}
