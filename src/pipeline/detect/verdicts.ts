// Has the built-in scorer judge each signature once per severity and wording, when it is first counted so.
import { sql } from 'drizzle-orm';
import { builtInScorer } from '../../anomaly/built-in.ts';
import type { EpisodeVerdict } from '../../detect/anomaly.ts';
import type { Severity } from '../../domain/severity.ts';
import { asJson, type DetectContext, query } from './context.ts';
import { idRows } from './facts.ts';
import { PAIR, type Pair, pairRow, storeVerdicts } from './store-verdicts.ts';

interface Unjudged {
  readonly signatureId: string;
  readonly pattern: string;
  readonly wording: string;
  readonly severities: number;
  readonly judgedAs: string;
}

/** Returns the signatures that were judged anew. What is worded as no scorer has seen it awaits the model. */
export async function updateVerdicts(ctx: DetectContext, signatureIds: Iterable<string>): Promise<string[]> {
  const unjudged = await loadUnjudged(ctx, signatureIds);
  if (unjudged.length === 0) return [];
  const questions = unjudged.flatMap(({ signatureId, pattern, wording, severities }) =>
    ranksOf(severities).map((severity) => ({ signatureId, severity, text: pattern, wording })),
  );
  await queueUnseen(ctx, questions);
  const verdicts = await builtInScorer.score(questions);
  await storeVerdicts(
    ctx,
    { scorer: builtInScorer.name, outranks: false },
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
    sql`select s.signature_id as "signatureId", s.pattern, md5(s.pattern) as wording, d.severities, d.judged_as as "judgedAs"
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

async function queueUnseen(ctx: DetectContext, pairs: readonly Pair[]): Promise<void> {
  const { tenantId } = ctx;
  await query(
    ctx,
    sql`insert into anomaly_queue (tenant_id, signature_id, severity, seen_at)
        select ${tenantId}::int, r.signature_id, r.severity, s.last_seen_at
          from json_to_recordset(${asJson(pairs.map(pairRow))}::json) as ${PAIR}
          join signature s on s.tenant_id = ${tenantId} and s.signature_id = r.signature_id
         where not exists (select 1 from anomaly_verdict v
                            where v.tenant_id = ${tenantId} and v.signature_id = r.signature_id
                              and v.severity = r.severity and v.wording = r.wording)
        on conflict (tenant_id, signature_id, severity) do update
           set seen_at = excluded.seen_at, claimed_until = null, fault = null`,
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
