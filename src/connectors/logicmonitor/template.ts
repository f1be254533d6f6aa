// What a LogicMonitor integration posts: its body is the customer's own, so a template says under which names ours are
// found. The one that ships is answered by the body in docs/connectors.md.
import { z } from 'zod';
import { ValidationError } from '../../domain/errors.ts';
import type { SeverityName } from '../../domain/severity.ts';
import { type Micros, parseMicros } from '../../domain/time.ts';
import { microsOfEpoch, microsOfEpochText } from '../../parse/epoch.ts';
import { wordOf } from '../event-of-text.ts';
import type { AlertSession } from './session.ts';

/** Ours to the customer's: the path of a member, dots apart. */
export const DEFAULT_TEMPLATE = {
  alertId: 'alertId',
  status: 'status',
  level: 'level',
  host: 'host',
  resourceId: 'resourceId',
  resourceName: 'resourceName',
  datasource: 'datasource',
  instance: 'instance',
  datapoint: 'datapoint',
  collector: 'collector',
  group: 'group',
  site: 'site',
  start: 'start',
  acknowledged: 'acknowledged',
  clearedAt: 'cleared_at',
} as const;

type Name = keyof typeof DEFAULT_TEMPLATE;

export const templateConfig = z.strictObject(
  Object.fromEntries(
    Object.entries(DEFAULT_TEMPLATE).map(([name, path]) => [name, z.string().min(1).default(path)]),
  ) as Record<Name, z.ZodDefault<z.ZodString>>,
);

export type Template = Readonly<Record<Name, string>>;

const LEVELS: Readonly<Record<string, SeverityName>> = {
  critical: 'CRITICAL',
  error: 'ERROR',
  warn: 'WARNING',
  warning: 'WARNING',
  4: 'CRITICAL',
  3: 'ERROR',
  2: 'WARNING',
};

/** The word of its `##ALERTSTATUS##`, in any case. */
const STEPS: Readonly<Record<string, AlertSession['step']>> = {
  active: 'raised',
  new: 'raised',
  update: 'raised',
  ack: 'acknowledged',
  acked: 'acknowledged',
  acknowledged: 'acknowledged',
  clear: 'cleared',
  cleared: 'cleared',
};

/** Throws ValidationError that names the member. */
export function sessionOfBody(body: unknown, template: Template): AlertSession {
  const text = (name: Name): string | null => wordOf(memberAt(body, template[name]));
  const id = text('alertId');
  if (id === null) throw missing('alertId', template.alertId);
  const startUs = timeOf(text('start'));
  if (startUs === null) throw missing('start', template.start);
  const status = (text('status') ?? 'active').toLowerCase();
  const step = STEPS[status];
  if (step === undefined) throw new ValidationError(`The status "${status}" of an alert is not known.`);
  return {
    id,
    startUs,
    ackedUs: timeOf(text('acknowledged')),
    clearedUs: timeOf(text('clearedAt')),
    severity: LEVELS[(text('level') ?? '').toLowerCase()] ?? 'WARNING',
    host: text('host') ?? text('resourceName'),
    datasource: text('datasource') ?? 'LogicMonitor',
    instance: text('instance'),
    datapoint: text('datapoint') ?? 'alert',
    step: step ?? null,
    fields: lastingOf(body as Record<string, unknown>, template),
  };
}

/** What does not change while an alert lasts: a notification that is repeated is the same event. */
const PASSING = ['status', 'acknowledged', 'clearedAt'] as const;

function lastingOf(body: Record<string, unknown>, template: Template): Record<string, unknown> {
  const fields = structuredClone(body);
  for (const name of PASSING) {
    const path = template[name].split('.');
    const member = path.pop()!;
    const holder = path.length === 0 ? fields : memberAt(fields, path.join('.'));
    if (holder !== null && typeof holder === 'object') delete (holder as Record<string, unknown>)[member];
  }
  return fields;
}

export function timeOf(text: string | null): Micros | null {
  if (text === null) return null;
  const us = /^\d+$/.test(text) ? (microsOfEpochText(text) ?? microsOfEpoch(Number(text))) : null;
  return (
    us ??
    parseMicros(text.replace(/ ([A-Z]{3,4})$/, (zone) => (zone === ' UTC' || zone === ' GMT' ? 'Z' : zone)))
  );
}

const memberAt = (body: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (at, name) =>
        at !== null && typeof at === 'object' ? (at as Record<string, unknown>)[name] : undefined,
      body,
    );

const missing = (name: Name, path: string): ValidationError =>
  new ValidationError(`The alert has no "${path}" (${name}): mend the body, or the template of its source.`);
