// What `mnemograph doctor` looks at, one check after the other; a check never throws.
import { checkPipeline } from '../../http/health.ts';
import { type OpenDatabase, openDatabase } from '../../runtime.ts';
import { type Settings, unknownVariables } from '../../settings.ts';
import { type EmbeddedInspection, inspectEmbedded } from '../../store/embedded/inspect.ts';
import { readMigrationState } from '../../store/migrate.ts';
import { openReader } from '../../store/store.ts';
import { explainUnreachable, nameOf } from '../../store/unreachable.ts';
import { checkModel } from './check-model.ts';
import type { Finding } from './finding.ts';
import { readIngestHealth } from './ingest-health.ts';

const SERVER_TIMEOUT_MS = 2_000;
const REJECTED_HOURS = 24;

export async function examine(settings: Settings): Promise<Finding[]> {
  const findings = [checkSettings(settings), ...(await checkModel(settings))];
  const inspection = settings.databaseUrl === undefined ? await inspectEmbedded(settings.dataDir) : null;
  if (settings.databaseUrl === undefined) {
    findings.push(describeEmbedded(settings, inspection));
    if (inspection === null) return [...findings, await checkServer(settings)];
  }
  findings.push(...(await examineDatabase(settings)), await checkServer(settings));
  return findings;
}

function checkSettings(settings: Settings): Finding {
  const unknown = unknownVariables();
  if (unknown.length > 0)
    return {
      name: 'settings',
      status: 'warning',
      detail: `${unknown.join(', ')}: no such setting, maybe misspelt; see \`mnemograph serve --help\`.`,
    };
  const database = settings.databaseUrl === undefined ? 'embedded' : 'DATABASE_URL';
  return {
    name: 'settings',
    status: 'ok',
    detail: 'All settings are valid.',
    facts: { host: settings.host, port: settings.port, database, logLevel: settings.logLevel },
  };
}

function describeEmbedded(settings: Settings, inspection: EmbeddedInspection | null): Finding {
  const name = 'embedded database';
  if (inspection === null)
    return {
      name,
      status: 'ok',
      detail: 'Nothing is stored yet; the first `mnemograph serve` or `ingest` makes it.',
      facts: { dataDir: settings.dataDir },
    };
  const { data, socket, log, running, pid, users } = inspection;
  const facts = { data, socket, log, pid, users: users.map((user) => user.pid).join(' ') };
  if (pid !== null && !running)
    return { name, status: 'failed', detail: 'Its process does not answer; its log says more.', facts };
  const detail = running ? 'It runs.' : 'It is stopped; it was started for this examination.';
  return { name, status: 'ok', detail, facts };
}

async function examineDatabase(settings: Settings): Promise<Finding[]> {
  let database: OpenDatabase;
  try {
    database = await openDatabase(settings);
  } catch (error) {
    return [failed('database', error)];
  }
  try {
    return await examineOpen(database);
  } finally {
    await database.release();
  }
}

async function examineOpen({ target }: OpenDatabase): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    const { applied, known } = await readMigrationState(target);
    findings.push({ name: 'database', status: 'ok', detail: `${nameOf(target)} answers.` });
    findings.push(describeMigrations(applied, known));
    if (applied !== known) return findings;
  } catch (error) {
    return [
      ...findings,
      failed(findings.length === 0 ? 'database' : 'migrations', explainUnreachable(error, target)),
    ];
  }
  const read = openReader(target, 1);
  try {
    const health = await readIngestHealth(read, REJECTED_HOURS);
    const lag = checkPipeline({ ...health, lastError: null });
    findings.push({
      name: 'pipeline',
      status: lag.ok ? 'ok' : 'failed',
      detail: lag.ok ? lag.detail : `${lag.detail} Start \`mnemograph serve\`: it counts what was left.`,
      facts: { pendingBatches: health.pendingBatches, lagSeconds: Math.round(health.lagMs / 1_000) },
    });
    findings.push({
      name: 'inputs',
      status: health.rejected > 0 || health.failingSources.length > 0 ? 'warning' : 'ok',
      detail: describeInputs(health.rejected, health.failingSources),
      facts: { events: health.events, rejectedLastDay: health.rejected },
    });
  } catch (error) {
    findings.push(failed('pipeline', error));
  } finally {
    await read.end({ timeout: 1 });
  }
  return findings;
}

function describeMigrations(applied: number, known: number): Finding {
  const name = 'migrations';
  if (applied === known) return { name, status: 'ok', detail: `All ${known} are applied.` };
  const detail =
    applied < known
      ? `${known - applied} of ${known} are missing; run \`mnemograph migrate\`.`
      : `The database has ${applied}, this version knows ${known}: a newer version has been here. Upgrade.`;
  return { name, status: 'failed', detail };
}

function describeInputs(rejected: number, failingSources: readonly string[]): string {
  const parts = failingSources.map((source) => `Source ${source}.`);
  if (rejected > 0)
    parts.push(
      `${rejected} inputs were rejected in the last ${REJECTED_HOURS} hours; the query \`rejectedInputs\` has the reasons.`,
    );
  return parts.length === 0 ? `No rejected inputs in the last ${REJECTED_HOURS} hours.` : parts.join(' ');
}

async function checkServer({ host, port }: Settings): Promise<Finding> {
  const name = 'server';
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(SERVER_TIMEOUT_MS) });
    const body = (await response.json()) as { status?: string; reasons?: string[] };
    if (body.status === 'ready') return { name, status: 'ok', detail: `Ready at ${url}/graphql.` };
    if (body.status === undefined) throw new Error('another server');
    return { name, status: 'failed', detail: `${url} is not ready: ${body.reasons?.join(' ')}` };
  } catch {
    return {
      name,
      status: 'ok',
      detail: `No Mnemograph answers at ${url}; \`mnemograph serve\` starts one.`,
    };
  }
}

const failed = (name: string, error: unknown): Finding => ({
  name,
  status: 'failed',
  detail: error instanceof Error ? error.message : String(error),
});
