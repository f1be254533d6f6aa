// Lines per second in one thread: `npm run bench:signatures -- [FILE]`. The floor reads every character once, which any
// engine must. Without a file it writes its own corpus of lines of about 71 characters.
import { readFileSync } from 'node:fs';
import { Analysis } from '../../src/signature/analysis.ts';
import { signatureKey } from '../../src/signature/engine.ts';
import { Generaliser } from '../../src/signature/generalise.ts';
import { Miner } from '../../src/signature/miner.ts';
import { shapeOf } from '../../src/signature/shape.ts';

const ROUNDS = 15;
const LINES = 40_000;

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

function corpus(file: string | undefined): string[] {
  const text =
    file === undefined
      ? Array.from({ length: LINES }, (_, n) => STATEMENTS[n % STATEMENTS.length]!(n)).join('\n')
      : readFileSync(file, 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

let sink = 0;

/** The best of several interleaved rounds, in seconds: noise of the machine only ever adds time. */
function best(
  contenders: Record<string, (lines: readonly string[]) => void>,
  lines: readonly string[],
): Map<string, number> {
  const times = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const start = process.hrtime.bigint();
      run(lines);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      times.set(name, Math.min(seconds, times.get(name) ?? Number.POSITIVE_INFINITY));
    }
  }
  return times;
}

/** The time of one call on hostile input, in microseconds: the best of many. */
function microseconds(run: () => void): number {
  let found = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 300; i++) {
    const start = process.hrtime.bigint();
    run();
    found = Math.min(found, Number(process.hrtime.bigint() - start) / 1e3);
  }
  return found;
}

function randomWords(lines: number): string[] {
  const letters = (n: number): string => (Math.imul(n, 2_654_435_761) >>> 0).toString(26).replace(/\d/g, 'z');
  return Array.from({ length: lines }, (_, n) =>
    Array.from({ length: 8 }, (_, w) => `w${letters(n * 8 + w)}`).join(' '),
  );
}

const lines = corpus(process.argv[2]);
const characters = lines.reduce((sum, line) => sum + line.length, 0);
const analysis = new Analysis();
const times = best(
  {
    'read every character': (all) => {
      for (const line of all)
        for (let i = 0; i < line.length; i++) sink = Math.imul(sink ^ line.charCodeAt(i), 0x01000193);
    },
    'canonical form': (all) => {
      for (const line of all) sink ^= analysis.read(line).form.count;
    },
    'signature key': (all) => {
      for (const line of all) sink ^= signatureKey(line, 'bench').length;
    },
    'families with patterns': (all) => {
      const miner = new Miner();
      for (const line of all) miner.observe(line);
      sink ^= miner.forms.length;
    },
  },
  lines,
);
console.log(`${lines.length} lines of ${(characters / lines.length).toFixed(0)} characters on average`);
for (const [name, seconds] of times) {
  const perSecond = Math.round(lines.length / seconds);
  console.log(`${name.padEnd(24)} ${perSecond.toLocaleString('en').padStart(12)} lines/s`);
}

const hostile = {
  'letters and brackets': '([{=:'.repeat(800),
  'one long word': 'x'.repeat(4_000),
  'short words': 'ab '.repeat(1_333),
  'open quotations': `'a `.repeat(1_333),
  'open quotations, tight': `"a`.repeat(2_000),
  'dots and colons': 'a.1:'.repeat(1_000),
};
for (const [name, line] of Object.entries(hostile)) {
  const us = microseconds(() => signatureKey(line, 'bench'));
  console.log(`${line.length} characters, ${name}: ${us.toFixed(1)} µs`);
}

const noise = randomWords(200_000);
const before = process.memoryUsage().heapUsed;
const start = process.hrtime.bigint();
const miner = new Miner();
for (const line of noise) miner.observe(line);
const perLine = Number(process.hrtime.bigint() - start) / 1e3 / noise.length;
const megabytes = (process.memoryUsage().heapUsed - before) / 2 ** 20;
console.log(
  `${noise.length} lines of random words: ${perLine.toFixed(1)} µs a line, ${miner.forms.length} forms kept, ${megabytes.toFixed(0)} MB`,
);
const generaliser = new Generaliser();
const shapes = noise.slice(0, 5_000).map((line) => shapeOf(line, ''));
const learnt = process.hrtime.bigint();
for (const [i, shape] of shapes.entries()) generaliser.add(shape, i);
console.log(
  `learning a new form: ${(Number(process.hrtime.bigint() - learnt) / 1e3 / shapes.length).toFixed(1)} µs`,
);
if (sink === 42) console.log(sink);
