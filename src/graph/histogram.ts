// Signature.histogram: all signatures of a list, over one window, in two statements.
import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { type Micros, parseMicros, US_PER_MINUTE } from '../domain/time.ts';
import { BUCKET_MINUTES } from './bucket.ts';
import type { GraphContext } from './context.ts';
import { perExecution } from './per-execution.ts';
import {
  activityFrom,
  countsFrom,
  DEFAULT_POINTS,
  type SeriesPoint,
  type SeriesWindow,
  seriesPoints,
  seriesWindow,
} from './series.ts';

interface HistogramArguments {
  readonly bucket: keyof typeof BUCKET_MINUTES;
  readonly from?: Micros | null | undefined;
  readonly to?: Micros | null | undefined;
}

const loaders = perExecution(() => new Map<string, DataLoader<string, SeriesPoint[]>>());

/** Throws ValidationError for an impossible window. */
export function loadHistogram(
  context: GraphContext,
  signatureId: string,
  lastSeenAt: string,
  args: HistogramArguments,
  info: GraphQLResolveInfo,
): Promise<SeriesPoint[]> {
  const minutes = BUCKET_MINUTES[args.bucket];
  const to = args.to ?? (parseMicros(lastSeenAt) as Micros) + 1;
  const from = args.from ?? to - DEFAULT_POINTS * minutes * US_PER_MINUTE;
  const window = seriesWindow(from, to, minutes);
  const key = `${window.from}:${window.to}:${minutes}`;
  const known = loaders(info, context);
  let loader = known.get(key);
  if (!loader) {
    loader = new DataLoader((ids) => histogramsOf(context, ids, window));
    known.set(key, loader);
  }
  return loader.load(signatureId);
}

async function histogramsOf(
  { services, caller }: GraphContext,
  signatureIds: readonly string[],
  window: SeriesWindow,
): Promise<SeriesPoint[][]> {
  const ids = [...signatureIds];
  const read = services.store.read;
  const [buckets, activity] = await Promise.all([
    read<{ id: string; minute: number; n: number }[]>`
      select signature_id as id, minute, sum(n)::float8 as n from feature_bucket
       where tenant_id = ${caller.tenantId} and signature_id = any(${ids}::bigint[])
         and minute >= ${countsFrom(window)} and minute < ${window.to}
       group by 1, 2`,
    read<{ id: string; minutes: number[] }[]>`
      select home.signature_id as id, array_agg(f.minute order by f.minute) as minutes
        from (select distinct signature_id, asset_id from episode
               where tenant_id = ${caller.tenantId} and signature_id = any(${ids}::bigint[])) home
        join feature_bucket f on f.tenant_id = ${caller.tenantId} and f.signature_id = 0
         and f.asset_id = home.asset_id and f.minute >= ${activityFrom(window)} and f.minute < ${window.to}
       group by home.signature_id, home.asset_id`,
  ]);
  return ids.map((id) => {
    const counts = new Map(buckets.filter((b) => b.id === id).map((b) => [b.minute, b.n]));
    const active = activity.filter((a) => a.id === id).map((a) => a.minutes);
    return seriesPoints(counts, active, window);
  });
}
