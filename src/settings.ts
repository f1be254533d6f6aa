// Every setting, read once at start: the only place that looks at the environment. The README's table and
// `serve --help` are printed from the same list.
import { userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { ANOMALY_DEVICES, ANOMALY_THRESHOLD } from './domain/anomaly.ts';
import { MAX_MOVED_EVENTS } from './domain/bindings.ts';
import { ValidationError } from './domain/errors.ts';
import { INCIDENT_ACTIVE_DAYS } from './domain/incident-age.ts';
import { address, databaseUrl, flag, hostNames, path, ratio, whole } from './setting-values.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

interface Setting<T> {
  readonly variable: string;
  readonly description: string;
  /** As shown to people; what an unset variable means. */
  readonly fallback: string;
  /** Its value never appears in a message. */
  readonly secret: boolean;
  /** Gets undefined when the variable is unset or empty. */
  readonly schema: z.ZodType<T>;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const setting = <T>(
  variable: string,
  schema: z.ZodType<T>,
  fallback: string,
  description: string,
  secret = false,
): Setting<T> => ({ variable, description, fallback, secret, schema });

const SETTINGS = {
  port: setting(
    'MNEMOGRAPH_PORT',
    whole(0, 65_535, 'a port').default(4000),
    '4000',
    'TCP port of the HTTP server; 0 takes a free one.',
  ),
  host: setting(
    'MNEMOGRAPH_HOST',
    address.default('127.0.0.1'),
    '127.0.0.1',
    'Address to listen on. Anything but loopback also needs MNEMOGRAPH_ALLOW_REMOTE.',
  ),
  allowRemote: setting(
    'MNEMOGRAPH_ALLOW_REMOTE',
    flag,
    'false',
    'Listen beyond loopback although there are no access tokens: whoever reaches the port reads and changes everything.',
  ),
  allowedHosts: setting(
    'MNEMOGRAPH_ALLOWED_HOSTS',
    hostNames,
    'none',
    'Host names, separated by commas, under which browsers may open it besides localhost and IP addresses.',
  ),
  dataDir: setting(
    'MNEMOGRAPH_DATA_DIR',
    path,
    '`$XDG_DATA_HOME/mnemograph`, else `~/.mnemograph`',
    'Directory of the embedded database.',
  ),
  databaseUrl: setting(
    'DATABASE_URL',
    databaseUrl,
    'the embedded database',
    'PostgreSQL (15 or newer) to use instead of the embedded one.',
    true,
  ),
  databaseReadUrl: setting(
    'DATABASE_READ_URL',
    databaseUrl,
    '`DATABASE_URL`',
    'A replica of DATABASE_URL that answers queries.',
    true,
  ),
  retentionDays: setting(
    'MNEMOGRAPH_RETENTION_DAYS',
    whole(1, 36_500, 'a retention in days').optional(),
    'keep everything',
    'Events older than this many days are dropped; candidates, incidents and lessons stay.',
  ),
  incidentActiveDays: setting(
    'MNEMOGRAPH_INCIDENT_ACTIVE_DAYS',
    whole(1, 36_500, 'a time in days').default(INCIDENT_ACTIVE_DAYS),
    String(INCIDENT_ACTIVE_DAYS),
    'An incident becomes HISTORICAL when, by the time of the newest event, it was not observed for this many days.',
  ),
  maxMovedEvents: setting(
    'MNEMOGRAPH_MAX_MOVED_EVENTS',
    whole(1, 1_000_000_000, 'a number of events').default(MAX_MOVED_EVENTS),
    String(MAX_MOVED_EVENTS),
    'How many events one merge, split or undo of signatures may move; ingest of that tenant waits meanwhile.',
  ),
  resumeHours: setting(
    'MNEMOGRAPH_RESUME_HOURS',
    whole(1, 8_760, 'a time in hours').default(168),
    '168',
    'How long a subscriber may be away and still miss nothing.',
  ),
  bodyLimitMb: setting(
    'MNEMOGRAPH_BODY_LIMIT_MB',
    whole(1, 512, 'a limit in megabytes').default(32),
    '32',
    'Largest request body that the server reads, in megabytes.',
  ),
  anomalyModel: setting(
    'MNEMOGRAPH_ANOMALY_MODEL',
    z.string().optional(),
    'the built-in scorer alone',
    'Text-classification model that scores events: a folder with its ONNX weights, or `owner/name` on the Hugging Face hub; see docs/anomaly.md.',
  ),
  anomalyThreshold: setting(
    'MNEMOGRAPH_ANOMALY_THRESHOLD',
    ratio('a threshold').default(ANOMALY_THRESHOLD),
    String(ANOMALY_THRESHOLD),
    'Score from which on an anomalous label is a detection, 0 to 1.',
  ),
  anomalyDevice: setting(
    'MNEMOGRAPH_ANOMALY_DEVICE',
    z.enum(ANOMALY_DEVICES, `write one of ${ANOMALY_DEVICES.join(', ')}`).default('cpu'),
    'cpu',
    'What the model runs on: cpu, or with onnxruntime-node cuda, dml, coreml or webgpu.',
  ),
  anomalyBatch: setting(
    'MNEMOGRAPH_ANOMALY_BATCH',
    whole(1, 4_096, 'a batch').default(256),
    '256',
    'How many distinct messages the model is given at once.',
  ),
  sourcesFile: setting(
    'MNEMOGRAPH_SOURCES',
    path,
    'none',
    'YAML or JSON file of the sources to run, as a list; see docs/connectors.md.',
  ),
  seedDemo: setting(
    'MNEMOGRAPH_SEED_DEMO',
    flag,
    'false',
    'Ingest the demo sample on start, into the tenant `default`.',
  ),
  logLevel: setting(
    'MNEMOGRAPH_LOG_LEVEL',
    z.enum(LOG_LEVELS, `write one of ${LOG_LEVELS.join(', ')}`).default('info'),
    'info',
    'The least severe messages that are logged: fatal, error, warn, info, debug, trace or silent.',
  ),
} as const;

type Parsed = { readonly [K in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[K]['schema']> };

/** All settings, validated and frozen. `dataDir` is absolute. */
export type Settings = Parsed & { readonly dataDir: string };

/** One message that lists every fault, each with what to do. */
export class SettingsError extends ValidationError {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    const title = faults.length === 1 ? 'A setting is wrong' : `${faults.length} settings are wrong`;
    super(`${title}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** What is set in `overrides` (a command's options) wins. Throws one SettingsError that lists all faults. */
export function readSettings(given: Environment = process.env, overrides: Environment = {}): Settings {
  const environment = { ...given, ...definedOf(overrides) };
  const faults: string[] = [];
  const parsed: Record<string, unknown> = {};
  for (const [key, { variable, schema, secret }] of Object.entries(SETTINGS)) {
    const raw = environment[variable]?.trim() || undefined;
    const result = schema.safeParse(raw);
    if (result.success) parsed[key] = result.data;
    else faults.push(describeFault(variable, secret ? '…' : raw, result.error.issues[0]?.message));
  }
  const settings = parsed as Partial<Parsed>;
  faults.push(...contradictions(settings));
  if (faults.length > 0) throw new SettingsError(faults);
  return Object.freeze({ ...(settings as Parsed), dataDir: settings.dataDir ?? defaultDataDir(environment) });
}

/** Name, fallback and meaning of every setting, in the order of importance. */
export const settingsTable = (): readonly { variable: string; fallback: string; description: string }[] =>
  Object.values(SETTINGS).map(({ variable, fallback, description }) => ({ variable, fallback, description }));

/** Variables that look like ours and are none: most likely misspelt. What container engines inject is left out. */
export function unknownVariables(environment: Environment = process.env): readonly string[] {
  const known = new Set<string>(Object.values(SETTINGS).map(({ variable }) => variable));
  const injected = /^MNEMOGRAPH_(SERVICE_|PORT_\d+_)/;
  return Object.keys(environment)
    .filter((name) => name.startsWith('MNEMOGRAPH_') && !known.has(name) && !injected.test(name))
    .sort();
}

/** Whether only this machine reaches a server that listens on `host`. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

const definedOf = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));

function describeFault(variable: string, value: string | undefined, advice = 'unusable'): string {
  const hint = /^tcp:\/\//.test(value ?? '')
    ? ' (container engines set it so for a service of this name; set it yourself, or switch service links off)'
    : '';
  return `${variable}=${JSON.stringify(value ?? '')}: ${advice}${hint}.`;
}

function contradictions(settings: Partial<Parsed>): string[] {
  const faults: string[] = [];
  if (settings.host !== undefined && !isLoopback(settings.host) && settings.allowRemote === false)
    faults.push(
      `MNEMOGRAPH_HOST=${JSON.stringify(settings.host)}: Mnemograph has no access tokens yet, so whoever reaches this address could read and change everything. Leave it at 127.0.0.1 and put a proxy with authentication in front, or accept that with MNEMOGRAPH_ALLOW_REMOTE=true.`,
    );
  if (settings.databaseReadUrl !== undefined && settings.databaseUrl === undefined)
    faults.push(
      'DATABASE_READ_URL is set without DATABASE_URL: a replica needs its primary. Set DATABASE_URL too, or unset it.',
    );
  return faults;
}

function defaultDataDir(environment: Environment): string {
  const { XDG_DATA_HOME: shared, HOME: home } = environment;
  if (shared && isAbsolute(shared)) return join(shared, 'mnemograph');
  const owner = home && isAbsolute(home) ? home : homeOfUser();
  if (owner !== null) return join(owner, '.mnemograph');
  return process.getuid?.() === 0 ? '/var/lib/mnemograph' : resolve('.mnemograph');
}

// Service users often have a home that does not exist, `/nonexistent` or `/`.
function homeOfUser(): string | null {
  try {
    const { homedir } = userInfo();
    return isAbsolute(homedir) && !['/', '/nonexistent', '/dev/null'].includes(homedir) ? homedir : null;
  } catch {
    return null;
  }
}
