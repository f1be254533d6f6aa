// Gathers, for one run of failures, what came before them: bounded by the windows before each, not by what is stored.
import { sql } from 'drizzle-orm';
import type { Failure, Hit, PairEvidence, Trials } from '../../detect/precursor.ts';
import type { Episode } from '../../detect/rows.ts';
import type { Micros } from '../../domain/time.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { idRows, loadSignatures, type SignatureRow } from './facts.ts';
import { unitOf } from './failures.ts';
import { groupBy } from './touched.ts';

/** One run of failures with those that its look-back reaches. */
export interface FailureRun {
  readonly failure: SignatureRow;
  /** Ascending. */
  readonly failures: readonly Failure[];
  readonly runFromUs: Micros;
}

export interface SignEvidence extends PairEvidence {
  readonly failure: SignatureRow;
  readonly sign: SignatureRow;
}

/** Of every signature that came before enough of the failures. */
export async function gatherEvidence(ctx: DetectContext, run: FailureRun): Promise<SignEvidence[]> {
  const { minFailures, lookBackUs } = ctx.settings.precursor;
  if (run.failures.length < minFailures) return [];
  const before = await countBefore(ctx, run);
  const likely = before.filter((b) => b.failures >= minFailures);
  if (likely.length === 0) return [];
  const signs = await loadSignatures(
    ctx,
    likely.map((b) => b.signatureId),
  );
  const toUs = run.failures.at(-1)!.startUs;
  const hits = await loadHits(ctx, run, [...signs.keys()]);
  const trials = await loadTrials(ctx, [...signs.keys()], toUs - lookBackUs, toUs);
  return likely.flatMap(({ signatureId, failures: failuresHit }) => {
    const sign = signs.get(signatureId);
    const own = trials.get(signatureId);
    if (sign === undefined || own === undefined) return [];
    return {
      failure: run.failure,
      sign,
      failures: run.failures,
      hits: hits.get(signatureId) ?? [],
      failuresHit,
      trials: own.trials,
      fromUs: Math.min(own.firstUs, run.failures[0]!.startUs),
      toUs,
      runFromUs: run.runFromUs,
      pairsTested: before.length,
    };
  });
}

/** Each failure's window on every asset of its unit, as a relation `w(i, asset_id, from_at, to_at)`. */
function windowsOf(ctx: DetectContext, { failures }: FailureRun) {
  const { minLeadUs, maxLeadUs } = ctx.settings.precursor;
  const rows = failures.map((f, i) => ({
    i,
    asset_id: f.assetId,
    unit: f.unit,
    from_at: moment(Math.max(0, f.startUs - maxLeadUs)),
    to_at: moment(f.startUs - minLeadUs),
  }));
  return sql`(
    select f.i, f.from_at, f.to_at, m.asset_id
      from json_to_recordset(${asJson(rows)}::json)
           as f(i int, asset_id bigint, unit text, from_at timestamptz, to_at timestamptz)
     cross join lateral (
           select f.asset_id
            union
           select a.asset_id from asset a
            where a.tenant_id = ${ctx.tenantId} and 'group:' || a.service_group = f.unit) m) w`;
}

async function countBefore(
  ctx: DetectContext,
  run: FailureRun,
): Promise<{ signatureId: string; failures: number }[]> {
  return query(
    ctx,
    sql`select e.signature_id as "signatureId", count(distinct w.i)::int as failures
          from ${windowsOf(ctx, run)}
          join episode e on e.tenant_id = ${ctx.tenantId} and e.asset_id = w.asset_id
                        and e.start_at between w.from_at and w.to_at
         where e.signature_id <> ${run.failure.signatureId}::bigint
         group by 1`,
  );
}

interface EpisodeRow {
  signatureId: string;
  assetId: string;
  startUs: string;
  endUs: string;
  events: string;
  sourced: string;
  worst: Episode['worst'];
  failure: number;
}

/** Each episode of the signs that leads a failure, with the first that it leads. */
async function loadHits(
  ctx: DetectContext,
  run: FailureRun,
  signIds: readonly string[],
): Promise<Map<string, Hit[]>> {
  const rows = await query<EpisodeRow>(
    ctx,
    sql`select e.signature_id as "signatureId", e.asset_id as "assetId", e.event_count as events, e.sourced, e.worst,
               (extract(epoch from e.start_at) * 1000000)::bigint as "startUs",
               (extract(epoch from e.end_at) * 1000000)::bigint as "endUs", min(w.i) as failure
          from ${windowsOf(ctx, run)}
          join episode e on e.tenant_id = ${ctx.tenantId} and e.asset_id = w.asset_id
                        and e.start_at between w.from_at and w.to_at
          left join asset a on a.tenant_id = e.tenant_id and a.asset_id = e.asset_id
         where e.signature_id in (select r.id from json_to_recordset(${idRows(signIds)}::json) as r(id bigint))
         group by e.tenant_id, e.signature_id, e.asset_id, e.start_at, a.hostname
         order by e.start_at, a.hostname collate "C", e.asset_id`,
  );
  const hits = new Map<string, Hit[]>();
  for (const [signatureId, own] of groupBy(rows, (row) => row.signatureId))
    hits.set(
      signatureId,
      own.map((row) => ({
        failure: run.failures[row.failure]!,
        sign: {
          assetId: row.assetId,
          startUs: Number(row.startUs),
          endUs: Number(row.endUs),
          events: Number(row.events),
          sourced: Number(row.sourced),
          worst: row.worst,
        },
      })),
    );
  return hits;
}

interface SignTrials {
  readonly trials: Trials[];
  readonly firstUs: Micros;
}

/** How often each sign began in [fromUs, toUs). */
async function loadTrials(
  ctx: DetectContext,
  signIds: readonly string[],
  fromUs: Micros,
  toUs: Micros,
): Promise<Map<string, SignTrials>> {
  const rows = await query<{ signatureId: string; unit: string; n: number; firstUs: string }>(
    ctx,
    sql`select e.signature_id as "signatureId", ${unitOf('e.asset_id')} as unit, count(*)::int as n,
               (extract(epoch from min(e.start_at)) * 1000000)::bigint as "firstUs"
          from episode e
          left join asset a on a.tenant_id = e.tenant_id and a.asset_id = e.asset_id
         where e.tenant_id = ${ctx.tenantId}
           and e.signature_id in (select r.id from json_to_recordset(${idRows(signIds)}::json) as r(id bigint))
           and e.start_at >= ${moment(Math.max(0, fromUs))}::timestamptz and e.start_at < ${moment(toUs)}::timestamptz
         group by 1, 2 order by 1, min(e.start_at), 3`,
  );
  const trials = new Map<string, SignTrials>();
  for (const [signatureId, own] of groupBy(rows, (row) => row.signatureId))
    trials.set(signatureId, {
      trials: own.map(({ unit, n }) => ({ unit, n })),
      firstUs: Math.min(...own.map((row) => Number(row.firstUs))),
    });
  return trials;
}
