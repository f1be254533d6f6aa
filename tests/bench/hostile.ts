// What the engine costs where input is made to hurt it: lines of 4,000 characters, and 200,000 lines of random words.
import { signatureKey } from '../../src/signature/engine.ts';
import { Miner } from '../../src/signature/miner.ts';

const CALLS = 300;
const RANDOM_LINES = 200_000;
const WORDS = 8;

const HOSTILE: Readonly<Record<string, string>> = {
  'letters and brackets': '([{=:'.repeat(800),
  'one long word': 'x'.repeat(4_000),
  'short words': 'ab '.repeat(1_333),
  'open quotations': `'a `.repeat(1_333),
  'open quotations, tight': `"a`.repeat(2_000),
  'dots and colons': 'a.1:'.repeat(1_000),
  'pairs without values': 'k= '.repeat(1_333),
  'paths with marks': '/a*%'.repeat(1_000),
};

/** The best of many calls, in microseconds. */
function microseconds(run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < CALLS; i++) {
    const start = process.hrtime.bigint();
    run();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e3);
  }
  return best;
}

function randomWords(count: number): string[] {
  const letters = (n: number): string => (Math.imul(n, 2_654_435_761) >>> 0).toString(26).replace(/\d/g, 'z');
  return Array.from({ length: count }, (_, n) =>
    Array.from({ length: WORDS }, (_, w) => `w${letters(n * WORDS + w)}`).join(' '),
  );
}

export function reportHostile(): void {
  for (const [name, line] of Object.entries(HOSTILE)) {
    const us = microseconds(() => signatureKey(line, 'bench'));
    console.log(`${line.length} characters, ${name}: ${us.toFixed(1)} µs`);
  }
}

export function reportRandomWords(): void {
  const lines = randomWords(RANDOM_LINES);
  const before = process.memoryUsage().heapUsed;
  const start = process.hrtime.bigint();
  const miner = new Miner();
  for (const line of lines) miner.observe(line);
  const us = Number(process.hrtime.bigint() - start) / 1e3 / lines.length;
  const megabytes = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  console.log(
    `${lines.length} lines of random words: ${us.toFixed(1)} µs a line, ${miner.forms.length} forms kept, ` +
      `${megabytes.toFixed(0)} MB, bound reached: ${miner.full.size > 0}`,
  );
}
