import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Generaliser } from '../../src/signature/generalise.ts';
import { shapeOf } from '../../src/signature/shape.ts';

interface Seen {
  message: string;
  firstSeenUs: number;
}

function learn(seen: readonly Seen[], generaliser = new Generaliser()): Generaliser {
  for (const { message, firstSeenUs } of seen) generaliser.add(shapeOf(message, ''), firstSeenUs);
  return generaliser;
}

const rootOf = (generaliser: Generaliser, message: string): string =>
  generaliser.rootOf(shapeOf(message, '').key);

const roots = (generaliser: Generaliser, seen: readonly Seen[]): string[] =>
  seen.map(({ message }) => rootOf(generaliser, message));

function together(...messages: string[]): boolean {
  const generaliser = learn(messages.map((message, i) => ({ message, firstSeenUs: i })));
  return new Set(messages.map((message) => rootOf(generaliser, message))).size === 1;
}

const one = (words: string) => fc.constantFrom(...words.split(' ').map((word) => word.replace('_', ' ')));

/** Two statements with a few words in each of a few places: slots open, overlap and nest. */
const messagesOf = (subjects: string, names: string, verbs: string, people: string) =>
  fc
    .record({
      subject: one(subjects),
      name: one(names),
      verb: one(verbs),
      person: one(people),
      isShort: fc.boolean(),
    })
    .map(({ subject, name, verb, person, isShort }) =>
      isShort ? `${subject} of ${name} ${person}` : `the ${subject} ${name} was ${verb} by ${person}`,
    );

const dense = messagesOf(
  'cache queue index',
  'alpha beta gamma delta 17 LOCAL(4) LOCAL_4 up',
  'moved copied merged WARN INFO',
  'carol dave erin frank',
);
const wide = messagesOf(
  'cache queue index ledger',
  'alpha beta gamma delta omega 17 LOCAL(4) LOCAL(5) gate:80 up',
  'opened closed moved copied erased sorted merged parsed loaded saved pulled pushed',
  'WARN INFO TRACE FATAL AUDIT FINE kept',
);

const stream = fc
  .oneof(
    fc.uniqueArray(dense, { minLength: 1, maxLength: 60 }),
    fc.uniqueArray(wide, { minLength: 1, maxLength: 100 }),
  )
  .chain((messages) =>
    fc.record({
      seen: fc.tuple(
        ...messages.map((text) => fc.nat(50).map((firstSeenUs) => ({ message: text, firstSeenUs }))),
      ),
      order: fc.shuffledSubarray(messages, { minLength: messages.length }),
      cut: fc.nat(messages.length),
    }),
  )
  .map(({ seen, order, cut }) => ({
    seen: seen as Seen[],
    shuffled: order.map((text) => (seen as Seen[]).find((s) => s.message === text)!),
    cut,
  }));

describe('generalising', () => {
  it('yields the same families and roots whatever the order of arrival', () => {
    fc.assert(
      fc.property(stream, ({ seen, shuffled }) => {
        expect(roots(learn(shuffled), seen)).toEqual(roots(learn(seen), seen));
      }),
      { numRuns: 200 },
    );
  });

  it('yields the same families when it restarts from one example per form', () => {
    fc.assert(
      fc.property(stream, ({ seen, cut }) => {
        const before = learn(seen.slice(0, cut));
        const restarted = learn([...seen.slice(0, cut)].reverse());
        expect(roots(restarted, seen.slice(0, cut))).toEqual(roots(before, seen.slice(0, cut)));
        expect(roots(learn(seen.slice(cut), restarted), seen)).toEqual(roots(learn(seen), seen));
      }),
    );
  });

  it('yields the same families when two processes learn a part each and exchange their forms', () => {
    fc.assert(
      fc.property(stream, ({ shuffled, cut }) => {
        const left = learn(shuffled.slice(cut), learn(shuffled.slice(0, cut)));
        const right = learn(shuffled.slice(0, cut), learn(shuffled.slice(cut)));
        expect(roots(left, shuffled)).toEqual(roots(right, shuffled));
      }),
    );
  });

  it('only ever joins families', () => {
    fc.assert(
      fc.property(stream, ({ shuffled, cut }) => {
        const generaliser = learn(shuffled.slice(0, cut));
        const before = roots(generaliser, shuffled.slice(0, cut));
        learn(shuffled.slice(cut), generaliser);
        const after = roots(generaliser, shuffled.slice(0, cut));
        const joinedInto = new Map<string, string>();
        before.forEach((root, i) => {
          expect(joinedInto.get(root) ?? after[i]).toBe(after[i]);
          joinedInto.set(root, after[i]!);
        });
      }),
    );
  });

  it('announces every join as an alias from the root that was to the root that is', () => {
    fc.assert(
      fc.property(stream, ({ shuffled }) => {
        const generaliser = new Generaliser();
        const aliases = new Map<string, string>();
        for (const { message: text, firstSeenUs } of shuffled) {
          for (const { from, to } of generaliser.add(shapeOf(text, ''), firstSeenUs)) aliases.set(from, to);
        }
        const resolve = (key: string): string => (aliases.has(key) ? resolve(aliases.get(key)!) : key);
        for (const { message: text } of shuffled) {
          expect(resolve(shapeOf(text, '').key)).toBe(rootOf(generaliser, text));
        }
      }),
    );
  });

  it('foresees what becomes of a form when it is added', () => {
    fc.assert(
      fc.property(stream, ({ shuffled }) => {
        const generaliser = new Generaliser();
        for (const { message: text, firstSeenUs } of shuffled) {
          const shape = shapeOf(text, '');
          const isNew =
            generaliser.rootOf(shape.key) === shape.key && generaliser.membersOf(shape.key).length === 1;
          const foreseen = generaliser.foresee(shape.tokens);
          generaliser.add(shape, firstSeenUs);
          if (!isNew) continue;
          const root = generaliser.rootOf(shape.key);
          expect(foreseen === null).toBe(generaliser.membersOf(root).length === 1);
          if (foreseen !== null) expect(generaliser.rootOf(foreseen.family)).toBe(root);
        }
      }),
    );
  });

  it('tells which word is the first to show that its place varies', () => {
    const line = (name: string) => `the cache of region ${name} was warmed`;
    const generaliser = learn(['alpha', 'beta'].map((name, i) => ({ message: line(name), firstSeenUs: i })));
    const { tokens } = shapeOf(line('gamma'), '');
    expect(generaliser.foresee(tokens)).toEqual({
      family: shapeOf(line('alpha'), '').key,
      proves: tokens.findIndex(({ text }) => text === 'gamma'),
    });
    learn([{ message: line('gamma'), firstSeenUs: 2 }], generaliser);
    expect(generaliser.foresee(shapeOf(line('delta'), '').tokens)).toMatchObject({ proves: null });
  });

  it('joins messages that differ in a name once enough names were seen', () => {
    const line = (name: string) => `the cache of region ${name} was warmed`;
    expect(together(line('alpha'), line('beta'))).toBe(false);
    expect(together(line('alpha'), line('beta'), line('gamma'))).toBe(true);
  });

  it('joins a name with the values that were seen in its place', () => {
    const line = (name: string) => `the cache of region ${name} was warmed`;
    expect(together(line('alpha'), line('r12'))).toBe(true);
  });

  it('asks for more evidence of short messages', () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, i) => `loaded ${'abcdefgh'[i]}${'xyz'.repeat(2)}`);
    expect(together(...lines(7))).toBe(false);
    expect(together(...lines(8))).toBe(true);
  });

  it('never takes a state for a name', () => {
    const states = [
      'up',
      'down',
      'dormant',
      'failed',
      'online',
      'offline',
      'enabled',
      'disabled',
      'lost',
      'restored',
    ];
    const generaliser = learn(
      states.map((state, i) => ({ message: `the link of port eth is ${state} now`, firstSeenUs: i })),
    );
    const keys = states.map((state) => rootOf(generaliser, `the link of port eth is ${state} now`));
    expect(new Set(keys).size).toBe(states.length);
  });

  it('asks for less behind a preposition, or a noun for things that have names', () => {
    const started = (name: string) => `Started container ${name}`;
    expect(together(started('web'), started('api'))).toBe(false);
    expect(together(started('web'), started('api'), started('worker'))).toBe(true);
    const granted = (name: string) => `lease granted to ${name}`;
    expect(together(granted('web'), granted('api'), granted('fred'))).toBe(true);
    const moved = (state: string) => `task moved to ${state}`;
    expect(together(moved('QUEUED'), moved('KILLED'), moved('DONE'))).toBe(false);
  });

  it('keeps verbs apart where names would have joined', () => {
    const verbs = ['migrated', 'cloned', 'imported', 'exported'];
    expect(together(...verbs.map((verb) => `the VM was ${verb} by an operator`))).toBe(false);
  });

  it('never takes the name of a value for a value', () => {
    expect(together('limits of job a=1', 'limits of job b=1', 'limits of job c=1', 'limits of job d=1')).toBe(
      false,
    );
  });

  it('names a family by its oldest member, also when that arrives last', () => {
    const names = ['alpha', 'beta', 'gamma', 'delta'];
    const line = (name: string) => `the cache of region ${name} was warmed`;
    const generaliser = learn(names.map((name, i) => ({ message: line(name), firstSeenUs: 100 - i })));
    expect(rootOf(generaliser, line('alpha'))).toBe(shapeOf(line('delta'), '').key);
    const aliases = generaliser.add(shapeOf(line('beta'), ''), 1);
    expect(aliases).toEqual([{ from: shapeOf(line('delta'), '').key, to: shapeOf(line('beta'), '').key }]);
    expect(rootOf(generaliser, line('alpha'))).toBe(shapeOf(line('beta'), '').key);
  });

  it('finds the family of a form without learning it', () => {
    const line = (name: string) => `the cache of region ${name} was warmed`;
    const generaliser = learn(
      ['alpha', 'beta', 'gamma'].map((name, i) => ({ message: line(name), firstSeenUs: i })),
    );
    expect(generaliser.lookup(shapeOf(line('delta'), '').tokens)).toBe(shapeOf(line('alpha'), '').key);
    expect(generaliser.lookup(shapeOf('something else altogether', '').tokens)).toBeNull();
    expect(generaliser.forms).toBe(3);
  });
});
