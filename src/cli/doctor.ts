// `mnemograph doctor`: is everything in place, where is it, and what to do where it is not.
import type { Command } from 'commander';
import { readSettings, SettingsError } from '../settings.ts';
import { examine } from './doctor/checks.ts';
import type { Finding, Status } from './doctor/finding.ts';

const EXAMPLES = `
Looks at settings, the anomaly model if there is one, database, migrations, the pipeline's lag, rejected inputs and the
server, and tells where data, socket and log are. Exits with 1 when something is wrong.

Examples:
  mnemograph doctor
  mnemograph doctor --json | jq '.findings[] | select(.status != "ok")'
`;

const MARKS: Readonly<Record<Status, string>> = { ok: '✓', warning: '!', failed: '✗' };

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Say whether everything is in place, and where it is')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', EXAMPLES)
    .action((flags: { json?: boolean }) => doctor(flags.json === true));
}

async function doctor(json: boolean): Promise<void> {
  const findings = await findingsOrFault();
  const healthy = findings.every((finding) => finding.status !== 'failed');
  if (json) console.log(JSON.stringify({ healthy, findings }, null, 2));
  else for (const finding of findings) print(finding);
  if (!healthy) process.exitCode = 1;
}

async function findingsOrFault(): Promise<Finding[]> {
  try {
    return await examine(readSettings());
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.faults.map((detail) => ({ name: 'settings', status: 'failed', detail }));
  }
}

function print({ name, status, detail, facts = {} }: Finding): void {
  console.log(`${MARKS[status]} ${name}: ${detail}`);
  for (const [key, value] of Object.entries(facts))
    if (value !== null && value !== '') console.log(`    ${key}: ${value}`);
}
