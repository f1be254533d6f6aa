// Asks for the alerts that began or changed since it last asked, and for the resources that they are about.
import { UnauthenticatedError, ValidationError } from '../../domain/errors.ts';
import type { SeverityName } from '../../domain/severity.ts';
import { US_PER_MS, US_PER_SECOND } from '../../domain/time.ts';
import type { Instance, Running } from '../contract.ts';
import { wordOf } from '../event-of-text.ts';
import { pollEvery } from '../poll-every.ts';
import { untilTaken } from '../until-taken.ts';
import type { LogicMonitorConfig } from './config.ts';
import { LogicMonitorRest } from './rest.ts';
import { type AlertSession, eventsOfSession } from './session.ts';

type Item = Readonly<Record<string, unknown>>;

const CHECKPOINT = 'alerts';
const ENRICHED = 'enriched';
/** What was written while a page was read is asked for again; what is known is a duplicate. */
const OVERLAP_SECONDS = 300;
/** What does not change while an alert lasts: an event is never overwritten. */
const LASTING = [
  'id',
  'internalId',
  'type',
  'monitorObjectId',
  'monitorObjectName',
  'resourceId',
  'resourceTemplateId',
  'resourceTemplateName',
  'instanceId',
  'instanceName',
  'dataPointId',
  'dataPointName',
  'startEpoch',
] as const;
const SEVERITIES: Readonly<Record<number, SeverityName>> = { 2: 'WARNING', 3: 'ERROR', 4: 'CRITICAL' };

/** Asks until it is stopped. */
export function poll(instance: Instance<LogicMonitorConfig>, portal: string): Running {
  const { config, intake, credential } = instance;
  const nowMs = () => intake.clock.nowUs() / US_PER_MS;
  const known = new Set<string>();
  return pollEvery(config.pollSeconds, intake, portal, (signal) => {
    const rest = new LogicMonitorRest({ portal, credential: credential ?? '', nowMs, signal });
    return pollOnce(rest, instance, known, signal);
  });
}

async function pollOnce(
  rest: LogicMonitorRest,
  { config, intake }: Instance<LogicMonitorConfig>,
  known: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const nowSeconds = Math.floor(intake.clock.nowUs() / US_PER_SECOND);
  const since = (await intake.checkpoint(CHECKPOINT))?.sinceSeconds;
  const from = typeof since === 'number' ? since : nowSeconds - config.backfillHours * 3_600;
  // Open ones however old, and those that were cleared since: a clearing changes an alert that began long ago.
  for (const filter of [
    `cleared:"*",startEpoch>:${from}`,
    `cleared:"true",endEpoch>:${from}`,
    'cleared:"false"',
  ]) {
    for await (const items of rest.list('/alert/alerts', {
      filter,
      sort: '+startEpoch',
      needMessage: 'true',
    })) {
      const events = items.flatMap((item) => eventsOfSession(sessionOfItem(item)));
      const taken = await untilTaken(intake, signal, () => intake.events({ events }));
      if (taken === null) return;
      if (config.enrich) await enrich(rest, items, known, intake);
    }
  }
  await intake.saveCheckpoint(CHECKPOINT, { sinceSeconds: nowSeconds - OVERLAP_SECONDS });
}

export function sessionOfItem(item: Item): AlertSession {
  const seconds = (name: string): number | null => {
    const value = Number(item[name]);
    return Number.isFinite(value) && value > 0 ? value * US_PER_SECOND : null;
  };
  return {
    id: String(item.id ?? item.internalId),
    startUs: seconds('startEpoch') ?? 0,
    ackedUs: seconds('ackedEpoch'),
    clearedUs: item.cleared === true ? seconds('endEpoch') : null,
    severity: SEVERITIES[Number(item.severity)] ?? 'WARNING',
    host: wordOf(item.monitorObjectName),
    datasource: wordOf(item.resourceTemplateName) ?? 'LogicMonitor',
    instance: wordOf(item.instanceName),
    datapoint: wordOf(item.dataPointName) ?? 'alert',
    step: null,
    fields: Object.fromEntries(
      LASTING.filter((name) => item[name] != null).map((name) => [name, item[name]]),
    ),
  };
}

/** What is known of the resource of an alert becomes the asset's; each is asked for once. */
async function enrich(
  rest: LogicMonitorRest,
  items: readonly Item[],
  known: Set<string>,
  intake: Instance<LogicMonitorConfig>['intake'],
): Promise<void> {
  for (const item of items) {
    const id = wordOf(item.monitorObjectId);
    const hostname = wordOf(item.monitorObjectName);
    if (id === null || hostname === null || known.has(id)) continue;
    const device = await deviceOf(rest, id);
    // One that could not be asked for now is asked for again.
    if (device === 'AWAY') continue;
    known.add(id);
    if (device === null) continue;
    const properties = propertiesOf(device.systemProperties);
    await intake.asset({
      hostname,
      assetType: 'device',
      platform: properties.get('system.sysinfo')?.slice(0, 120) ?? null,
      ipAddresses: (properties.get('system.ips') ?? wordOf(device.name) ?? '').split(',').filter(isAddress),
      serviceGroup: wordOf(properties.get('system.groups')?.split(',')[0])?.slice(0, 120) ?? null,
      tags: (properties.get('system.categories') ?? '')
        .split(',')
        .filter((tag) => tag !== '')
        .slice(0, 50),
      metadata: { [ENRICHED]: 'logicmonitor', deviceId: id, displayName: device.displayName },
    });
  }
}

/** null: there is no such resource any more, or it may not be seen. */
async function deviceOf(rest: LogicMonitorRest, id: string): Promise<Item | null | 'AWAY'> {
  try {
    return (await rest.get(`/device/devices/${encodeURIComponent(id)}`)) as Item;
  } catch (error) {
    return error instanceof ValidationError || error instanceof UnauthenticatedError ? null : 'AWAY';
  }
}

function propertiesOf(list: unknown): Map<string, string> {
  const pairs = Array.isArray(list) ? (list as { name?: unknown; value?: unknown }[]) : [];
  return new Map(pairs.map(({ name, value }) => [String(name), String(value)]));
}

const isAddress = (text: string): boolean => /^[\da-f.:]{3,64}$/i.test(text) && /[.:]/.test(text);
