import { Bucket, BucketSize } from '../bucket.ts';
import { builder } from '../builder.ts';
import { EntityKindEnum } from '../enums.ts';
import { MAX_SERIES } from '../feature-subjects.ts';
import { FEATURES, type FeatureSeries, readFeatures } from '../features.ts';

const FeatureQuery = builder.inputType('FeatureQuery', {
  description: 'Which series, of whom, over which time.',
  fields: (t) => ({
    feature: t.string({
      required: true,
      description: `What is counted. ${Object.entries(FEATURES)
        .map(([name, text]) => `\`${name}\`: ${text}`)
        .join('; ')}.`,
    }),
    entity: t.string({ description: 'The host, user or address by its name.' }),
    entityKind: t.field({
      type: EntityKindEnum,
      description: 'Which of these; default: whichever `entity` is known as, and hosts without it.',
    }),
    assetId: t.id({ description: 'The host by its id.' }),
    bucket: t.field({
      type: BucketSize,
      required: true,
      defaultValue: 'M5',
      description: 'The width of a bucket.',
    }),
    from: t.field({ type: 'DateTime', required: true, description: 'The start, cut to whole buckets.' }),
    to: t.field({ type: 'DateTime', required: true, description: 'The end, widened to whole buckets.' }),
  }),
});

const FeatureSeriesType = builder.objectRef<FeatureSeries>('FeatureSeries').implement({
  description: 'A counted series of one host, user or address.',
  fields: (t) => ({
    feature: t.exposeString('feature', { description: 'What is counted.' }),
    entity: t.exposeString('entity', { nullable: true, description: 'Of whom.' }),
    entityKind: t.expose('entityKind', { type: EntityKindEnum, description: 'What `entity` is.' }),
    buckets: t.field({
      type: [Bucket],
      description: 'Its buckets from start to end, without holes.',
      resolve: ({ points }) => points,
    }),
  }),
});

builder.queryField('features', (t) =>
  t.field({
    type: [FeatureSeriesType],
    description: `The time series behind the detections: of the one asked for, else of the ${MAX_SERIES} busiest.`,
    args: { input: t.arg({ type: FeatureQuery, required: true, description: 'Which series.' }) },
    resolve: (_root, { input }, context) => readFeatures(context, input),
  }),
);
