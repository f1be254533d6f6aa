// The time series behind the detections, per host, user and address: sums of the counters that ingest keeps.

import { ValidationError } from '../domain/errors.ts';
import type { Micros } from '../domain/time.ts';
import type { EntityKind } from '../domain/words.ts';
import { BUCKET_MINUTES } from './bucket.ts';
import type { GraphContext } from './context.ts';
import { type FeatureSubject, subjectsOf } from './feature-subjects.ts';
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
  readonly entityKind?: EntityKind | null | undefined;
  readonly assetId?: string | null | undefined;
  readonly bucket: keyof typeof BUCKET_MINUTES;
  readonly from: Micros;
  readonly to: Micros;
}

export interface FeatureSeries {
  readonly feature: string;
  readonly entity: string;
  readonly entityKind: EntityKind;
  readonly points: readonly SeriesPoint[];
}

export const FEATURES = {
  event_count: 'all events',
  error_count: 'events of severity ERROR or worse',
  auth_fail_count: 'events whose words tell that somebody failed to authenticate',
} as const;

type Feature = keyof typeof FEATURES;

/** One series for each subject asked for, busiest first. Throws ValidationError, or NotFoundError for an unknown one. */
export async function readFeatures(context: GraphContext, request: FeatureRequest): Promise<FeatureSeries[]> {
  const { feature } = request;
  if (!isFeature(feature))
    throw new ValidationError(
      `"${feature.slice(0, 60)}" is no feature; there are ${Object.keys(FEATURES).join(', ')}.`,
      ['input', 'feature'],
    );
  const window = seriesWindow(request.from, request.to, BUCKET_MINUTES[request.bucket]);
  const subjects = await subjectsOf(context, request, window);
  const [counts, activity] = await Promise.all([
    countsOf(context, feature, subjects, window),
    activityOf(context, subjects, window),
  ]);
  return subjects.map(({ kind, entity }) => ({
    feature,
    entity,
    entityKind: kind,
    points: seriesPoints(counts.get(entity) ?? new Map(), [activity.get(entity) ?? []], window),
  }));
}

const isFeature = (name: string): name is Feature => Object.hasOwn(FEATURES, name);

/** Events by minute of each subject; all are of one kind. */
async function countsOf(
  { services, caller }: GraphContext,
  feature: Feature,
  subjects: readonly FeatureSubject[],
  window: SeriesWindow,
): Promise<Map<string, Map<number, number>>> {
  const read = services.store.read;
  const counted = {
    event_count: read`n`,
    error_count: read`errors`,
    auth_fail_count: read`auth_failures`,
  }[feature];
  const rows = await read<{ entity: string; minute: number; n: number }[]>`
    select entity, minute, ${counted} as n from entity_bucket
     where tenant_id = ${caller.tenantId} and entity_kind = ${subjects[0]?.kind ?? 'HOST'}
       and entity = any(${subjects.map((s) => s.entity)}::text[])
       and minute >= ${countsFrom(window)} and minute < ${window.to} and ${counted} > 0`;
  const counts = new Map<string, Map<number, number>>();
  for (const { entity, minute, n } of rows) {
    const ofEntity = counts.get(entity) ?? new Map<number, number>();
    counts.set(entity, ofEntity.set(minute, n));
  }
  return counts;
}

/**
 * The minutes in which a source of events about each subject spoke: of a host itself; of a user or an address, whom any
 * host may speak of, all hosts together.
 */
async function activityOf(
  { services, caller }: GraphContext,
  subjects: readonly FeatureSubject[],
  window: SeriesWindow,
): Promise<Map<string, number[]>> {
  const isHost = subjects[0]?.kind === 'HOST';
  const rows = await services.store.read<{ entity: string; minutes: number[] }[]>`
    select entity, array_agg(minute order by minute) as minutes from entity_bucket
     where tenant_id = ${caller.tenantId} and entity_kind = ${isHost ? 'HOST' : 'ALL'}
       and entity = any(${isHost ? subjects.map((s) => s.entity) : ['']}::text[])
       and minute >= ${activityFrom(window)} and minute < ${window.to}
     group by entity`;
  const minutesOf = new Map(rows.map(({ entity, minutes }) => [entity, minutes]));
  return new Map(subjects.map(({ entity }) => [entity, minutesOf.get(isHost ? entity : '') ?? []]));
}
