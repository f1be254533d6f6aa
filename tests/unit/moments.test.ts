import { describe, expect, it } from 'vitest';
import { sentence, shortened } from '../../src/memory/moments.ts';

describe('a long text', () => {
  it('is cut between two words', () => {
    expect(shortened('looks like a security anomaly', 24)).toBe('looks like a security…');
    expect(shortened('looks like a security anomaly', 29)).toBe('looks like a security anomaly');
  });

  it('is cut within a word where too little would be left', () => {
    expect(shortened('a eyJhbGciOiJIUzI1NiJ9.payload', 12)).toBe('a eyJhbGciO…');
    expect(shortened('nospaces', 4)).toBe('nos…');
  });

  it('ends a sentence by itself', () => {
    expect(sentence(shortened('one two three', 8))).toBe('one two…');
    expect(sentence('one two')).toBe('one two.');
  });
});
