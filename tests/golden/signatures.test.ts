import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeForm, normaliseMessage, parametersOf } from '../../src/signature/engine.ts';

const corpus = readFileSync(new URL('signatures/corpus.txt', import.meta.url), 'utf8');
const families = corpus
  .split('\n\n')
  .map((block) => block.split('\n').filter((line) => line !== '' && !line.startsWith('# ')));

const keyOf = (message: string): string => describeForm(message, 'golden').key;

describe('the golden corpus', () => {
  it.each(families.map((family) => [family[0]!, family] as const))(
    'signs alike every line like: %s',
    (_, family) => {
      expect(new Set(family.map(keyOf)).size).toBe(1);
    },
  );

  it('signs lines of different families apart', () => {
    expect(new Set(families.map((family) => keyOf(family[0]!))).size).toBe(families.length);
  });

  it('keeps its keys, forms and parameters from version to version', async () => {
    const described = families.flat().map((message) => {
      const { key, contentKey, canonical, pattern } = describeForm(message, 'golden');
      const parameters = parametersOf(message).map(({ kind, value }) => `${kind}:${value}`);
      return {
        message,
        key,
        contentKey,
        canonical,
        pattern,
        normalised: normaliseMessage(message),
        parameters,
      };
    });
    await expect(`${JSON.stringify(described, null, 1)}\n`).toMatchFileSnapshot('signatures/v1.json');
  });
});
