// The time series behind the detections, per host: read from the same buckets.
import { NotFoundError, ValidationError } from '../domain/errors.ts';
import type { Micros } from '../domain/time.ts';
import { BUCKET_MINUTES } from './bucket.ts';
import type { GraphContext } from './context.ts';
import { keyOf } from './filters.ts';
import {
  activityFrom,
  countsFrom,
  type SeriesPoint,
  type SeriesWindow,
  seriesPoints,
  seriesWindow,
} from './series.ts';

export interface FeatureRequest {
  readonly feature: string;
  readonly entity?: string | null | undefined;
  readonly assetId?: string | null | undefined;
  readonly bucket: keyof typeof BUCKET_MINUTES;
  readonly from: Micros;
  readonly to: Micros;
}

export interface FeatureSeries {
  readonly feature: string;
  readonly entity: string;
  readonly points: readonly SeriesPoint[];
}

export const FEATURES = {
  event_count: 'all events',
  error_count: 'events of a signature in minutes in which one of them was ERROR or worse',
  auth_fail_count: 'events of authentication signatures whose words tell of a failure',
} as const;

type Feature = keyof typeof FEATURES;

export const MAX_SERIES = 20;

/** Words by which an authentication message tells of a failure, as a regular expression of PostgreSQL. */
const AUTHENTICATION_FAILURE =
  '\\m(fail|invalid|denied|refused|reject|incorrect|unauthori[sz]ed|not allowed)';

/** One series for each host asked for, busiest first. Throws ValidationError, or NotFoundError for an unknown host. */
export async function readFeatures(context: GraphContext, request: FeatureRequest): Promise<FeatureSeries[]> {
  const { feature } = request;
  if (!isFeature(feature))
    throw new ValidationError(
      `"${feature.slice(0, 60)}" is no feature; there are ${Object.keys(FEATURES).join(', ')}.`,
      ['input', 'feature'],
    );
  const window = seriesWindow(request.from, request.to, BUCKET_MINUTES[request.bucket]);
  const assets = await assetsOf(context, request, window);
  const [counts, activity] = await Promise.all([
    countsOf(context, feature, assets, window),
    activityOf(context, assets, window),
  ]);
  return assets.map(({ id, hostname }) => ({
    feature,
    entity: hostname,
    points: seriesPoints(counts.get(id) ?? new Map(), [activity.get(id) ?? []], window),
  }));
}

const isFeature = (name: string): name is Feature => Object.hasOwn(FEATURES, name);

interface Host {
  readonly id: string;
  readonly hostname: string;
}

async function assetsOf(
  { services, caller }: GraphContext,
  { entity, assetId }: FeatureRequest,
  window: SeriesWindow,
): Promise<Host[]> {
  const read = services.store.read;
  if (entity == null && assetId == null)
    return read<Host[]>`
      select a.asset_id as id, a.hostname
        from (select asset_id, sum(n) as n from feature_bucket
               where tenant_id = ${caller.tenantId} and signature_id = 0
                 and minute >= ${window.from} and minute < ${window.to}
               group by asset_id) f
        join asset a on a.tenant_id = ${caller.tenantId} and a.asset_id = f.asset_id
       order by f.n desc, a.asset_id limit ${MAX_SERIES}`;
  const key = assetId == null ? null : keyOf('Asset', assetId, ['input', 'assetId']);
  const hosts = await read<Host[]>`
    select asset_id as id, hostname from asset
     where tenant_id = ${caller.tenantId}
       and (${key}::bigint is null or asset_id = ${key}::bigint)
       and (${entity ?? null}::text is null or hostname = ${entity ?? null}::text)`;
  if (hosts.length === 0)
    throw new NotFoundError('There is no such host. `assets` lists those that events came from.', [
      'input',
      key === null ? 'entity' : 'assetId',
    ]);
  return hosts;
}

async function countsOf(
  { services, caller }: GraphContext,
  feature: Feature,
  assets: readonly Host[],
  window: SeriesWindow,
): Promise<Map<string, Map<number, number>>> {
  const read = services.store.read;
  const counted = {
    event_count: read`signature_id = 0`,
    error_count: read`signature_id <> 0 and worst >= 4`,
    auth_fail_count: read`signature_id in (
      select signature_id from signature
       where tenant_id = ${caller.tenantId} and event_family like '%authentication'
         and pattern ~* ${AUTHENTICATION_FAILURE})`,
  }[feature];
  const rows = await read<{ id: string; minute: number; n: number }[]>`
    select asset_id as id, minute, sum(n)::float8 as n from feature_bucket
     where tenant_id = ${caller.tenantId} and asset_id = any(${assets.map((a) => a.id)}::bigint[])
       and minute >= ${countsFrom(window)} and minute < ${window.to} and ${counted}
     group by 1, 2`;
  const counts = new Map<string, Map<number, number>>();
  for (const { id, minute, n } of rows) {
    const ofAsset = counts.get(id) ?? new Map<number, number>();
    counts.set(id, ofAsset.set(minute, n));
  }
  return counts;
}

async function activityOf(
  { services, caller }: GraphContext,
  assets: readonly Host[],
  window: SeriesWindow,
): Promise<Map<string, number[]>> {
  const rows = await services.store.read<{ id: string; minutes: number[] }[]>`
    select asset_id as id, array_agg(minute order by minute) as minutes from feature_bucket
     where tenant_id = ${caller.tenantId} and signature_id = 0
       and asset_id = any(${assets.map((a) => a.id)}::bigint[])
       and minute >= ${activityFrom(window)} and minute < ${window.to}
     group by asset_id`;
  return new Map(rows.map(({ id, minutes }) => [id, minutes]));
}
