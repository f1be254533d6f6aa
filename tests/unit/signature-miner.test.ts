import { describe, expect, it } from 'vitest';
import { balanceBrackets, joinTemplates } from '../../src/signature/join-templates.ts';
import { Miner } from '../../src/signature/miner.ts';

function mine(lines: readonly string[], maxForms?: number): Miner {
  const miner = new Miner(maxForms);
  for (const line of lines) miner.observe(line);
  return miner;
}

/** Pseudo-random words of letters, the same on every run. */
function* randomLines(count: number): Generator<string> {
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state >>> 8;
  };
  for (let i = 0; i < count; i++) {
    yield Array.from({ length: 8 }, () => `z${(next() + 46_656).toString(36).replace(/\d/g, 'q')}`).join(' ');
  }
}

describe('mining', () => {
  it('counts the lines of each family, with the first, the last and an example', () => {
    const miner = mine(['disk 1 full', 'link is up', 'disk 2 full', 'disk 7 full', 'link is up']);
    expect(miner.families().map(({ key, ...rest }) => rest)).toEqual([
      {
        count: 3,
        firstLine: 1,
        lastLine: 4,
        example: 'disk 1 full',
        pattern: 'disk <*> full',
        forms: 1,
        coarse: false,
      },
      {
        count: 2,
        firstLine: 2,
        lastLine: 5,
        example: 'link is up',
        pattern: 'link is up',
        forms: 1,
        coarse: false,
      },
    ]);
  });

  it('shows a value that never changed, and a wildcard for one that did', () => {
    const [family] = mine(['port 1 over ssh2 as uid=root', 'port 2 over ssh2 as uid=root']).families();
    expect(family!.pattern).toBe('port <*> over ssh2 as uid=root');
    const [changed] = mine(['port 1 over ssh2 as uid=root', 'port 2 over ssh1 as uid=bin']).families();
    expect(changed!.pattern).toBe('port <*> over <*> as uid=<*>');
  });

  it('shows the same pattern whatever the order of the lines', () => {
    const lines = ['put a.log to 10.0.0.1:80', 'put b.log to db.example.org:80', 'put a.log to 10.0.0.2:81'];
    const patterns = [lines, [...lines].reverse()].map((order) => mine(order).families()[0]!.pattern);
    expect(patterns[0]).toBe(patterns[1]);
  });

  it('joins families in retrospect, under the key of the oldest', () => {
    const lines = ['alpha', 'beta', 'gamma'].map((name) => `the cache of region ${name} was warmed`);
    const miner = mine(lines);
    const families = miner.families();
    expect(families).toHaveLength(1);
    expect(families[0]).toMatchObject({ count: 3, forms: 3, pattern: 'the cache of region <*> was warmed' });
    expect(families[0]!.key).toBe(miner.forms[0]!.key);
    expect(miner.aliases.every(({ to }) => to === families[0]!.key)).toBe(true);
  });

  it('keeps partitions apart', () => {
    const miner = new Miner();
    miner.observe('link is up', 'router');
    miner.observe('link is up', 'switch');
    expect(miner.families()).toHaveLength(2);
  });

  it('holds no more forms than it may, tells the rest apart coarsely, and says so', () => {
    const miner = mine([...randomLines(3_000)], 1_000);
    expect([...miner.full]).toEqual(['']);
    expect(miner.forms.length).toBeLessThan(1_020);
    const families = miner.families();
    expect(families.reduce((sum, { count }) => sum + count, 0)).toBe(3_000);
    expect(families.some(({ coarse, pattern }) => coarse && pattern === '<*>')).toBe(true);
  });

  it('still finds what it knows once it is full, by form and by slot', () => {
    const warmed = (name: string) => `the cache of region ${name} was warmed`;
    const miner = mine([...['alpha', 'beta', 'gamma'].map(warmed), ...randomLines(100)], 50);
    const root = miner.families().find(({ example }) => example === warmed('alpha'))!;
    expect(miner.observe(warmed('alpha')).key).toBe(root.key);
    expect(miner.observe(warmed('delta')).key).toBe(root.key);
  });
});

describe('joining templates', () => {
  it.each([
    ['a b c', 'a b c', 'a b c'],
    ['a b c', 'a d c', 'a <*> c'],
    ['a b', 'a b c', 'a b<*>'],
    ['put <*> to x', 'put y to x', 'put <*> to x'],
    ['(a) b', '[a] b', '<*>a<*> b'],
  ])('keeps what %j and %j have in common', (left, right, expected) => {
    expect(joinTemplates(left, right)).toBe(expected);
  });

  it('drops a bracket whose partner a wildcard swallowed', () => {
    expect(balanceBrackets('at <*>) in (x) [<*>]')).toBe('at <*> in (x) [<*>]');
  });
});
