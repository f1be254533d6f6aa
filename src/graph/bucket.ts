// The points of a time series, and how wide they are.
import { builder } from './builder.ts';
import type { SeriesPoint } from './series.ts';

/** Minutes of each size. */
export const BUCKET_MINUTES = { M1: 1, M5: 5, H1: 60, D1: 1_440 } as const;

export const BucketSize = builder.enumType('BucketSize', {
  description: 'The width of a bucket.',
  values: {
    M1: { description: 'One minute.' },
    M5: { description: 'Five minutes.' },
    H1: { description: 'One hour.' },
    D1: { description: 'One day, in UTC.' },
  },
});

export const Bucket = builder.objectRef<SeriesPoint>('Bucket').implement({
  description: 'How many events there were in a stretch of time.',
  fields: (t) => ({
    start: t.expose('startUs', {
      type: 'DateTime',
      description: 'Its beginning; the next one begins at its end.',
    }),
    count: t.exposeInt('count', {
      nullable: true,
      description: 'How many events; null: the source was silent, so nobody knows.',
    }),
    baseline: t.float({
      nullable: true,
      description: 'What the preceding 120 known buckets would have made one expect; null without any.',
      resolve: (point) => point.baseline(),
    }),
  }),
});
