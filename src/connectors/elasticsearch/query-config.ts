import { z } from 'zod';

export const queryConfig = z
  .strictObject({
    /** The switch: nothing is connected to unless it is true. */
    pull: z.boolean().default(false),
    url: z.url({ protocol: /^https?$/ }).optional(),
    /** An index, a data stream or a pattern of them, e.g. `logs-*`. */
    index: z
      .string()
      .min(1)
      .regex(/^[^/?#\s]+$/, 'must be names or patterns of indices, separated by commas')
      .default('*'),
    /** In the query language of Elasticsearch. */
    query: z.record(z.string(), z.unknown()).default({ match_all: {} }),
    /** The field with a document's time. */
    timeField: z.string().min(1).default('@timestamp'),
    pollSeconds: z.int().min(1).max(3_600).default(30),
    pageSize: z.int().min(1).max(10_000).default(1_000),
    /** How far back it asks the first time. */
    backfillHours: z.int().min(0).max(87_600).default(24),
    /** Documents may come so much later than their time says. */
    overlapSeconds: z.int().min(0).max(86_400).default(300),
  })
  .refine(({ pull, url }) => !pull || url !== undefined, {
    path: ['url'],
    message: 'is needed to pull: say where Elasticsearch is',
  });

export type QueryConfig = z.output<typeof queryConfig>;
