// Judges anew the signatures that come before touched failures: one scope for each pair that holds, or held before.
import { sql } from 'drizzle-orm';
import type { Finding } from '../../detect/finding.ts';
import { type Failure, findPrecursor, precursorSubject } from '../../detect/precursor.ts';
import { splitRuns } from '../../detect/runs.ts';
import type { Micros } from '../../domain/time.ts';
import { asJson, type DetectContext, query } from './context.ts';
import type { EpisodeChange } from './episodes.ts';
import { loadHostnames, loadSignatures, type SignatureRow } from './facts.ts';
import { type FailureRange, findTouchedFailures, loadFailures } from './failures.ts';
import { loadRuns } from './load-runs.ts';
import { type FailureRun, gatherEvidence } from './precursor-evidence.ts';
import type { PrecursorScope } from './scopes.ts';
import { groupBy, type Touched } from './touched.ts';

export interface PrecursorTouch {
  readonly episodes: readonly EpisodeChange[];
  readonly touched: readonly Touched[];
  /** Signatures whose candidates may have to say something else, wherever they lie. */
  readonly retold: readonly string[];
}

export async function precursorScopes(ctx: DetectContext, touch: PrecursorTouch): Promise<PrecursorScope[]> {
  const ranges = joined([
    ...(await findTouchedFailures(ctx, touch.episodes)),
    ...(await toldByCandidates(ctx, touch)),
  ]);
  if (ranges.length === 0) return [];
  const failures = await loadSignatures(
    ctx,
    ranges.map((r) => r.signatureId),
  );
  const stored = await loadPairs(ctx, [...failures.keys()]);
  const scopes: PrecursorScope[] = [];
  for (const range of ranges) {
    const failure = failures.get(range.signatureId);
    if (failure === undefined) continue;
    const pairs = stored.get(range.signatureId) ?? [];
    scopes.push(...(await judgeFailure(ctx, failure, widened(range, pairs, ctx.settings.runGapUs), pairs)));
  }
  return scopes;
}

function joined(ranges: readonly FailureRange[]): FailureRange[] {
  return [...groupBy(ranges, (r) => r.signatureId).values()].map((own) => ({
    signatureId: own[0]!.signatureId,
    fromUs: Math.min(...own.map((r) => r.fromUs)),
    toUs: Math.max(...own.map((r) => r.toUs)),
  }));
}

/** A stored candidate of a failure. */
interface StoredPair {
  readonly failureId: string;
  readonly signId: string;
  readonly subject: string;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
}

const PAIRS = sql`
  select f.signature_id as "failureId", g.signature_id as "signId", c.subject,
         (extract(epoch from c.first_seen_at) * 1000000)::bigint as "firstUs",
         (extract(epoch from c.last_seen_at) * 1000000)::bigint as "lastUs"
    from candidate c
    join candidate_signature cf on cf.tenant_id = c.tenant_id and cf.candidate_id = c.candidate_id
    join signature f on f.tenant_id = cf.tenant_id and f.signature_id = cf.signature_id
                    and 'sig:' || f.key = split_part(c.subject, '@', 1)
    join candidate_signature cg on cg.tenant_id = c.tenant_id and cg.candidate_id = c.candidate_id
    join signature g on g.tenant_id = cg.tenant_id and g.signature_id = cg.signature_id
                    and g.key = split_part(c.subject, '@', 2)`;

type PairRow = { failureId: string; signId: string; subject: string; firstUs: string; lastUs: string };

const pairOf = (row: PairRow): StoredPair => ({
  ...row,
  firstUs: Number(row.firstUs),
  lastUs: Number(row.lastUs),
});

async function loadPairs(
  ctx: DetectContext,
  failureIds: readonly string[],
): Promise<Map<string, StoredPair[]>> {
  const rows = await query<PairRow>(
    ctx,
    sql`${PAIRS} where c.tenant_id = ${ctx.tenantId} and c.type = 'PRECURSOR' and c.redirected_to_id is null
           and f.signature_id in (
                 select r.id from json_to_recordset(${asJson(failureIds.map((id) => ({ id })))}::json) as r(id bigint))`,
  );
  return groupBy(rows.map(pairOf), (pair) => pair.failureId);
}

/** Failures whose stored candidates hold a touched signature at touched times: their evidence may go on. */
async function toldByCandidates(
  ctx: DetectContext,
  { touched, retold }: PrecursorTouch,
): Promise<FailureRange[]> {
  const reachMinutes = Math.ceil((2 * ctx.settings.episode.maxLengthUs) / 60_000_000);
  const asked = [
    ...touched.map((t) => ({ id: t.signatureId, from_s: t.fromMinute * 60 - reachMinutes * 60 })),
    ...retold.map((id) => ({ id, from_s: 0 })),
  ];
  const rows = await query<PairRow>(
    ctx,
    sql`${PAIRS}
         where c.tenant_id = ${ctx.tenantId} and c.type = 'PRECURSOR' and c.redirected_to_id is null
           and not c.withdrawn and c.candidate_id in (
                 select cs.candidate_id
                   from json_to_recordset(${asJson(asked)}::json) as t(id bigint, from_s bigint)
                   join candidate_signature cs on cs.tenant_id = ${ctx.tenantId} and cs.signature_id = t.id
                   join candidate o on o.tenant_id = cs.tenant_id and o.candidate_id = cs.candidate_id
                                   and o.type = 'PRECURSOR' and o.last_seen_at >= to_timestamp(t.from_s))`,
  );
  return rows.map(pairOf).map(({ failureId, firstUs, lastUs }) => ({
    signatureId: failureId,
    fromUs: firstUs,
    toUs: lastUs,
  }));
}

/** Takes in the stored candidates that the range may have moved, parted or joined. */
function widened(range: FailureRange, pairs: readonly StoredPair[], gapUs: Micros): FailureRange {
  let { fromUs, toUs } = range;
  for (let grown = true; grown; ) {
    grown = false;
    for (const { firstUs, lastUs } of pairs) {
      if (firstUs - gapUs > toUs || lastUs + gapUs < fromUs) continue;
      if (firstUs >= fromUs && lastUs <= toUs) continue;
      fromUs = Math.min(fromUs, firstUs);
      toUs = Math.max(toUs, lastUs);
      grown = true;
    }
  }
  return { ...range, fromUs, toUs };
}

async function judgeFailure(
  ctx: DetectContext,
  failure: SignatureRow,
  range: FailureRange,
  pairs: readonly StoredPair[],
): Promise<PrecursorScope[]> {
  const found = new Map<string, { sign: SignatureRow; findings: Finding[] }>();
  for (const run of await loadFailureRuns(ctx, failure, range)) {
    const evidence = await gatherEvidence(ctx, run);
    const assets = evidence.flatMap((e) => e.hits.flatMap((h) => [h.sign.assetId, h.failure.assetId]));
    const hostnames = await loadHostnames(ctx, assets);
    for (const pair of evidence) {
      const finding = findPrecursor(pair, hostnames, ctx.settings);
      if (finding === null) continue;
      const known = found.get(finding.subject) ?? { sign: pair.sign, findings: [] };
      known.findings.push(finding);
      found.set(finding.subject, known);
    }
  }
  const signs = await loadSignatures(
    ctx,
    pairs.map((p) => p.signId),
  );
  for (const { signId } of pairs) {
    const sign = signs.get(signId)!;
    const subject = precursorSubject(failure, sign);
    if (!found.has(subject)) found.set(subject, { sign, findings: [] });
  }
  const { fromUs, toUs } = range;
  return [...found].map(([subject, { sign, findings }]) => ({
    type: 'PRECURSOR',
    subject,
    fromUs,
    toUs,
    failure,
    sign,
    findings,
  }));
}

async function loadFailureRuns(
  ctx: DetectContext,
  failure: SignatureRow,
  range: FailureRange,
): Promise<FailureRun[]> {
  const { signatureId } = failure;
  const { runGapUs, precursor } = ctx.settings;
  const near = await loadRuns(
    [{ key: signatureId, fromUs: range.fromUs, toUs: range.toUs }],
    runGapUs,
    async ([region]) => {
      const [failures] = await loadFailures(ctx, [
        { signatureId, fromUs: region!.fromUs, toUs: region!.toUs },
      ]);
      return new Map([[signatureId, failures!]]);
    },
  );
  const runs = splitRuns(near.get(signatureId) ?? [], runGapUs);
  const looks = runs.map((run) => {
    const toUs = run.at(-1)!.startUs;
    return { signatureId, fromUs: toUs - precursor.lookBackUs, toUs };
  });
  const loaded = await loadFailures(ctx, looks);
  return runs.map((run, i) => ({
    failure,
    runFromUs: run[0]!.startUs,
    failures: latest(loaded[i]!, looks[i]!.fromUs, precursor.maxFailures),
  }));
}

const latest = (failures: readonly Failure[], fromUs: Micros, most: number): Failure[] =>
  failures.filter((f) => f.startUs >= fromUs).slice(-most);
