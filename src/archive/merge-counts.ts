// How often and when: counted minutes, the signatures' totals and the episodes. Two memories that counted the same
// minute of the same series counted the same events, so the greater count stands.
import { DETECT_SETTINGS } from '../detect/settings.ts';
import { updateEpisodes } from '../pipeline/detect/episodes.ts';
import { updateSlots } from '../pipeline/detect/slots.ts';
import { mergeTouched, type Touched } from '../pipeline/detect/touched.ts';
import { SCORE_SETTINGS } from '../score/settings.ts';
import { sumMinutesAnew } from '../store/signature-minutes.ts';
import {
  addedRows,
  type MergeContext,
  type Merged,
  named,
  ROOT_OF_KEY,
  run,
  staged,
  tally,
} from './merge.ts';

/** Returns the series that grew. */
export async function mergeCounts(ctx: MergeContext): Promise<{ merged: Merged; touched: Touched[] }> {
  await ctx.client.query(`create temporary table staged_bucket (signature_id bigint, asset_id bigint, minute int, n int,
    sourced int, worst smallint, first_us bigint, last_us bigint) on commit drop`);
  await run(
    ctx,
    `insert into staged_bucket
     select coalesce(k.root_id, 0), coalesce(a.asset_id, 0), (m.v ->> 0)::int, sum((m.v ->> 1)::int),
            sum((m.v ->> 2)::int), max((m.v ->> 3)::smallint), min((m.v ->> 4)::bigint), max((m.v ->> 5)::bigint)
       from ${staged('counts', 'signature text, host text, minutes jsonb')} r
       left join ${ROOT_OF_KEY} k on k.key = r.signature
       left join asset a on a.tenant_id = $1 and a.hostname = r.host
      cross join lateral jsonb_array_elements(r.minutes) as m(v)
      group by 1, 2, 3`,
  );
  const touched = await run<Touched & { added: number; changed: number }>(
    ctx,
    `with written as (
       insert into feature_bucket as f (tenant_id, signature_id, asset_id, minute, n, sourced, worst, first_us, last_us)
       select $1, b.* from staged_bucket b order by signature_id, asset_id, minute
       on conflict (tenant_id, signature_id, asset_id, minute) do update set
         n = greatest(f.n, excluded.n), sourced = greatest(f.sourced, excluded.sourced),
         worst = greatest(f.worst, excluded.worst), first_us = least(f.first_us, excluded.first_us),
         last_us = greatest(f.last_us, excluded.last_us)
        where excluded.n > f.n or excluded.first_us < f.first_us or excluded.last_us > f.last_us
       returning f.signature_id, f.asset_id, f.minute, xmax = 0 as added)
     select signature_id as "signatureId", asset_id as "assetId", min(minute) as "fromMinute",
            max(minute) as "toMinute", count(*) filter (where added)::int as added,
            count(*) filter (where not added)::int as changed
       from written group by signature_id, asset_id order by 1, 2`,
  );
  const merged = touched.reduce(
    (sum, t) => ({ added: sum.added + t.added, changed: sum.changed + t.changed }),
    {
      added: 0,
      changed: 0,
    },
  );
  const series = mergeTouched(touched);
  await sumMinutesAnew(ctx.client, ctx.tenantId, series);
  return { merged, touched: series };
}

/** Totals, times and wording of the signatures that the archive counted, each for its root. */
export const mergeTotals = (ctx: MergeContext) =>
  run(
    ctx,
    `with read as (
       select k.root_id, r.* from ${staged('signature', 'key text, occurrences bigint, "worstSeverity" smallint, severities smallint, "firstSeenAt" timestamptz, "lastSeenAt" timestamptz, example text, pattern text, score int')} r
         join ${ROOT_OF_KEY} k on k.key = r.key
        where r.occurrences > 0
     ), sums as (
       select root_id, sum(occurrences) as n, max("worstSeverity") as worst, bit_or(severities) as severities, min("firstSeenAt") as first_at,
              max("lastSeenAt") as last_at, max(score) as score,
              (array_agg(example order by "firstSeenAt", example collate "C"))[1] as example,
              (array_agg(pattern order by "firstSeenAt", example collate "C"))[1] as pattern
         from read group by root_id
     ), told as (
       select d.*, s.occurrence_count = 0 as is_new,
              s.occurrence_count = 0 or (d.first_at, d.example collate "C") < (s.first_seen_at, s.example_message collate "C") as is_earlier,
              coalesce((select sum(b.n) from feature_bucket b where b.tenant_id = $1 and b.signature_id = d.root_id), 0) as counted
         from sums d join signature s on s.tenant_id = $1 and s.signature_id = d.root_id
     )
     update signature s set
       occurrence_count = greatest(s.occurrence_count, t.n, t.counted),
       worst_severity = case when t.is_new then t.worst else greatest(s.worst_severity, t.worst) end,
       severities = s.severities | t.severities,
       first_seen_at = case when t.is_new then t.first_at else least(s.first_seen_at, t.first_at) end,
       last_seen_at = case when t.is_new then t.last_at else greatest(s.last_seen_at, t.last_at) end,
       example_message = case when t.is_earlier then t.example else s.example_message end,
       pattern = case when t.is_earlier then t.pattern else s.pattern end,
       score = case when t.is_new then t.score else s.score end
      from told t where s.tenant_id = $1 and s.signature_id = t.root_id`,
  );

/** Detection's clock is never set back. */
export const mergeClock = (ctx: MergeContext) =>
  run(
    ctx,
    `insert into event_clock as c (tenant_id, first_minute, now_minute)
     select $1::int, min("firstMinute"), max("nowMinute")
       from ${staged('clock', '"firstMinute" int, "nowMinute" int')} r having count(*) > 0
     on conflict (tenant_id) do update set
       first_minute = least(c.first_minute, excluded.first_minute),
       now_minute = greatest(c.now_minute, excluded.now_minute)`,
  );

/** What follows from the counts: episodes, and on how many assets is usual. */
export async function mergeEpisodes(ctx: MergeContext, touched: readonly Touched[]): Promise<void> {
  const { tx, tenantId, clock } = ctx;
  const under = { tx, tenantId, clock, settings: DETECT_SETTINGS, scoring: SCORE_SETTINGS };
  await updateEpisodes(under, touched);
  const [reach] = await run<{ firstMinute: number; nowMinute: number }>(
    ctx,
    'select first_minute as "firstMinute", now_minute as "nowMinute" from event_clock where tenant_id = $1',
  );
  if (reach !== undefined) await updateSlots(under, touched, { ...reach, firstBefore: null });
}

/** Hosts, users and addresses: as with all counts, the greater one stands. */
export const mergeEntityCounts = async (ctx: MergeContext): Promise<Merged> =>
  tally(
    await run(
      ctx,
      `insert into entity_bucket as e (tenant_id, entity_kind, entity, minute, n, errors, auth_failures)
       select $1, r."entityKind", r.entity, (m.v ->> 0)::int, max((m.v ->> 1)::int), max((m.v ->> 2)::int), max((m.v ->> 3)::int)
         from ${staged('entityCounts', '"entityKind" text, entity text, minutes jsonb')} r
        cross join lateral jsonb_array_elements(r.minutes) as m(v)
        group by 2, 3, 4 order by 2, 3, 4
       on conflict (tenant_id, entity_kind, entity, minute) do update set
         n = greatest(e.n, excluded.n), errors = greatest(e.errors, excluded.errors),
         auth_failures = greatest(e.auth_failures, excluded.auth_failures)
        where excluded.n > e.n or excluded.errors > e.errors or excluded.auth_failures > e.auth_failures
       returning xmax = 0 as added`,
    ),
  );

/** An asset that this memory has heard of itself is looked after here. */
export const mergeHeartbeats = async (ctx: MergeContext): Promise<Merged> =>
  addedRows(
    await run(
      ctx,
      `insert into heartbeat (tenant_id, asset_id, steady_minute, last_minute, due_minute)
       select $1, a.id, r."steadyMinute", r."lastMinute", r."dueMinute"
         from ${staged('heartbeat', 'host text, "steadyMinute" int, "lastMinute" int, "dueMinute" int')} r
         join ${named('asset_id')} a on a.name = r.host
       on conflict do nothing returning 1`,
    ),
  );

const SIGNAL_COLUMNS = `identity text, "signalKind" text, label text, score float8, severity smallint, signature text,
  host text, "entityKind" text, entity text, text text, "observedAt" timestamptz, "endedAt" timestamptz, "detectedAt" timestamptz,
  baseline float8, observed float8, recurring boolean, "acknowledgedAt" timestamptz, "acknowledgedBy" text, notes text`;

/** Acknowledged signals tell how an episode ended; those of changes stand beside them. An acknowledgement that is there
 * already stands. */
export const mergeSignals = (ctx: MergeContext) =>
  run<{ added: boolean }>(
    ctx,
    `insert into signal as s (tenant_id, identity, kind, label, score, severity, signature_id, asset_id, entity_kind, entity, text,
                              observed_at, ended_at, detected_at, baseline, observed, recurring, acknowledged,
                              acknowledged_at, acknowledged_by, notes)
     select distinct on (r.identity) $1::int, coalesce('change:' || h.change_id, r.identity), r."signalKind", r.label, r.score, r.severity, k.root_id,
            a.asset_id, r."entityKind", r.entity, r.text, r."observedAt", r."endedAt", r."detectedAt", r.baseline, r.observed,
            r.recurring, r."acknowledgedAt" is not null, r."acknowledgedAt", r."acknowledgedBy", r.notes
       from ${staged('signal', SIGNAL_COLUMNS)} r
       left join ${ROOT_OF_KEY} k on k.key = r.signature
       left join asset a on a.tenant_id = $1 and a.hostname = r.host
       left join change h on h.tenant_id = $1 and r."signalKind" = 'CHANGE' and r.identity = 'change:' || h.portable_id
      order by r.identity
     on conflict (tenant_id, identity) do update set
       acknowledged = true, acknowledged_at = excluded.acknowledged_at,
       acknowledged_by = excluded.acknowledged_by, notes = excluded.notes
      where not s.acknowledged and excluded.acknowledged
     returning xmax = 0 as added`,
  );
