import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormCounter } from '../../src/signature/form-counter.ts';
import { Miner } from '../../src/signature/miner.ts';

const word = fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta');
const value = fc.constantFrom('7', '10.0.0.1', '/var/log', 'ssh2', 'user=root', 'a1 b2', '(3)', '[4]', '"x"');
const message = fc.oneof(
  fc.tuple(word, value).map(([w, v]) => `the cache of region ${w} was warmed in ${v} by`),
  fc.tuple(value, value, word).map(([a, b, w]) => `moved ${a} ${b} to ${w} at last`),
  fc.tuple(value, value).map(([a, b]) => `took ${a}, ${b}`),
  fc.array(word, { maxLength: 5 }).map((words) => words.join(' ')),
);
const event = fc.record({
  message,
  program: fc.constantFrom('', 'sshd'),
  lines: fc.integer({ min: 1, max: 3 }),
});
const blocks = fc.array(fc.array(event, { maxLength: 12 }), { maxLength: 5 });

/** The last form is joined with one that is stored, when there is no room for its own. */
const warmed = (region: string, by: string) => ({
  message: `the cache of region ${region} was warmed in ${by} by`,
  program: '',
  lines: 1,
});
const PAST_THE_BOUND = [
  ['alpha', 'beta', 'gamma', 'delta', 'epsilon'].map((region) => warmed(region, 'ssh2')),
  [warmed('zeta', 'scp1')],
];

/** With a bound that some runs exceed. */
const MAX_FORMS = 5;

describe('forms counted block by block', () => {
  it('make the same families as all messages one after the other', () => {
    fc.assert(
      fc.property(blocks, (log) => {
        const whole = new Miner(MAX_FORMS);
        const merged = new Miner(MAX_FORMS);
        const counter = new FormCounter();
        for (const block of log) {
          for (const { message, program, lines } of block) {
            whole.observe(message, program, lines);
            counter.observe(message, program, lines);
          }
          merged.take(structuredClone(counter.take()));
        }
        expect(merged.families()).toEqual(whole.families());
        expect(merged.aliases).toEqual(whole.aliases);
        expect(merged.full).toEqual(whole.full);
        expect([merged.lines, merged.messages]).toEqual([whole.lines, whole.messages]);
      }),
      { numRuns: 150, examples: [[PAST_THE_BOUND]] },
    );
  });
});
