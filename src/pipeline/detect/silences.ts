// SILENCE signals, and the RECOVERY that ends each: of assets that were heard of regularly.
import { sql } from 'drizzle-orm';
import { alivenessReachMinutes } from '../../detect/aliveness.ts';
import { matchStored, type Stored } from '../../detect/identity.ts';
import {
  findSilences,
  recoveryText,
  type Silence,
  silenceSubject,
  silenceText,
} from '../../detect/silence.ts';
import { Severity } from '../../domain/severity.ts';
import { type Micros, US_PER_MINUTE } from '../../domain/time.ts';
import type { Announcement } from '../../live/outbox.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { loadHostnames } from './facts.ts';
import { type Heartbeat, noteHeartbeats, storeHeartbeats, type Unsettled } from './heartbeats.ts';
import type { Touched } from './touched.ts';
import { type SignalDraft, writeSignals } from './write-signals.ts';

/** Where the silences of an asset changed; both ends included. */
export interface SilenceChange {
  readonly assetId: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

export interface SilenceOutcome {
  readonly changes: SilenceChange[];
  readonly announcements: Announcement[];
}

/** The minutes of one asset around what is unsettled. */
interface Activity extends Unsettled {
  /** From the habit of the first judged minute to the first active minute after the last. */
  readonly active: readonly number[];
  /** The active minutes in [first, last] are followed by what is judged. */
  readonly first: number;
  readonly last: number;
}

/** `now`: how far the tenant's events have come, in minutes since 1970. */
export async function updateSilences(
  ctx: DetectContext,
  touched: readonly Touched[],
  now: number,
): Promise<SilenceOutcome> {
  const unsettled = await noteHeartbeats(ctx, touched, now);
  if (unsettled.length === 0) return { changes: [], announcements: [] };
  const activities = await loadActivity(ctx, unsettled);
  const stored = await loadSilences(ctx, activities);
  const hostnames = await loadHostnames(
    ctx,
    unsettled.map(({ assetId }) => assetId),
  );
  const drafts: { id: string | null; draft: SignalDraft }[] = [];
  const gone: string[] = [];
  const heartbeats: Heartbeat[] = [];
  activities.forEach((activity, i) => {
    const { silences, dueMinute } = findSilences(
      activity.active,
      activity.first,
      activity.last,
      now,
      ctx.settings,
    );
    const beat = heartbeatAfter(ctx, activity, dueMinute);
    if (beat !== null) heartbeats.push(beat);
    const hostname = hostnames.get(activity.assetId)!;
    const { kept, joined, groundless } = matchStored(silences.map(withEnds), stored[i]!);
    for (const { finding, stored: keeper } of kept)
      drafts.push(...draftsOf(ctx, activity.assetId, hostname, finding, keeper));
    for (const old of [...joined.map(({ from }) => from), ...groundless])
      gone.push(old.id, ...(old.recoveryId === null ? [] : [old.recoveryId]));
    for (const { finding, stored: keeper } of kept)
      if (finding.endMinute === null && keeper?.recoveryId) gone.push(keeper.recoveryId);
  });
  await storeHeartbeats(ctx, heartbeats);
  const { changed, announcements } = await writeSignals(ctx, { drafts, gone });
  const vanished = stored.flat().filter(({ id }) => gone.includes(id));
  return { changes: changesOf(changed, vanished), announcements };
}

/** Later than any event. */
const OPEN_END_US = Number.MAX_SAFE_INTEGER;

const withEnds = (silence: Silence) => ({
  ...silence,
  firstUs: silence.startMinute * US_PER_MINUTE,
  lastUs: silence.endMinute === null ? OPEN_END_US : silence.endMinute * US_PER_MINUTE - 1,
});

/** null: later minutes than these are known of the asset, and what they tell stands. */
function heartbeatAfter(
  ctx: DetectContext,
  { assetId, active, last }: Activity,
  dueMinute: number | null,
): Heartbeat | null {
  const lastMinute = active.at(-1);
  if (lastMinute === undefined || lastMinute > last) return null;
  let i = active.length - 1;
  while (i > 0 && active[i]! - active[i - 1]! < ctx.settings.aliveness.minQuietMinutes) i--;
  return { assetId, steadyMinute: active[i]!, lastMinute, dueMinute };
}

interface StoredSilence extends Stored {
  readonly assetId: string;
  readonly recoveryId: string | null;
}

function draftsOf(
  ctx: DetectContext,
  assetId: string,
  hostname: string,
  silence: Silence,
  stored: StoredSilence | null,
): { id: string | null; draft: SignalDraft }[] {
  const { startMinute, endMinute, habit } = silence;
  const subject = silenceSubject(hostname, silence);
  const common = {
    label: 'heartbeat',
    signatureId: null,
    assetId,
    entityKind: 'HOST' as const,
    entity: hostname,
    baseline: habit.quietMinutes,
    observed: endMinute === null ? null : endMinute - startMinute,
    recurring: false,
  };
  const fell: SignalDraft = {
    ...common,
    identity: `SILENCE:${subject}`,
    kind: 'SILENCE',
    score: ctx.scoring.anomalyWithoutModel,
    severity: Severity.WARNING,
    text: silenceText(hostname, silence),
    observedUs: startMinute * US_PER_MINUTE,
    endedUs: endMinute === null ? null : endMinute * US_PER_MINUTE,
  };
  if (endMinute === null) return [{ id: stored?.id ?? null, draft: fell }];
  const recovered: SignalDraft = {
    ...common,
    identity: `RECOVERY:${subject}`,
    kind: 'RECOVERY',
    score: 0,
    severity: Severity.INFO,
    text: recoveryText(hostname, startMinute, endMinute),
    observedUs: endMinute * US_PER_MINUTE,
    endedUs: null,
  };
  return [
    { id: stored?.id ?? null, draft: fell },
    { id: stored?.recoveryId ?? null, draft: recovered },
  ];
}

async function loadActivity(ctx: DetectContext, unsettled: readonly Unsettled[]): Promise<Activity[]> {
  const reach = alivenessReachMinutes(ctx.settings.aliveness);
  const rows = await query<{ first: number; active: number[] | null }>(
    ctx,
    sql`select p.first, a.active
          from json_to_recordset(${asJson(unsettled.map((u, i) => ({ i, asset_id: u.assetId, from_minute: u.from, to_minute: u.to })))}::json)
               as t(i int, asset_id bigint, from_minute int, to_minute int)
         cross join lateral (
               select coalesce(max(b.minute), t.from_minute) as first from (
                      select f.minute from feature_bucket f
                       where f.tenant_id = ${ctx.tenantId} and f.signature_id = 0 and f.asset_id = t.asset_id
                         and f.minute < t.from_minute
                       order by f.minute desc limit 1) b) p
         cross join lateral (
               select json_agg(m.minute order by m.minute) as active from (
                      select f.minute from feature_bucket f
                       where f.tenant_id = ${ctx.tenantId} and f.signature_id = 0 and f.asset_id = t.asset_id
                         and f.minute between p.first - ${reach}::int and t.to_minute + ${reach}::int
                      union all
                      (select f.minute from feature_bucket f
                        where f.tenant_id = ${ctx.tenantId} and f.signature_id = 0 and f.asset_id = t.asset_id
                          and f.minute > t.to_minute + ${reach}::int
                        order by f.minute limit 1)) m) a
         order by t.i`,
  );
  return rows.map(({ first, active }, i) => ({
    ...unsettled[i]!,
    active: active ?? [],
    first,
    last: unsettled[i]!.to + reach,
  }));
}

/** Those that began where they are judged anew; aligned with `activities`. */
async function loadSilences(ctx: DetectContext, activities: readonly Activity[]): Promise<StoredSilence[][]> {
  const asked = activities.map(({ assetId, first, last }, i) => ({
    i,
    asset_id: assetId,
    from_at: moment((first + 1) * US_PER_MINUTE),
    to_at: moment((last + 1) * US_PER_MINUTE),
  }));
  const rows = await query<{
    i: number;
    id: string;
    assetId: string;
    recoveryId: string | null;
    startUs: string;
    endUs: string | null;
    createdUs: string;
    judged: boolean;
  }>(
    ctx,
    sql`select t.i, s.signal_id as id, s.asset_id as "assetId", r.signal_id as "recoveryId",
               s.acknowledged or coalesce(r.acknowledged, false) as judged,
               (extract(epoch from s.observed_at) * 1000000)::bigint as "startUs",
               (extract(epoch from s.ended_at) * 1000000)::bigint as "endUs",
               (extract(epoch from s.detected_at) * 1000000)::bigint as "createdUs"
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, asset_id bigint, from_at timestamptz, to_at timestamptz)
          join signal s on s.tenant_id = ${ctx.tenantId} and s.asset_id = t.asset_id and s.kind = 'SILENCE'
                       and s.observed_at between t.from_at and t.to_at
          left join signal r on r.tenant_id = s.tenant_id
                            and r.identity = 'RECOVERY' || substr(s.identity, length('SILENCE') + 1)
         order by t.i, s.observed_at`,
  );
  const silences: StoredSilence[][] = activities.map(() => []);
  for (const row of rows)
    silences[row.i]!.push({
      ...row,
      createdUs: Number(row.createdUs),
      firstUs: Number(row.startUs),
      lastUs: row.endUs === null ? OPEN_END_US : Number(row.endUs) - 1,
      withdrawn: false,
    });
  return silences;
}

function changesOf(
  changed: readonly { readonly draft: SignalDraft }[],
  vanished: readonly StoredSilence[],
): SilenceChange[] {
  return [
    ...changed.map(({ draft }) => ({
      assetId: draft.assetId!,
      fromUs: draft.observedUs,
      toUs: draft.endedUs ?? draft.observedUs,
    })),
    ...vanished.map(({ assetId, firstUs, lastUs }) => ({
      assetId,
      fromUs: firstUs,
      toUs: lastUs === OPEN_END_US ? firstUs : lastUs,
    })),
  ];
}
