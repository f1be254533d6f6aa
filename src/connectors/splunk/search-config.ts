import { z } from 'zod';

export const searchConfig = z
  .strictObject({
    /** The switch: nothing is connected to unless it is true. */
    pull: z.boolean().default(false),
    /** The management port, e.g. `https://splunk.example.org:8089`. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    /** In Splunk's language, e.g. `index=main sourcetype=syslog`. */
    search: z.string().trim().min(1).default('index=*'),
    pollSeconds: z.int().min(1).max(3_600).default(60),
    pageSize: z.int().min(1).max(50_000).default(5_000),
    /** As many results as Splunk keeps of a job (limits.conf, maxresultrows). */
    maxResults: z.int().min(100).max(500_000).default(50_000),
    /** The span of time of one search job. */
    windowMinutes: z.int().min(1).max(10_080).default(60),
    /** How far back it asks the first time. */
    backfillHours: z.int().min(0).max(87_600).default(24),
    /** Events may be indexed so much later than their time says. */
    overlapSeconds: z.int().min(0).max(86_400).default(300),
  })
  .refine(({ pull, url }) => !pull || url !== undefined, {
    path: ['url'],
    message: 'is needed to pull: say where Splunk is',
  });

export type SearchConfig = z.output<typeof searchConfig>;
