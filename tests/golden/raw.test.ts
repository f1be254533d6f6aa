// Raw lines as eight kinds of source write them, header and all: every block of raw/*.txt is one statement.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseMicros } from '../../src/domain/time.ts';
import { parseLine } from '../../src/parse/parse-line.ts';
import { Miner } from '../../src/signature/miner.ts';

const folder = new URL('./raw/', import.meta.url);
const context = { referenceUs: parseMicros('2026-03-01T12:00:00Z')! };

/** Lines of one family, sorted, as one text; the families sorted. */
function families(lines: readonly string[]): string[] {
  const miner = new Miner();
  const forms = lines.map((line) => miner.observe(parseLine(line, context).message));
  const byRoot = new Map<string, string[]>();
  for (const [i, form] of forms.entries()) {
    const root = miner.rootOf(form);
    byRoot.set(root, [...(byRoot.get(root) ?? []), lines[i]!]);
  }
  return asText([...byRoot.values()]);
}

const asText = (groups: readonly (readonly string[])[]): string[] =>
  groups.map((group) => group.toSorted().join('\n')).toSorted();

describe('raw lines with their headers on', () => {
  for (const file of readdirSync(folder)) {
    const blocks = readFileSync(new URL(file, folder), 'utf8')
      .split('\n\n')
      .map((block) => block.split('\n').filter((line) => line !== ''));

    it(`${file} falls into its statements, in any order`, () => {
      const lines = blocks.flat();
      expect(families(lines)).toEqual(asText(blocks));
      expect(families(lines.toReversed())).toEqual(asText(blocks));
    });
  }
});
