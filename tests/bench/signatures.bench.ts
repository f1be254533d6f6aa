// Lines per second: `npm run bench:signatures -- [FILE] [--peer MODULE]`. In one thread, in turns with a peer; then the
// whole `mnemograph patterns` process, from its start to its exit. Without a file it makes lines of about 71 characters.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Analysis } from '../../src/signature/analysis.ts';
import { signatureKey } from '../../src/signature/engine.ts';
import { Miner } from '../../src/signature/miner.ts';
import { reportHostile, reportRandomWords } from './hostile.ts';
import { loadPeer } from './peer.ts';

const BUDGET_MS = 40_000;
const MIN_ROUNDS = 3;
const MAX_ROUNDS = 25;
const PROCESS_RUNS = 5;
const LINES = 400_000;
const COMMAND = new URL('../../dist/cli/main.js', import.meta.url).pathname;

const STATEMENTS: readonly ((n: number) => string)[] = [
  (n) => `Failed password for invalid user u${n % 97} from 10.${n % 251}.0.7 port ${n % 65_536} ssh2`,
  (n) => `%LINK-3-UPDOWN: Interface GigabitEthernet0/${n % 48}, changed state to ${n % 2 ? 'up' : 'down'}`,
  (n) => `Received block blk_${n * 7_919} of size 67108864 from /10.${n % 251}.7.1 in ${n % 900} ms`,
  (n) => `connection closed by peer="db${n % 9}.example.org" after ${n % 3_600} s, reason=timeout`,
  (n) => `10.0.${n % 251}.8 "GET /api/v2/orders/${n} HTTP/1.1" ${n % 7 ? 200 : 500} ${n % 8_192}`,
  (n) => `(root) CMD (run-parts /etc/cron.hourly) pid=${n % 32_768} took ${n % 60} seconds in total`,
  (n) =>
    `worker ${n % 16}: job 550e8400-e29b-41d4-a716-${String(n).padStart(12, '0')} finished, 3 retries left`,
  (n) => `The update service entered the stopped state and will be asked again in ${n % 90} minutes`,
];

const madeUp = (): string =>
  Array.from({ length: LINES }, (_, n) => `${STATEMENTS[n % STATEMENTS.length]!(n)}\n`).join('');

type Contender = (lines: readonly string[]) => number;

/** The best round of each, in seconds, in turns: noise of the machine only ever adds time. */
function best(contenders: Record<string, Contender>, lines: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  const startedMs = performance.now();
  let sink = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (round >= MIN_ROUNDS && performance.now() - startedMs > BUDGET_MS) break;
    for (const [name, run] of Object.entries(contenders)) {
      const start = process.hrtime.bigint();
      sink ^= run(lines);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      times.set(name, Math.min(seconds, times.get(name) ?? Number.POSITIVE_INFINITY));
    }
  }
  if (sink === -1) console.log(sink);
  return times;
}

function report(name: string, lines: number, seconds: number, ofPeer?: number): void {
  const rate = Math.round(lines / seconds).toLocaleString('en');
  const ratio = ofPeer === undefined ? '' : `   ${(ofPeer / seconds).toFixed(2)} of the peer`;
  console.log(`${name.padEnd(38)} ${rate.padStart(12)} lines/s${ratio}`);
}

/** Seconds of the fastest of several whole processes. */
function processSeconds(args: readonly string[]): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < PROCESS_RUNS; run++) {
    const start = process.hrtime.bigint();
    execFileSync(process.execPath, [COMMAND, 'patterns', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - start) / 1e9);
  }
  return fastest;
}

const { values, positionals } = parseArgs({
  options: { peer: { type: 'string' } },
  allowPositionals: true,
});
const peer = await loadPeer(values.peer);
const folder = mkdtempSync(join(tmpdir(), 'mnemograph-bench-'));
const file = positionals[0] ?? join(folder, 'made-up.log');
if (positionals[0] === undefined) writeFileSync(file, madeUp());
const lines = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '');
const characters = lines.reduce((sum, line) => sum + line.length, 0);
const analysis = new Analysis();

console.log(
  `${lines.length} lines of ${(characters / lines.length).toFixed(0)} characters on average, Node ${process.version}`,
);
const times = best(
  {
    'read every character (floor)': (all) => {
      let hash = 0;
      for (const line of all)
        for (let i = 0; i < line.length; i++) hash = Math.imul(hash ^ line.charCodeAt(i), 0x01000193);
      return hash;
    },
    'canonical form': (all) => all.reduce((sum, line) => sum + analysis.read(line).form.count, 0),
    'signature key': (all) => all.reduce((sum, line) => sum + signatureKey(line, 'bench').length, 0),
    'families with patterns': (all) => {
      const miner = new Miner();
      for (const line of all) miner.observe(line);
      return miner.forms.length;
    },
    [`peer: ${peer.name}`]: (all) => {
      const observe = peer.create();
      for (const line of all) observe(line);
      return all.length;
    },
  },
  lines,
);
const peerSeconds = times.get(`peer: ${peer.name}`)!;
for (const [name, seconds] of times) report(name, lines.length, seconds, peerSeconds);
report('patterns --content, whole process', lines.length, processSeconds(['--content', file]), peerSeconds);
report('patterns, whole process', lines.length, processSeconds([file]), peerSeconds);
report('patterns --assign, whole process', lines.length, processSeconds(['--assign', file]), peerSeconds);
reportHostile();
reportRandomWords();
rmSync(folder, { recursive: true });
