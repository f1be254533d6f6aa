// Families of log messages as made-up programs print them: long and short, prose and key=value, with and without the
// names of classes and functions. A family is drawn from its number, so that any number of them can be had.
import { type Random, seededRandom } from '../../../src/cli/demo/random.ts';
import { FAMILIAR, STRANGE, type Vocabulary } from './vocabulary.ts';

/** Constant text and, for values, what kind of value stands there. */
export type Part = string | { readonly value: Value };
export type Value = 'number' | 'address' | 'duration' | 'path' | 'id' | 'host' | 'percent' | 'quoted';

const value = (kind: Value): Part => ({ value: kind });
const VALUES: readonly Value[] = ['number', 'address', 'duration', 'path', 'id', 'host', 'percent', 'quoted'];

interface Speaker {
  readonly random: Random;
  readonly words: Vocabulary;
}

/** Few words are used much, most are used little. */
function common(random: Random, words: readonly string[]): string {
  const highest = words.length - 1;
  return words[Math.min(random.between(0, highest), random.between(0, highest))]!;
}

const thing = ({ random, words }: Speaker) => common(random, words.things);
const deed = ({ random, words }: Speaker) => common(random, words.deeds);
const state = ({ random, words }: Speaker) => common(random, words.states);
const cause = ({ random, words }: Speaker) => common(random, words.causes);
const camel = (s: Speaker) =>
  Array.from({ length: s.random.between(2, 3) }, () => common(s.random, s.words.parts)).join('');
const snake = (s: Speaker) => `${deed(s).replace(/ing$/, '')}_${thing(s)}`;
const past = (s: Speaker) => `${deed(s).replace(/ing$/, '')}ed`;
const any = ({ random }: Speaker): Part => value(random.pick(VALUES));
const maybe = (s: Speaker, ...parts: Part[]): Part[] => (s.random.between(0, 1) === 1 ? parts : []);

const SENTENCES: readonly ((s: Speaker) => Part[])[] = [
  (s) => [`${state(s)} ${thing(s)}`, ...maybe(s, ' ', any(s))],
  (s) => [`${past(s)} ${thing(s)} ${thing(s)} `, any(s)],
  (s) => [
    `Failed to ${deed(s).replace(/ing$/, '')} ${thing(s)} `,
    any(s),
    ` of ${thing(s)}: ${state(s)} ${thing(s)}`,
  ],
  (s) => [
    `${camel(s)}: ${thing(s)} `,
    any(s),
    ` is ${state(s)} after `,
    value('duration'),
    ...maybe(s, `, ${deed(s)} ${thing(s)}`),
  ],
  (s) => [
    `${deed(s)} ${thing(s)} for ${thing(s)} `,
    value('id'),
    ` (${thing(s)}=`,
    any(s),
    `, ${thing(s)}=`,
    any(s),
    ')',
  ],
  (s) => [`${snake(s)}: ${past(s)} `, value('number'), ` ${thing(s)}s from `, value('address')],
  (s) => [
    `${thing(s)}=`,
    any(s),
    ` ${thing(s)}=`,
    any(s),
    ` level=${state(s)} msg="${deed(s)} ${thing(s)} ${cause(s)}"`,
  ],
  (s) => [
    `${thing(s)} ${thing(s)} on `,
    value('host'),
    ` went ${state(s)} because of ${thing(s)} ${cause(s)}`,
    ...maybe(s, '; next attempt in ', value('duration')),
  ],
  (s) => [
    `[${camel(s)}] ${past(s)} the ${state(s)} ${thing(s)} of `,
    value('host'),
    ` with ${thing(s)} `,
    any(s),
    ` while ${deed(s)} ${thing(s)}s`,
  ],
  (s) => [
    `${camel(s)}.${snake(s)}(`,
    value('number'),
    `): ${cause(s)} in ${thing(s)}, ${thing(s)} ${past(s)}`,
  ],
  (s) => [
    `The ${thing(s)} ${past(s)} by ${thing(s)} `,
    value('id'),
    ` could not be ${past(s)}: the ${thing(s)} is ${state(s)} and `,
    `${thing(s)} ${cause(s)} was found while ${deed(s)} the ${thing(s)} of the ${state(s)} ${thing(s)}`,
    ...maybe(s, ' at ', any(s)),
  ],
  (s) => [
    `${cause(s)}: `,
    any(s),
    ` ${thing(s)}s ${state(s)}, `,
    value('percent'),
    ` of ${thing(s)} used by ${camel(s)}`,
  ],
  (s) => [`${thing(s)} ${cause(s)} `, ...maybe(s, `${state(s)} `), any(s)],
  (s) => [
    `${camel(s)} caught ${camel(s)}Exception: ${state(s)} ${thing(s)} `,
    any(s),
    ` ${deed(s)} ${thing(s)}`,
  ],
];

const SEED_STEP = 2_654_435_761;

/** Family `number` of the programs that are remembered. */
export const familiar = (number: number): Part[] => speak(seededRandom(number * SEED_STEP + 1), FAMILIAR);

/** Family `number` of programs that memory never met. */
export const strange = (number: number): Part[] => speak(seededRandom(number * SEED_STEP + 7), STRANGE);

const speak = (random: Random, words: Vocabulary): Part[] => random.pick(SENTENCES)({ random, words });

/** A line of the family, with values drawn from `random`. */
export const lineOf = (family: readonly Part[], random: Random): string =>
  family.map((part) => (typeof part === 'string' ? part : DRAW[part.value](random))).join('');

const hex = (random: Random, digits: number) =>
  Array.from({ length: digits }, () => random.between(0, 15).toString(16)).join('');

const DRAW: Record<Value, (random: Random) => string> = {
  number: (r) => String(r.between(0, 99_999)),
  address: (r) => `10.${r.between(0, 255)}.${r.between(0, 255)}.${r.between(1, 254)}`,
  duration: (r) => `${r.between(1, 9_000)} ${r.pick(['ms', 's'])}`,
  path: (r) => `/srv/data${r.between(1, 40)}/${hex(r, 6)}`,
  id: (r) => `${hex(r, 8)}-${r.between(1_000, 9_999)}-${hex(r, 12)}`,
  host: (r) => `node${r.between(1, 400)}.dc${r.between(1, 4)}.example.net`,
  percent: (r) => `${r.between(1, 100)}%`,
  quoted: (r) => `'x${hex(r, 7)}'`,
};
