import { z } from 'zod';
import { SOURCE_TYPES } from '../../domain/words.ts';

export const filesConfig = z.strictObject({
  /** Absolute paths; `*`, `**`, `?`, `[…]` and `{…}` as in a shell. What is compressed (.gz) is read once, whole. */
  paths: z
    .array(z.string().startsWith('/', 'must be an absolute path'))
    .min(1)
    .max(1_000)
    .describe('What to follow.'),
  /** What was already in a file when it was met for the first time. */
  from: z.enum(['beginning', 'end']).default('beginning'),
  sourceType: z.enum(SOURCE_TYPES).default('FILE'),
  host: z.string().min(1).max(255).optional(),
  service: z.string().min(1).max(255).optional(),
  /** Whether stack traces and continuation lines are one event with the line that they belong to. */
  multiline: z.boolean().default(true),
  pollMs: z.int().min(50).max(60_000).default(250),
});

export type FilesConfig = z.output<typeof filesConfig>;
