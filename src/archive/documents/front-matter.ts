// The head of a post-mortem: what happened when, as YAML between two lines of dashes.
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { type Micros, parseMicros } from '../../domain/time.ts';
import { IMPACT_LEVELS, INCIDENT_STATUSES } from '../../domain/words.ts';
import { MAX_CHARS } from '../../review/checked-text.ts';
import type { LineFault } from '../read-records.ts';

const DAY_ONLY = /^\d{4}-\d\d-\d\d$/;
const WITHOUT_SECONDS = /^(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d)\s*(Z|z|[+-]\d\d:?\d\d)?$/;
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:[.,]\d+)?$/;

/** A day, or a time with or without seconds and zone; UTC where none is given. */
export function momentOf(text: string): Micros | null {
  const short = WITHOUT_SECONDS.exec(text);
  if (DAY_ONLY.test(text)) return parseMicros(`${text}T00:00:00Z`);
  if (short) return parseMicros(`${short[1]}:00${short[2] ?? 'Z'}`);
  return parseMicros(WITHOUT_ZONE.test(text) ? `${text}Z` : text);
}

const moment = z.string().transform((text, context) => {
  const us = momentOf(text.trim());
  if (us !== null) return us;
  context.addIssue('must be a day or a time, e.g. 2026-03-01 or 2026-03-01T14:03:00Z');
  return z.NEVER;
});
const choice = <T extends string>(values: readonly T[]) =>
  z
    .string()
    .transform((text) => text.trim().toUpperCase())
    .pipe(z.enum(values as [T, ...T[]]));
/** One name, or a list of them. */
const names = z
  .union([z.string(), z.array(z.union([z.string(), z.number()]).transform(String))])
  .transform((given) =>
    (typeof given === 'string' ? [given] : given).map((name) => name.trim()).filter(Boolean),
  )
  .default([]);

const fields = z.object({
  title: z.string().trim().min(1).max(MAX_CHARS.title),
  id: z
    .union([z.string().trim().min(1).max(200), z.number()])
    .transform(String)
    .optional(),
  date: moment.optional(),
  started: moment.optional(),
  ended: moment.optional(),
  impact: choice(IMPACT_LEVELS).default('MEDIUM'),
  status: choice(INCIDENT_STATUSES).optional(),
  type: z.string().trim().min(1).max(MAX_CHARS.incidentType).default('post-mortem'),
  services: names,
  hosts: names,
  signatures: names,
  confidence: z.number().min(0).max(1).default(0.8),
});

export type FrontMatter = Omit<z.infer<typeof fields>, 'date' | 'started'> & {
  readonly startedUs: Micros;
  /** Fields of one's own, which are kept as metadata. */
  readonly further: Readonly<Record<string, unknown>>;
};

const KNOWN = new Set(Object.keys(fields.shape));

const furtherFields = (given: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => !KNOWN.has(name)));

/** `firstLine`: where the text begins in its file, from 1. */
export function readFrontMatter(yaml: string, firstLine: number): FrontMatter | LineFault[] {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, schema: 'core' });
  const lineAt = (offset: number) => firstLine + lines.linePos(offset).line - 1;
  if (document.errors.length > 0) {
    return document.errors.map((error) => ({
      line: lineAt(error.pos[0]),
      field: null,
      reason: `The front matter is no YAML: ${error.message.split('\n')[0]}`,
    }));
  }
  const given: unknown = document.toJS() ?? {};
  const parsed = fields.safeParse(given);
  if (!parsed.success) {
    return parsed.error.issues.map(({ path, message }) => {
      const [node] = path.length === 0 ? [] : [document.getIn([path[0]!], true)];
      const offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? 0;
      return { line: lineAt(offset), field: path.join('.') || null, reason: message };
    });
  }
  const { date, started, ...rest } = parsed.data;
  const startedUs = started ?? date;
  const at = { line: firstLine };
  if (startedUs === undefined)
    return [
      {
        ...at,
        field: 'started',
        reason: 'Say when it began: "started" or "date", e.g. 2026-03-01T14:03:00Z',
      },
    ];
  if (rest.ended !== undefined && rest.ended < startedUs)
    return [{ ...at, field: 'ended', reason: '"ended" lies before "started"' }];
  return { ...rest, startedUs, further: furtherFields(given as object) };
}
