// Every line of parse/<format>.txt against what parse/<format>.json says it holds.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatMicros, parseMicros } from '../../src/domain/time.ts';
import { parseLine } from '../../src/parse/parse-line.ts';
import type { ParsedLine } from '../../src/parse/parsed-line.ts';

const folder = new URL('./parse/', import.meta.url);
const context = { referenceUs: parseMicros('2026-03-01T12:00:00Z')! };

/** Only what the line holds, with its time readable. */
function shown({ timestampUs, ...line }: ParsedLine): Record<string, unknown> {
  const parts = Object.entries(line).filter(([, value]) => value !== null && value !== false);
  return {
    ...Object.fromEntries(parts),
    ...(timestampUs === null ? {} : { time: formatMicros(timestampUs) }),
  };
}

describe('golden lines', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
    it(`${file} is read as written down`, async () => {
      const lines = readFileSync(new URL(file, folder), 'utf8')
        .split('\n')
        .filter((line) => line !== '');
      const read = lines.map((raw) => ({ raw, ...shown(parseLine(raw, context)) }));
      await expect(`${JSON.stringify(read, null, 1)}\n`).toMatchFileSnapshot(
        `./parse/${file.replace('.txt', '.json')}`,
      );
    });
  }
});
