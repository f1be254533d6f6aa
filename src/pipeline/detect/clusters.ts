// PRECURSOR_CLUSTER groups: what stirred on an asset before each of its failures. Called after the candidates are
// written, for what is learned from them counts.
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'drizzle-orm';
import { matchStored, type Stored } from '../../detect/identity.ts';
import { type Cluster, clusterBefore, type Stirring } from '../../detect/precursor-cluster.ts';
import { Severity } from '../../domain/severity.ts';
import type { Micros } from '../../domain/time.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import type { EpisodeChange } from './episodes.ts';
import { loadHostnames, loadSignatures } from './facts.ts';
import type { PrecursorScope } from './scopes.ts';
import { groupBy } from './touched.ts';
import { type GroupDraft, writeGroups } from './write-groups.ts';

/** The beginning of a failure on one asset. */
interface Onset {
  readonly signatureId: string;
  readonly assetId: string;
  readonly startUs: Micros;
}

export async function updateClusters(
  ctx: DetectContext,
  changes: readonly EpisodeChange[],
  touchedPairs: readonly PrecursorScope[],
): Promise<void> {
  const pairs = await widened(ctx, touchedPairs);
  const onsets = await findOnsets(ctx, changes, pairs);
  const gone = changes.flatMap(({ signatureId, assetId, gone: ended }) =>
    ended.map(({ startUs }) => ({ signatureId, assetId, startUs })),
  );
  if (onsets.length === 0 && gone.length === 0) return;
  const stored = await loadStored(ctx, [...onsets, ...gone]);
  if (onsets.length === 0 && stored.size === 0) return;
  const around = await loadStirring(ctx, onsets);
  await store(ctx, onsets, around, stored);
}

type PairRange = Pick<PrecursorScope, 'failure' | 'fromUs' | 'toUs'>;

/**
 * What a pair has taught holds, or held, for the whole of its candidates: one that appears, grows, shrinks or goes
 * changes the clusters of failures far from what was touched.
 */
async function widened(ctx: DetectContext, pairs: readonly PrecursorScope[]): Promise<PairRange[]> {
  if (pairs.length === 0) return [];
  const asked = pairs.map((p, i) => ({ i, subject: p.subject, failure_id: p.failure.signatureId }));
  const rows = await query<{ i: number; fromUs: string; toUs: string }>(
    ctx,
    sql`select x.i, (extract(epoch from min(x.from_at)) * 1000000)::bigint as "fromUs",
               (extract(epoch from max(x.to_at)) * 1000000)::bigint as "toUs"
          from (
            select t.i, c.first_seen_at as from_at, c.last_seen_at as to_at
              from json_to_recordset(${asJson(asked)}::json) as t(i int, subject text, failure_id bigint)
              join candidate c on c.tenant_id = ${ctx.tenantId} and c.type = 'PRECURSOR' and c.subject = t.subject
            union all
            select t.i, g.end_at, g.end_at
              from json_to_recordset(${asJson(asked)}::json) as t(i int, subject text, failure_id bigint)
              join group_signature gs on gs.tenant_id = ${ctx.tenantId} and gs.signature_id = t.failure_id
              join correlation_group g on g.tenant_id = gs.tenant_id and g.group_id = gs.group_id
                                      and g.group_type = 'PRECURSOR_CLUSTER' and (g.metadata ->> 'learned')::int > 0
          ) x group by x.i`,
  );
  const known = new Map(rows.map((row) => [row.i, row]));
  return pairs.map(({ failure, fromUs, toUs }, i) => ({
    failure,
    fromUs: Math.min(fromUs, Number(known.get(i)?.fromUs ?? fromUs)),
    toUs: Math.max(toUs, Number(known.get(i)?.toUs ?? toUs)),
  }));
}

/** Failures that changed, that something which changed may have led, or about which a pair is judged anew. */
async function findOnsets(
  ctx: DetectContext,
  changes: readonly EpisodeChange[],
  pairs: readonly PairRange[],
): Promise<Onset[]> {
  const { minSeverity, maxLeadUs } = ctx.settings.precursor;
  const changed = changes.flatMap(({ signatureId, assetId, written, gone }) =>
    [...written, ...gone].map(({ startUs }) => ({ signatureId, assetId, startUs })),
  );
  const starts = [...changed.map((c) => c.startUs), ...pairs.map((p) => p.fromUs)];
  if (starts.length === 0) return [];
  const ends = [...changed.map((c) => c.startUs + maxLeadUs), ...pairs.map((p) => p.toUs)];
  const rows = await query<{ signatureId: string; assetId: string; startUs: string }>(
    ctx,
    sql`select e.signature_id as "signatureId", e.asset_id as "assetId",
               (extract(epoch from e.start_at) * 1000000)::bigint as "startUs"
          from episode e
         where e.tenant_id = ${ctx.tenantId} and e.worst >= 5 and e.worst >= ${minSeverity}::int
           and e.start_at between ${moment(Math.min(...starts))}::timestamptz and ${moment(Math.max(...ends))}::timestamptz
        union
        select e.signature_id, e.asset_id, (extract(epoch from e.start_at) * 1000000)::bigint
          from (select distinct signature_id from incident_signature where tenant_id = ${ctx.tenantId}) p
          join episode e on e.tenant_id = ${ctx.tenantId} and e.signature_id = p.signature_id
         where e.start_at between ${moment(Math.min(...starts))}::timestamptz and ${moment(Math.max(...ends))}::timestamptz`,
  );
  const onAsset = groupBy(changed, (c) => c.assetId);
  const ofPair = groupBy(pairs, (p) => p.failure.signatureId);
  return rows
    .map((row) => ({ ...row, startUs: Number(row.startUs) }))
    .filter(
      (onset) =>
        onAsset.get(onset.assetId)?.some((c) => touches(c, onset, maxLeadUs)) ||
        ofPair.get(onset.signatureId)?.some((p) => p.fromUs <= onset.startUs && onset.startUs <= p.toUs),
    );
}

const touches = (changed: Onset, onset: Onset, maxLeadUs: Micros): boolean =>
  changed.signatureId === onset.signatureId
    ? changed.startUs === onset.startUs
    : changed.startUs < onset.startUs && onset.startUs - changed.startUs <= maxLeadUs;

const keyOf = ({ signatureId, assetId }: Onset): string => `${signatureId}|${assetId}`;

interface StoredCluster extends Stored {
  readonly severity: Severity;
  readonly events: number;
  readonly metadata: unknown;
}

/** The clusters of the given failures as stored, by (failure's signature, asset). */
async function loadStored(
  ctx: DetectContext,
  onsets: readonly Onset[],
): Promise<Map<string, StoredCluster[]>> {
  const distinct = new Map(onsets.map((o) => [`${keyOf(o)}|${o.startUs}`, o]));
  const asked = [...distinct.values()].map((o) => ({
    signature_id: o.signatureId,
    asset_id: o.assetId,
    at: moment(o.startUs),
  }));
  const rows = await query<{
    id: string;
    signatureId: string;
    assetId: string;
    startUs: string;
    endUs: string;
    createdUs: string;
    severity: Severity;
    events: number;
    metadata: unknown;
  }>(
    ctx,
    sql`select g.group_id as id, t.signature_id as "signatureId", t.asset_id as "assetId",
               (extract(epoch from g.start_at) * 1000000)::bigint as "startUs",
               (extract(epoch from g.end_at) * 1000000)::bigint as "endUs",
               (extract(epoch from g.created_at) * 1000000)::bigint as "createdUs",
               g.severity, g.event_count as events, g.metadata
          from json_to_recordset(${asJson(asked)}::json) as t(signature_id bigint, asset_id bigint, at timestamptz)
          join group_signature gs on gs.tenant_id = ${ctx.tenantId} and gs.signature_id = t.signature_id
          join correlation_group g on g.tenant_id = gs.tenant_id and g.group_id = gs.group_id
                                  and g.group_type = 'PRECURSOR_CLUSTER' and g.end_at = t.at
          join signature f on f.tenant_id = ${ctx.tenantId} and f.signature_id = t.signature_id
                          and f.key = g.metadata ->> 'failure'
         where t.asset_id = 0 or exists (
               select 1 from group_asset ga
                where ga.tenant_id = ${ctx.tenantId} and ga.group_id = g.group_id and ga.asset_id = t.asset_id)`,
  );
  return groupBy(
    rows.map(({ startUs, endUs, createdUs, ...row }) => ({
      ...row,
      startUs: Number(endUs),
      firstUs: Number(startUs),
      lastUs: Number(endUs),
      createdUs: Number(createdUs),
      judged: false,
      withdrawn: false,
    })),
    keyOf,
  );
}

interface StirringRow extends Omit<Stirring, 'startUs' | 'endUs' | 'events' | 'sourced'> {
  i: number;
  startUs: string;
}

/** The episodes of other signatures that began on the asset within a lead before each onset; aligned with `onsets`. */
async function loadStirring(ctx: DetectContext, onsets: readonly Onset[]): Promise<Stirring[][]> {
  const asked = onsets.map((o, i) => ({
    i,
    signature_id: o.signatureId,
    asset_id: o.assetId,
    from_at: moment(Math.max(0, o.startUs - ctx.settings.precursor.maxLeadUs)),
    at: moment(o.startUs),
  }));
  const rows = await query<StirringRow>(
    ctx,
    sql`select t.i, e.signature_id as "signatureId", e.asset_id as "assetId", e.worst,
               (extract(epoch from e.start_at) * 1000000)::bigint as "startUs",
               exists (
                 select 1 from candidate c
                   join signature f on f.tenant_id = c.tenant_id and f.signature_id = t.signature_id
                  where c.tenant_id = ${ctx.tenantId} and c.type = 'PRECURSOR' and not c.withdrawn
                    and c.redirected_to_id is null and c.subject = 'sig:' || f.key || '@' || s.key
                    and t.at between c.first_seen_at and c.last_seen_at) as "isLearned"
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, asset_id bigint, from_at timestamptz, at timestamptz)
          join episode e on e.tenant_id = ${ctx.tenantId} and e.asset_id = t.asset_id
                        and e.start_at >= t.from_at and e.start_at < t.at and e.signature_id <> t.signature_id
          join signature s on s.tenant_id = e.tenant_id and s.signature_id = e.signature_id
         order by t.i, e.start_at, s.key`,
  );
  const around: Stirring[][] = onsets.map(() => []);
  for (const { i, startUs, ...row } of rows)
    around[i]!.push({ ...row, startUs: Number(startUs), endUs: Number(startUs), events: 1, sourced: 1 });
  return around;
}

async function store(
  ctx: DetectContext,
  onsets: readonly Onset[],
  around: readonly (readonly Stirring[])[],
  stored: ReadonlyMap<string, readonly StoredCluster[]>,
): Promise<void> {
  const clusters = onsets.flatMap((onset, i) => {
    const cluster = clusterBefore(onset.startUs, around[i]!, Severity.ERROR, ctx.settings.precursor);
    return cluster === null ? [] : [{ onset, cluster, firstUs: cluster.startUs, lastUs: cluster.endUs }];
  });
  const hostnames = await loadHostnames(
    ctx,
    onsets.map((o) => o.assetId),
  );
  const signatures = await loadSignatures(ctx, [
    ...onsets.map((o) => o.signatureId),
    ...clusters.flatMap((c) => c.cluster.signatureIds),
  ]);
  const found = groupBy(clusters, (c) => keyOf(c.onset));
  const drafts: { id: string | null; draft: GroupDraft }[] = [];
  const gone: string[] = [];
  for (const key of new Set([...found.keys(), ...stored.keys()])) {
    const own = [...(found.get(key) ?? [])].sort((a, b) => a.lastUs - b.lastUs);
    const before = [...(stored.get(key) ?? [])];
    for (const { onset, cluster } of own) {
      const keys = cluster.signatureIds.map((id) => signatures.get(id)!.key).sort();
      const failure = signatures.get(onset.signatureId)!.key;
      const draft = draftOf(onset, cluster, failure, keys, hostnames.get(onset.assetId) ?? null);
      const keeper = matchStored([{ firstUs: cluster.endUs, lastUs: cluster.endUs }], before).kept[0]!.stored;
      if (keeper !== null) before.splice(before.indexOf(keeper), 1);
      if (keeper === null || !isSame(keeper, draft)) drafts.push({ id: keeper?.id ?? null, draft });
    }
    gone.push(...before.map(({ id }) => id));
  }
  await writeGroups(ctx, { drafts, gone });
}

const isSame = (stored: StoredCluster, draft: GroupDraft): boolean =>
  stored.firstUs === draft.startUs &&
  stored.lastUs === draft.endUs &&
  stored.severity === draft.severity &&
  stored.events === draft.events &&
  isDeepStrictEqual(stored.metadata, draft.metadata);

function draftOf(
  { signatureId, assetId, startUs }: Onset,
  cluster: Cluster,
  failure: string,
  signs: readonly string[],
  hostname: string | null,
): GroupDraft {
  return {
    identity: `PRECURSOR_CLUSTER:${failure}:${hostname ?? ''}:${startUs}`,
    groupType: 'PRECURSOR_CLUSTER',
    startUs: cluster.startUs,
    endUs: cluster.endUs,
    entity: hostname,
    severity: cluster.worst,
    events: cluster.events,
    metadata: { failure, signatures: signs, learned: cluster.learned },
    assetIds: hostname === null ? [] : [assetId],
    signatureIds: [...cluster.signatureIds, signatureId],
  };
}
