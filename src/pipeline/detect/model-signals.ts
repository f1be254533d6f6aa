// MODEL signals: one for each episode that a scorer takes for a trouble, named after its first event.
import { sql } from 'drizzle-orm';
import { severityOfLabel } from '../../anomaly/labels.ts';
import { type EpisodeVerdict, labelInWords, twoDigits, withArticle } from '../../detect/anomaly.ts';
import { matchStored, type Stored } from '../../detect/identity.ts';
import type { Episode } from '../../detect/rows.ts';
import { onHosts, quoted, spaced, utcRange } from '../../detect/text.ts';
import { type Micros, minuteOf } from '../../domain/time.ts';
import type { Announcement } from '../../live/outbox.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import type { EpisodeChange } from './episodes.ts';
import { idRows, loadHostnames, loadSignatures } from './facts.ts';
import { groupBy, type Touched, type Work } from './touched.ts';
import type { Verdicts } from './verdicts.ts';
import { type SignalDraft, writeSignals } from './write-signals.ts';

/** All episodes of one series between two moments, both included. */
interface Span {
  readonly signatureId: string;
  readonly assetId: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly episodes: readonly Episode[];
}

const EARLIEST_US = 0;
const LATEST_US = 253_402_300_799_000_000;

export interface ModelSignalsInput extends Pick<Work, 'touched' | 'restated'> {
  /** The episodes of what was touched. */
  readonly changes: readonly EpisodeChange[];
  readonly verdicts: Verdicts;
}

/** Signatures that were restated may be judged otherwise than before, in all their episodes. */
export async function updateModelSignals(
  ctx: DetectContext,
  { changes, touched, restated, verdicts }: ModelSignalsInput,
): Promise<Announcement[]> {
  const anew = new Set(restated);
  const spans = changes
    .filter(({ signatureId }) => verdicts.has(signatureId) && !anew.has(signatureId))
    .map(spanOf)
    .concat(await loadWhole(ctx, anew));
  if (spans.length === 0) return [];
  const stored = await loadStored(ctx, spans);
  const hostnames = await loadHostnames(
    ctx,
    spans.map((s) => s.assetId),
  );
  const signatures = await loadSignatures(
    ctx,
    spans.map((s) => s.signatureId),
  );
  const drafts: { id: string | null; draft: SignalDraft }[] = [];
  const gone: string[] = [];
  const mayBeginOtherwise = beginningsIn(touched);
  const beginsOtherwise: string[] = [];
  spans.forEach((span, i) => {
    const own = verdicts.get(span.signatureId);
    const found = span.episodes.flatMap((episode) => {
      const verdict = own?.get(episode.worst);
      return verdict === undefined
        ? []
        : [{ ...episode, verdict, firstUs: episode.startUs, lastUs: episode.endUs }];
    });
    const { kept, joined, groundless } = matchStored(found, stored[i]!);
    gone.push(...joined.map(({ from }) => from.id), ...groundless.map(({ id }) => id));
    const { key, pattern } = signatures.get(span.signatureId)!;
    const hostname = hostnames.get(span.assetId) ?? null;
    for (const { finding, stored: keeper } of kept) {
      const draft = draftOf(span, finding, finding.verdict, key, pattern, hostname);
      drafts.push({ id: keeper?.id ?? null, draft });
      if (keeper !== null && (anew.has(span.signatureId) || mayBeginOtherwise(span, finding)))
        beginsOtherwise.push(keeper.id);
    }
  });
  const { changed, announcements } = await writeSignals(ctx, { drafts, gone });
  await linkFirstEvents(ctx, new Set([...changed.map(({ id }) => id), ...beginsOtherwise]));
  return announcements;
}

/** Tells of episodes in whose first minute events came up: one at the very moment it begins may be first by its id. */
function beginningsIn(touched: readonly Touched[]): (span: Span, episode: Episode) => boolean {
  const series = groupBy(touched, (t) => `${t.signatureId}|${t.assetId}`);
  return ({ signatureId, assetId }, { startUs }) => {
    const minute = minuteOf(startUs);
    const own = series.get(`${signatureId}|${assetId}`) ?? [];
    return own.some((t) => t.fromMinute <= minute && minute <= t.toMinute);
  };
}

function spanOf({ signatureId, assetId, episodes, gone }: EpisodeChange): Span {
  const all = [...episodes, ...gone];
  return {
    signatureId,
    assetId,
    episodes,
    fromUs: Math.min(...all.map((e) => e.startUs)),
    toUs: Math.max(...all.map((e) => e.endUs)),
  };
}

function draftOf(
  { signatureId, assetId }: Span,
  episode: Episode,
  verdict: EpisodeVerdict,
  key: string,
  pattern: string,
  hostname: string | null,
): SignalDraft {
  const { label, risk, scorer } = verdict;
  const where = hostname === null ? '' : onHosts([assetId], new Map([[assetId, hostname]]));
  const what = `${quoted(pattern)} looks like ${withArticle(labelInWords(label))}`;
  return {
    identity: `MODEL:${key}:${hostname ?? ''}:${episode.startUs}`,
    kind: 'MODEL',
    label,
    score: risk,
    severity: severityOfLabel(label),
    signatureId,
    assetId,
    entityKind: hostname === null ? null : 'HOST',
    entity: hostname,
    text: `${spaced(what, where)}, ${utcRange(episode.startUs, episode.startUs)} (${scorer}: ${twoDigits(risk)})`,
    observedUs: episode.startUs,
    endedUs: null,
    baseline: null,
    observed: null,
    recurring: false,
  };
}

type WholeRow = {
  signatureId: string;
  assetId: string;
  startUs: string;
  endUs: string;
  worst: Episode['worst'];
};

/** All episodes of the signatures, and all assets on which one has a MODEL signal. */
async function loadWhole(ctx: DetectContext, signatureIds: ReadonlySet<string>): Promise<Span[]> {
  if (signatureIds.size === 0) return [];
  const ids = idRows(signatureIds);
  const rows = await query<WholeRow>(
    ctx,
    sql`select e.signature_id as "signatureId", e.asset_id as "assetId", e.worst,
               (extract(epoch from e.start_at) * 1000000)::bigint as "startUs",
               (extract(epoch from e.end_at) * 1000000)::bigint as "endUs"
          from episode e
         where e.tenant_id = ${ctx.tenantId}
           and e.signature_id in (select r.id from json_to_recordset(${ids}::json) as r(id bigint))
         order by e.signature_id, e.asset_id, e.start_at`,
  );
  return [...groupBy(rows, (row) => `${row.signatureId}|${row.assetId}`).values()].map((own) => ({
    signatureId: own[0]!.signatureId,
    assetId: own[0]!.assetId,
    fromUs: EARLIEST_US,
    toUs: LATEST_US,
    episodes: own.map(({ assetId, startUs, endUs, worst }) => ({
      assetId,
      worst,
      startUs: Number(startUs),
      endUs: Number(endUs),
      events: 0,
      sourced: 0,
    })),
  }));
}

async function loadStored(ctx: DetectContext, spans: readonly Span[]): Promise<Stored[][]> {
  const asked = spans.map((s, i) => ({
    i,
    signature_id: s.signatureId,
    asset_id: s.assetId,
    from_at: moment(s.fromUs),
    to_at: moment(s.toUs),
  }));
  const rows = await query<{ i: number; id: string; atUs: string; createdUs: string; judged: boolean }>(
    ctx,
    sql`select t.i, s.signal_id as id, s.acknowledged as judged,
               (extract(epoch from s.observed_at) * 1000000)::bigint as "atUs",
               (extract(epoch from s.detected_at) * 1000000)::bigint as "createdUs"
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, asset_id bigint, from_at timestamptz, to_at timestamptz)
          join signal s on s.tenant_id = ${ctx.tenantId} and s.signature_id = t.signature_id
                       and s.asset_id = t.asset_id and s.kind = 'MODEL'
                       and s.observed_at between t.from_at and t.to_at
         order by t.i, s.observed_at`,
  );
  const stored: Stored[][] = spans.map(() => []);
  for (const { i, id, atUs, createdUs, judged } of rows)
    stored[i]!.push({
      id,
      judged,
      withdrawn: false,
      firstUs: Number(atUs),
      lastUs: Number(atUs),
      createdUs: Number(createdUs),
    });
  return stored;
}

/** The event that began the episode; of several at that moment the least by id. */
async function linkFirstEvents(ctx: DetectContext, signalIds: ReadonlySet<string>): Promise<void> {
  if (signalIds.size === 0) return;
  const { tenantId } = ctx;
  await query(
    ctx,
    sql`update signal s set event_id = f.event_id, event_ts = f.ts
          from json_to_recordset(${idRows(signalIds)}::json) as r(id bigint)
          join signal own on own.tenant_id = ${tenantId} and own.signal_id = r.id
         cross join lateral (
               select e.event_id, e.ts
                 from (select own.signature_id as id
                       union all
                       select m.signature_id from signature m
                        where m.tenant_id = ${tenantId} and m.merged_into_id = own.signature_id) f
                cross join lateral (
                      select e.event_id, e.ts from event e
                       where e.tenant_id = ${tenantId} and e.signature_id = f.id and e.ts = own.observed_at
                         and coalesce(e.asset_id, 0) = own.asset_id
                       order by e.event_id limit 1) e
                order by e.event_id limit 1) f
         where s.tenant_id = ${tenantId} and s.signal_id = r.id and s.event_id is distinct from f.event_id`,
  );
}
