// `mnemograph digest`: what deserves a look now, why, how sure, and what to do next.
import type { Command } from 'commander';
import { ValidationError } from '../domain/errors.ts';
import {
  formatMicros,
  type Micros,
  parseMicros,
  US_PER_DAY,
  US_PER_HOUR,
  US_PER_MINUTE,
} from '../domain/time.ts';
import type { Highlight } from '../memory/digest/highlight.ts';
import { interesting } from '../memory/digest/interesting.ts';
import { renderDigest } from '../memory/digest/render-digest.ts';
import { checkTenantSlug, DEFAULT_TENANT, resolveTenant } from '../store/tenants.ts';
import { withRuntime } from './runtime.ts';

interface Flags {
  readonly tenant: string;
  readonly since?: string;
  readonly first: string;
  readonly json?: boolean;
}

const DEFAULT_FIRST = '10';
const MOST = 100;
const WIDEST = 100;

const EXAMPLES = `
Reads the candidates that are open, folds those of one story into one, and tells the foremost first.

Examples:
  mnemograph digest
  mnemograph digest --since 24h --first 3
  mnemograph digest --tenant acme --since 2026-03-01T00:00:00Z --json | jq '.[].title'`;

export function registerDigest(program: Command): void {
  program
    .command('digest')
    .description('Say what deserves a look now, why, how sure it is, and what to do next')
    .option('--tenant <slug>', 'whose memory', DEFAULT_TENANT)
    .option('--since <time>', 'only what was still seen then or later: 24h, 7d, 90m, or a time in RFC 3339')
    .option('--first <number>', `how many, at most ${MOST}`, DEFAULT_FIRST)
    .option('--json', 'print it as JSON')
    .addHelpText('after', EXAMPLES)
    .action(digest);
}

async function digest(flags: Flags): Promise<void> {
  const tenantSlug = checkTenantSlug(flags.tenant);
  const first = firstOf(flags.first);
  await withRuntime(async ({ store, clock, pipeline }) => {
    const sinceUs = flags.since === undefined ? null : sinceOf(flags.since, clock.nowUs());
    const tenantId = await resolveTenant(store, tenantSlug);
    if (tenantId !== 0) await pipeline.settle(tenantId);
    const caller = { tenantId, tenantSlug, actor: 'operator' };
    const highlights = await interesting({ store, caller }, { sinceUs, first });
    if (flags.json) console.log(JSON.stringify(highlights.map(asJson), null, 2));
    else console.log(renderDigest(headingOf(tenantSlug, sinceUs), highlights, style()));
  });
}

const headingOf = (tenant: string, sinceUs: Micros | null): string =>
  `What deserves a look in "${tenant}"${sinceUs === null ? '' : `, seen since ${formatMicros(sinceUs)}`}`;

const style = () => ({
  width: Math.min(process.stdout.columns ?? WIDEST, WIDEST),
  color: process.stdout.isTTY && process.stdout.hasColors(),
});

function asJson({ firstUs, lastUs, ...highlight }: Highlight): object {
  return { ...highlight, firstSeenAt: formatMicros(firstUs), lastSeenAt: formatMicros(lastUs) };
}

function firstOf(text: string): number {
  const first = Number(text);
  if (Number.isInteger(first) && first >= 1 && first <= MOST) return first;
  throw new ValidationError(`--first takes a number from 1 to ${MOST}, not "${text}".`, ['first']);
}

const UNITS: Readonly<Record<string, Micros>> = { m: US_PER_MINUTE, h: US_PER_HOUR, d: US_PER_DAY };

/** `24h` before `nowUs`, or the time that is named. Throws ValidationError for anything else. */
export function sinceOf(text: string, nowUs: Micros): Micros {
  const span = /^(\d{1,6})([mhd])$/.exec(text);
  if (span !== null) return nowUs - Number(span[1]) * UNITS[span[2]!]!;
  const at = parseMicros(text);
  if (at !== null) return at;
  throw new ValidationError(
    `--since takes minutes, hours or days like 90m, 24h or 7d, or a time like 2026-03-01T00:00:00Z, not "${text}".`,
    ['since'],
  );
}
