import { describe, expect, it } from 'vitest';
import { literalsOf, valuesBetween } from '../../src/signature/align.ts';

const read = (pattern: string, message: string) => valuesBetween(literalsOf(pattern), message);

describe('reading a message by the pattern of its family', () => {
  it('gives one value per wildcard, in order', () => {
    expect(
      read('Failed password for <*> from <*> port <*>', 'Failed password for root from 10.0.0.1 port 22'),
    ).toEqual(['root', '10.0.0.1', '22']);
    expect(read('<*> is up', 'eth0 is up')).toEqual(['eth0']);
  });

  it('takes the shortest text that fits, and the end as the end', () => {
    expect(read('a <*> b <*>', 'a 1 b 2 b 3')).toEqual(['1', '2 b 3']);
    expect(read('a <*> b', 'a 1 b b')).toEqual(['1 b']);
  });

  it('is null for a message that does not read like the pattern', () => {
    expect(read('Failed password for <*>', 'Accepted password for root')).toBeNull();
    expect(read('a <*> b', 'a 1 c')).toBeNull();
    expect(read('a b', 'a b c')).toBeNull();
  });
});
