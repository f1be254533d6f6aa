// RULE_MATCH signals: where the events that fulfil a rule are enough of them.
import { sql } from 'drizzle-orm';
import { matchStored, type Stored } from '../../detect/identity.ts';
import {
  dayOf,
  findRuleRuns,
  type MatchBucket,
  type RuleRun,
  ruleReachUs,
  ruleText,
} from '../../detect/rules/rule-runs.ts';
import type { Rule } from '../../domain/rule.ts';
import type { Severity } from '../../domain/severity.ts';
import { type Micros, minuteOf, US_PER_DAY, US_PER_MINUTE } from '../../domain/time.ts';
import type { EntityKind } from '../../domain/words.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { idRows } from './facts.ts';
import { groupBy, type TouchedRule } from './touched.ts';
import { type SignalDraft, type SignalsWritten, writeSignals } from './write-signals.ts';

type RuleRow = Pick<Rule, 'ruleId' | 'name' | 'severity' | 'count' | 'windowMinutes'>;

/** Whole days of one rule and one subject. */
interface Span {
  readonly rule: RuleRow;
  readonly kind: EntityKind;
  readonly entity: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

export async function updateRuleMatches(
  ctx: DetectContext,
  matched: readonly TouchedRule[],
): Promise<SignalsWritten> {
  const spans = await spansOf(ctx, matched);
  if (spans.length === 0) return { changed: [], announcements: [] };
  const buckets = await loadBuckets(ctx, spans);
  const stored = await loadStored(ctx, spans);
  const kept: Found[] = [];
  const gone: string[] = [];
  spans.forEach((span, i) => {
    const runs = findRuleRuns(buckets[i]!, span.rule, span.fromUs, span.toUs);
    const found = runs.map((run) => ({ ...run, firstUs: run.startUs, lastUs: run.endUs }));
    const matches = matchStored(found, stored[i]!);
    for (const { finding, stored: keeper } of matches.kept)
      kept.push({ span, run: finding, id: keeper?.id ?? null });
    gone.push(...[...matches.joined.map(({ from }) => from), ...matches.groundless].map(({ id }) => id));
  });
  const origins = await loadOrigins(ctx, kept);
  const drafts = kept.map((found, i) => ({ id: found.id, draft: draftOf(ctx, found, origins[i]!) }));
  return writeSignals(ctx, { drafts, gone });
}

interface Found {
  readonly span: Span;
  readonly run: RuleRun;
  readonly id: string | null;
}

/** Where the first match came from, and the asset that all came from. */
interface Origin {
  readonly signatureId: string | null;
  readonly assetId: string | null;
}

const WHERE: Readonly<Record<EntityKind, string>> = { HOST: 'on', USER: 'for user', SRC_IP: 'from' };

function draftOf(ctx: DetectContext, { span, run }: Found, origin: Origin): SignalDraft {
  const { rule, kind, entity } = span;
  const severity = rule.severity ?? run.worst;
  return {
    identity: `RULE_MATCH:${rule.name}|${kind}|${entity}|${minuteOf(run.startUs)}`,
    kind: 'RULE_MATCH',
    label: rule.name,
    score: ctx.scoring.impactBySeverity[severity]!,
    severity,
    signatureId: origin.signatureId,
    assetId: origin.assetId,
    entityKind: entity === '' ? null : kind,
    entity: entity === '' ? null : entity,
    text: ruleText(rule, run, entity === '' ? '' : `${WHERE[kind]} ${entity}`),
    observedUs: run.startUs,
    endedUs: run.endUs,
    baseline: rule.count,
    observed: run.n,
    recurring: false,
  };
}

async function spansOf(ctx: DetectContext, matched: readonly TouchedRule[]): Promise<Span[]> {
  if (matched.length === 0) return [];
  const rows = await query<RuleRow>(
    ctx,
    sql`select rule_id as "ruleId", name, severity, count, window_minutes as "windowMinutes" from rule
         where tenant_id = ${ctx.tenantId}
           and rule_id in (select r.id from json_to_recordset(${idRows(matched.map((m) => m.ruleId))}::json) as r(id bigint))`,
  );
  const ruleOf = new Map(rows.map((row) => [row.ruleId, row]));
  const subjects = groupBy(matched, (m) => `${m.ruleId}|${m.kind}|${m.entity}`);
  return [...subjects.values()].flatMap((touched) => {
    const { ruleId, kind, entity } = touched[0]!;
    const rule = ruleOf.get(ruleId);
    if (rule === undefined) return [];
    const reach = ruleReachUs(rule);
    const from = Math.min(...touched.map((t) => t.fromMinute)) * US_PER_MINUTE - reach;
    const to = (Math.max(...touched.map((t) => t.toMinute)) + 1) * US_PER_MINUTE + reach;
    return [{ rule, kind, entity, fromUs: dayOf(from) * US_PER_DAY, toUs: (dayOf(to) + 1) * US_PER_DAY }];
  });
}

/** Per minute, ascending; as far around each span as windows reach. */
async function loadBuckets(ctx: DetectContext, spans: readonly Span[]): Promise<MatchBucket[][]> {
  const asked = spans.map(({ rule, kind, entity, fromUs, toUs }, i) => ({
    i,
    rule_id: rule.ruleId,
    kind,
    entity,
    from_minute: minuteOf(fromUs - ruleReachUs(rule)),
    to_minute: minuteOf(toUs + ruleReachUs(rule)),
  }));
  const rows = await query<{ buckets: [number, Severity, number, number][] | null }>(
    ctx,
    sql`select b.buckets
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, rule_id bigint, kind text, entity text, from_minute int, to_minute int)
         cross join lateral (
               select json_agg(json_build_array(m.n, m.worst, m.first_us, m.last_us) order by m.minute) as buckets
                 from (select minute, sum(n) as n, max(worst) as worst, min(first_us) as first_us, max(last_us) as last_us
                         from rule_bucket
                        where tenant_id = ${ctx.tenantId} and rule_id = t.rule_id and entity_kind = t.kind
                          and entity = t.entity and minute >= t.from_minute and minute <= t.to_minute
                        group by minute) m) b
         order by t.i`,
  );
  return rows.map(({ buckets }) =>
    (buckets ?? []).map(([n, worst, firstUs, lastUs]) => ({ n, worst, firstUs, lastUs })),
  );
}

async function loadStored(ctx: DetectContext, spans: readonly Span[]): Promise<Stored[][]> {
  const asked = spans.map(({ rule, kind, entity, fromUs, toUs }, i) => ({
    i,
    label: rule.name,
    kind,
    entity,
    from_at: moment(fromUs),
    to_at: moment(toUs),
  }));
  const rows = await query<{
    i: number;
    id: string;
    startUs: string;
    endUs: string;
    createdUs: string;
    judged: boolean;
  }>(
    ctx,
    sql`with t as (
          select * from json_to_recordset(${asJson(asked)}::json)
              as t(i int, label text, kind text, entity text, from_at timestamptz, to_at timestamptz)),
        found as (
          select t.i, s.* from t
            join signal s on s.tenant_id = ${ctx.tenantId} and s.entity_kind = t.kind and s.entity = t.entity
                         and s.observed_at >= t.from_at and s.observed_at < t.to_at
                         and s.kind = 'RULE_MATCH' and s.label = t.label
           where t.entity <> ''
          union all
          select t.i, s.* from t
            join signal s on s.tenant_id = ${ctx.tenantId} and s.entity is null
                         and s.observed_at >= t.from_at and s.observed_at < t.to_at
                         and s.kind = 'RULE_MATCH' and s.label = t.label
           where t.entity = '')
        select i, signal_id as id, acknowledged as judged,
               (extract(epoch from observed_at) * 1000000)::bigint as "startUs",
               (extract(epoch from ended_at) * 1000000)::bigint as "endUs",
               (extract(epoch from detected_at) * 1000000)::bigint as "createdUs"
          from found order by i, observed_at`,
  );
  const stored: Stored[][] = spans.map(() => []);
  for (const { i, id, judged, startUs, endUs, createdUs } of rows)
    stored[i]!.push({
      id,
      judged,
      withdrawn: false,
      firstUs: Number(startUs),
      lastUs: Number(endUs),
      createdUs: Number(createdUs),
    });
  return stored;
}

async function loadOrigins(ctx: DetectContext, found: readonly Found[]): Promise<Origin[]> {
  if (found.length === 0) return [];
  const asked = found.map(({ span, run }, i) => ({
    i,
    rule_id: span.rule.ruleId,
    kind: span.kind,
    entity: span.entity,
    from_minute: minuteOf(run.startUs),
    to_minute: minuteOf(run.endUs),
  }));
  return query<Origin>(
    ctx,
    sql`select f.signature_id as "signatureId", a.asset_id as "assetId"
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, rule_id bigint, kind text, entity text, from_minute int, to_minute int)
          left join lateral (
               select b.signature_id from rule_bucket b
                 join signature s on s.tenant_id = b.tenant_id and s.signature_id = b.signature_id
                where b.tenant_id = ${ctx.tenantId} and b.rule_id = t.rule_id and b.entity_kind = t.kind
                  and b.entity = t.entity and b.minute = t.from_minute
                order by b.first_us, s.key limit 1) f on true
          left join lateral (
               select min(b.asset_id) as asset_id from rule_bucket b
                where b.tenant_id = ${ctx.tenantId} and b.rule_id = t.rule_id and b.entity_kind = t.kind
                  and b.entity = t.entity and b.minute between t.from_minute and t.to_minute
               having count(distinct b.asset_id) = 1 and min(b.asset_id) <> 0) a on true
         order by t.i`,
  );
}
