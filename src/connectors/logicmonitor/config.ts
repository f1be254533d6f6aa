import { z } from 'zod';
import { DEFAULT_TEMPLATE, templateConfig } from './template.ts';

export const logicmonitorConfig = z.strictObject({
  /** Under which names a webhook's body tells what; see docs/connectors.md. */
  template: templateConfig.default(DEFAULT_TEMPLATE),
  /** The portal to ask, e.g. `https://acme.logicmonitor.com`; absent: only webhooks. */
  portal: z.url({ protocol: /^https?$/ }).optional(),
  pollSeconds: z.int().min(1).max(3_600).default(60),
  /** How far back it asks the first time. */
  backfillHours: z.int().min(0).max(8_760).default(24),
  /** Whether it also asks for the resources that alerts are about. */
  enrich: z.boolean().default(true),
});

export type LogicMonitorConfig = z.output<typeof logicmonitorConfig>;
