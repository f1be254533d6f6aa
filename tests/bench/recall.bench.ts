// How well and how fast memory finds what it holds, over HTTP, one question at a time:
// `npm run bench:recall -- [--signatures 100000] [--incidents 2000] [--questions 1000] [--growth]`.
// `--growth` compares 10,000 with 1,000,000 signatures instead.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { encodeGlobalId } from '../../src/domain/global-id.ts';
import { silentLogger } from '../../src/domain/logger.ts';
import { type RunningServer, startServer } from '../../src/main.ts';
import { readSettings } from '../../src/settings.ts';
import { discard } from '../support/embedded.ts';
import { remember } from './recall/load.ts';
import { type Asked, type Kind, questions } from './recall/questions.ts';

const SEED = 20_260_310;
const WARM_UP = 100;
const FIRST = 5;
const GOALS: Record<Kind, number> = { same: 1, changed: 0.95, stranger: 0.97 };
const P95_GOAL_MS = 25;
const GROWTH = [10_000, 1_000_000] as const;
const GROWTH_GOAL = 2.5;

const SEEN_BEFORE = `query ($text: String!) {
  seenBefore(input: { message: { text: $text } }) {
    verdict explanation occurrenceCount firstSeenAt lastSeenAt
    signature { id pattern }
    similar { similarity reason signature { id pattern } }
    episodes { startAt endAt eventCount outcome }
    incidents { score reason incident { id title } }
    lessons { title recommendation }
    runbookHints { title hintText }
    coverage { from to complete gaps { kind reason } }
  }
}`;

interface Answer {
  readonly verdict: string;
  readonly signature: { readonly id: string } | null;
  readonly similar: readonly { readonly similarity: number; readonly signature: { readonly id: string } }[];
}

async function ask(server: RunningServer, text: string): Promise<{ answer: Answer; ms: number }> {
  const began = performance.now();
  const response = await fetch(`${server.address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: SEEN_BEFORE, variables: { text } }),
  });
  const { data, errors } = (await response.json()) as { data: { seenBefore: Answer }; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return { answer: data.seenBefore, ms: performance.now() - began };
}

/** `right`: the global id of the signature of the asked family. */
function isRight({ kind }: Asked, answer: Answer, right: string | undefined): boolean {
  if (kind === 'stranger') return answer.verdict === 'NO';
  if (kind === 'same') return answer.verdict === 'YES' && answer.signature?.id === right;
  const found = [answer.signature, ...answer.similar.map((s) => s.signature)].slice(0, FIRST);
  return found.some((signature) => signature?.id === right);
}

interface Result {
  readonly shares: Record<Kind, number>;
  readonly p50: number;
  readonly p95: number;
}

async function measure(signatures: number, incidents: number, count: number): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), 'mnemograph-bench-'));
  const settings = readSettings({ HOME: directory, MNEMOGRAPH_PORT: '0', MNEMOGRAPH_DATA_DIR: directory });
  const server = await startServer(settings, { logger: silentLogger });
  try {
    const caller = await server.runtime.callerFor('default');
    const { store } = server.runtime;
    const memory = await remember(store.writePool, caller.tenantId, signatures, incidents, Date.now());
    const asked = questions(memory.families, WARM_UP + count, SEED);
    const times: number[] = [];
    const tally = { same: [0, 0], changed: [0, 0], stranger: [0, 0] } as Record<Kind, [number, number]>;
    for (const [i, question] of asked.entries()) {
      const { answer, ms } = await ask(server, question.text);
      if (i < WARM_UP) continue;
      times.push(ms);
      const right = question.family === null ? undefined : globalId(memory.idOf.get(question.family)!);
      const good = isRight(question, answer, right);
      tally[question.kind][0] += good ? 1 : 0;
      tally[question.kind][1] += 1;
      if (!good && values.wrong)
        process.stdout.write(`${question.kind}: ${question.text}\n  ${JSON.stringify(answer)}\n`);
    }
    times.sort((a, b) => a - b);
    const shares = Object.fromEntries(Object.entries(tally).map(([kind, [good, all]]) => [kind, good / all]));
    return { shares: shares as Result['shares'], p50: at(times, 0.5), p95: at(times, 0.95) };
  } finally {
    await server.close();
    await discard(directory, directory);
  }
}

const at = (sorted: readonly number[], share: number) => sorted[Math.floor(sorted.length * share)]!;
const globalId = (key: string) => encodeGlobalId('Signature', key);

function report(signatures: number, { shares, p50, p95 }: Result): void {
  process.stdout.write(
    `${signatures.toLocaleString('en-US')} signatures: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms\n`,
  );
  for (const [kind, share] of Object.entries(shares))
    process.stdout.write(`  ${kind}: ${share.toFixed(3)} (goal ${GOALS[kind as Kind]})\n`);
}

const { values } = parseArgs({
  options: {
    signatures: { type: 'string', default: '100000' },
    incidents: { type: 'string', default: '2000' },
    questions: { type: 'string', default: '1000' },
    growth: { type: 'boolean', default: false },
    wrong: { type: 'boolean', default: false },
  },
});

const [incidents, count] = [Number(values.incidents), Number(values.questions)];
const failures: string[] = [];
if (values.growth) {
  const p95: number[] = [];
  for (const signatures of GROWTH) {
    const result = await measure(signatures, incidents, count);
    report(signatures, result);
    p95.push(result.p95);
  }
  const growth = p95[1]! / p95[0]!;
  process.stdout.write(`p95 grows by ${growth.toFixed(2)} (goal ${GROWTH_GOAL})\n`);
  if (growth > GROWTH_GOAL) failures.push('growth');
} else {
  const result = await measure(Number(values.signatures), incidents, count);
  report(Number(values.signatures), result);
  for (const kind of Object.keys(GOALS) as Kind[]) if (result.shares[kind] < GOALS[kind]) failures.push(kind);
  if (result.p95 > P95_GOAL_MS) failures.push('p95');
}
if (failures.length > 0) {
  process.stdout.write(`short of its goal: ${failures.join(', ')}\n`);
  process.exitCode = 1;
}
