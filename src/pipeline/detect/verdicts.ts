// Has the built-in scorer judge each signature once per severity and wording, when it is first counted so.
import { sql } from 'drizzle-orm';
import { builtInScorer } from '../../anomaly/built-in.ts';
import { isAnomalous, riskOf } from '../../anomaly/labels.ts';
import { DEFAULT_THRESHOLD, type Verdict } from '../../anomaly/scorer.ts';
import type { EpisodeVerdict } from '../../detect/anomaly.ts';
import type { Severity } from '../../domain/severity.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { idRows } from './facts.ts';

interface Unjudged {
  readonly signatureId: string;
  readonly pattern: string;
  readonly severities: number;
  readonly judgedAs: string;
}

/** Returns the signatures that were judged anew. */
export async function updateVerdicts(ctx: DetectContext, signatureIds: Iterable<string>): Promise<string[]> {
  const unjudged = await loadUnjudged(ctx, signatureIds);
  if (unjudged.length === 0) return [];
  const questions = unjudged.flatMap(({ signatureId, pattern, severities }) =>
    ranksOf(severities).map((severity) => ({ signatureId, severity, text: pattern })),
  );
  const verdicts = await builtInScorer.score(questions);
  await storeVerdicts(
    ctx,
    builtInScorer.name,
    questions.map((question, i) => ({ ...question, ...verdicts[i]! })),
  );
  await query(
    ctx,
    sql`update signature s set judged_as = r.judged_as
          from json_to_recordset(${asJson(
            unjudged.map((u) => ({ id: u.signatureId, judged_as: u.judgedAs })),
          )}::json) as r(id bigint, judged_as text)
         where s.tenant_id = ${ctx.tenantId} and s.signature_id = r.id`,
  );
  return unjudged.map((u) => u.signatureId);
}

async function loadUnjudged(ctx: DetectContext, signatureIds: Iterable<string>): Promise<Unjudged[]> {
  return query<Unjudged>(
    ctx,
    sql`select s.signature_id as "signatureId", s.pattern, d.severities, d.judged_as as "judgedAs"
          from signature s
         cross join lateral (
               select m.severities, md5(${builtInScorer.name}::text || '|' || m.severities || '|' || s.pattern) as judged_as
                 from (select s.severities | (1 << s.worst_severity) as severities) m) d
         where s.tenant_id = ${ctx.tenantId} and s.merged_into_id is null
           and s.signature_id in (select r.id from json_to_recordset(${idRows(signatureIds)}::json) as r(id bigint))
           and s.judged_as is distinct from d.judged_as`,
  );
}

const ranksOf = (severities: number): Severity[] =>
  ([0, 1, 2, 3, 4, 5, 6, 7] as const).filter((rank) => severities & (1 << rank));

export interface StoredVerdict extends Verdict {
  readonly signatureId: string;
  readonly severity: Severity;
}

/** The built-in scorer's verdict counts until a model gives one. */
export async function storeVerdicts(
  ctx: DetectContext,
  scorer: string,
  verdicts: readonly StoredVerdict[],
): Promise<void> {
  const rows = verdicts.map(({ signatureId, severity, label, score }) => ({
    signature_id: signatureId,
    severity,
    label,
    score,
    risk: riskOf({ label, score }),
    is_anomalous: isAnomalous(label) && score >= DEFAULT_THRESHOLD,
  }));
  await query(
    ctx,
    sql`insert into anomaly_verdict as v (tenant_id, signature_id, severity, scorer, label, score, risk, is_anomalous,
                                          is_current, scored_at)
        select ${ctx.tenantId}::int, r.signature_id, r.severity, ${scorer}::text, r.label, r.score, r.risk, r.is_anomalous,
               not exists (select 1 from anomaly_verdict other
                            where other.tenant_id = ${ctx.tenantId} and other.signature_id = r.signature_id
                              and other.severity = r.severity and other.is_current
                              and other.scorer <> ${scorer}::text),
               ${moment(ctx.clock.nowUs())}::timestamptz
          from json_to_recordset(${asJson(rows)}::json)
               as r(signature_id bigint, severity smallint, label text, score float8, risk float8, is_anomalous boolean)
        on conflict (tenant_id, signature_id, severity, scorer) do update
           set label = excluded.label, score = excluded.score, risk = excluded.risk,
               is_anomalous = excluded.is_anomalous, scored_at = excluded.scored_at`,
  );
}

/** The verdicts that are detections, by signature and severity. */
export type Verdicts = ReadonlyMap<string, ReadonlyMap<Severity, EpisodeVerdict>>;

export async function loadAnomalousVerdicts(
  ctx: DetectContext,
  signatureIds: Iterable<string>,
): Promise<Verdicts> {
  const rows = await query<EpisodeVerdict & { signatureId: string; severity: Severity }>(
    ctx,
    sql`select v.signature_id as "signatureId", v.severity, v.scorer, v.label, v.risk, v.is_anomalous as "isAnomalous"
          from anomaly_verdict v
         where v.tenant_id = ${ctx.tenantId} and v.is_current and v.is_anomalous
           and v.signature_id in (select r.id from json_to_recordset(${idRows(signatureIds)}::json) as r(id bigint))`,
  );
  const verdicts = new Map<string, Map<Severity, EpisodeVerdict>>();
  for (const { signatureId, severity, ...verdict } of rows) {
    const own = verdicts.get(signatureId) ?? new Map<Severity, EpisodeVerdict>();
    verdicts.set(signatureId, own.set(severity, verdict));
  }
  return verdicts;
}
