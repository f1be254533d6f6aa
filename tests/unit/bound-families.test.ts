// Decisions over learnt families: a function of the forms and the decisions alone, which nothing learnt later undoes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Anchor, Binding, FormFacts, MessageParting, Parting } from '../../src/domain/bindings.ts';
import { BoundFamilies } from '../../src/signature/bound-families.ts';
import { Generaliser } from '../../src/signature/generalise.ts';
import { partKey, rulesFor } from '../../src/signature/parting.ts';
import { shapeOf } from '../../src/signature/shape.ts';

const NAMES = ['alder', 'birch', 'cedar', 'elder', 'hazel', 'larch'];
const warmed = (name: string) => `the cache of region ${name} was warmed`;
const cooled = (name: string) => `the cache of region ${name} was cooled down twice`;
const OTHERS = ['VM started', 'VM paused', 'link up', 'link down'];

const factsOf = (message: string): FormFacts => {
  const { key, tokens } = shapeOf(message, '');
  return { key, words: tokens.flatMap(({ text }) => text ?? []) };
};
const anchorOf = (message: string): Anchor => {
  const facts = factsOf(message);
  return { ...facts, partition: '', element: facts.key };
};

const STATUS: MessageParting = { by: 'FIELD', field: 'httpStatus', values: ['500'] };

const message = fc.oneof(
  fc.constantFrom(...NAMES).map(warmed),
  fc.constantFrom(...NAMES).map(cooled),
  fc.constantFrom(...OTHERS),
);
const parting: fc.Arbitrary<Parting> = fc.oneof(
  fc.constantFrom(...NAMES).map((word) => ({ by: 'WORD' as const, word })),
  fc.constant(STATUS),
  message.map((text) => ({ by: 'FORMS' as const, keys: [factsOf(text).key] })),
);
const decision: fc.Arbitrary<Omit<Binding, 'id'>> = fc.oneof(
  fc.tuple(message, message).map(([a, b]) => ({ anchors: [anchorOf(a), anchorOf(b)], parting: null })),
  fc.tuple(message, parting).map(([a, by]) => ({ anchors: [anchorOf(a)], parting: by })),
);
const decisions = fc
  .array(decision, { maxLength: 6 })
  .map((all) => all.map((each, i): Binding => ({ ...each, id: String(i + 1) })));

function learn(messages: readonly string[]): Generaliser {
  const generaliser = new Generaliser();
  messages.forEach((text, i) => {
    generaliser.add(shapeOf(text, ''), i);
  });
  return generaliser;
}

const bind = (generaliser: Generaliser, bindings: readonly Binding[]) =>
  new BoundFamilies(bindings, (_, form) => generaliser.rootOf(form));

/** All messages with either status; equal numbers stand for one signature. */
function partition(
  generaliser: Generaliser,
  bindings: readonly Binding[],
  messages: readonly string[],
): number[] {
  const bound = bind(generaliser, bindings);
  const numbers = new Map<string, number>();
  return messages.flatMap((text) =>
    [200, 500].map((httpStatus) => {
      const form = factsOf(text);
      const family = generaliser.rootOf(form.key);
      const rules = byKey(bound.rulesOf(family, form));
      const fields = { srcIp: null, dstIp: null, user: null, httpStatus, vendor: null, action: null };
      const element = rulesFor(rules, form.key, text, () => fields).at(-1)?.partKey ?? form.key;
      const group = bound.groupOf(family, form, element);
      if (!numbers.has(group)) numbers.set(group, numbers.size);
      return numbers.get(group)!;
    }),
  );
}

function byKey<R extends { readonly key: string }>(rules: readonly R[]): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const rule of rules) groups.set(rule.key, [...(groups.get(rule.key) ?? []), rule]);
  return groups;
}

describe('decisions over learnt families', () => {
  it('give the same signatures whatever the order in which forms arrive', () => {
    const any = fc
      .uniqueArray(message, { minLength: 2, maxLength: 16 })
      .chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), decisions),
      );
    fc.assert(
      fc.property(any, ([all, shuffled, bindings]) => {
        expect(partition(learn(shuffled), bindings, all)).toEqual(partition(learn(all), bindings, all));
      }),
      { numRuns: 100 },
    );
  });

  it('keep together what the last of them joined, and apart what it parted, whatever is learnt later', () => {
    fc.assert(
      fc.property(fc.uniqueArray(message, { maxLength: 16 }), decisions, decision, (all, earlier, last) => {
        const named = last.anchors.map(({ key }) => key);
        const messages = [...new Set([...all, ...NAMES.map(warmed), ...NAMES.map(cooled), ...OTHERS])];
        const bindings = [...earlier, { ...last, id: 'last' }];
        const numbers = partition(learn(messages), bindings, messages);
        const sides = messages.flatMap((text, i) => {
          const form = factsOf(text);
          return [200, 500].map((status, s) => ({ form, status, number: numbers[2 * i + s]! }));
        });
        const natural = (key: string) => sides.find((side) => side.form.key === key && side.status === 200)!;
        if (last.parting === null) {
          expect(natural(named[0]!).number).toBe(natural(named[1]!).number);
          return;
        }
        const { parting: by } = last;
        const holds = ({ form, status }: (typeof sides)[number]) =>
          by.by === 'WORD'
            ? form.words.includes(by.word)
            : by.by === 'FORMS'
              ? by.keys.includes(form.key)
              : status === 500;
        const own = sides.filter(({ number }) => number === natural(named[0]!).number);
        expect(new Set(own.map(holds)).size).toBe(1);
      }),
      { numRuns: 100 },
    );
  });

  it('give the messages of a part a key of their own, the same everywhere', () => {
    const { key } = factsOf(OTHERS[0]!);
    expect(partKey(key, STATUS)).toMatch(/^v1:[0-9a-f]{16}$/);
    expect(partKey(key, STATUS)).toBe(partKey(key, { ...STATUS }));
    expect(partKey(key, STATUS)).not.toBe(partKey(key, { ...STATUS, values: ['501'] }));
  });

  it('know which of them build on which', () => {
    const merge = (id: string, a: string, b: string): Binding => ({
      id,
      anchors: [anchorOf(a), anchorOf(b)],
      parting: null,
    });
    const bound = bind(learn(OTHERS), [
      merge('1', 'VM started', 'VM paused'),
      merge('2', 'link up', 'link down'),
      merge('3', 'VM paused', 'link up'),
    ]);
    expect(bound.dependentsOf('1')).toEqual(['3']);
    expect(bound.dependentsOf('2')).toEqual(['3']);
    expect(bound.dependentsOf('3')).toEqual([]);
  });
});

describe('what says different things stays apart unless a person joins it', () => {
  const apart = (messages: readonly string[]) => {
    const generaliser = learn(messages);
    expect(new Set(messages.map((text) => generaliser.rootOf(factsOf(text).key))).size).toBe(messages.length);
  };

  it.each([
    [['VM started', 'VM paused', 'VM resumed', 'VM stopped']],
    [['link up', 'link down']],
    [
      [
        '%LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to up',
        '%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/1, changed state to up',
        '%LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to down',
      ],
    ],
    [['NIC Link is up', 'NIC Link is down', 'NIC Link is dormant']],
    [
      [
        'the NIC Link of the node is up now',
        'the NIC Link of the node is down now',
        'the NIC Link of the node is dormant now',
      ],
    ],
  ])('%j', (messages) => apart(messages));
});
