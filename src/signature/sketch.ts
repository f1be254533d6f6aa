// What an index keeps of a form, so that forms with most of the same words are found together: its words, and
// min-hashes of them (Broder 1997) in the order of an LSH forest (Bawa, Condie, Ganesan 2005). Neighbours in the order
// of a lane share the longest run of min-hashes, however many forms there are: no threshold has to be chosen.
import { combine } from './contexts.ts';
import { finalise, hash1, hash2 } from './hash.ts';
import { tellingWords, tokensOfTemplate } from './telling-words.ts';

/** Names the algorithm: forms sketched by an older one are sketched again. A new one takes lanes of its own. */
export const SKETCH_VERSION = 1;

export interface Sketch {
  readonly version: number;
  readonly rows: readonly SketchRow[];
}

/** One entry of the index. `code` is a whole number below 2^53. */
export interface SketchRow {
  readonly lane: number;
  readonly code: number;
}

/** The lane of single words; those of min-hashes follow. */
export const WORD_LANE = 0;
export const HASH_LANES = 12;
/** Min-hashes of a code, the first in the highest bits. */
export const HASHES_PER_CODE = 4;
export const BITS_PER_HASH = 13;

const WORDS_KEPT = 24;
const TOKENS_READ = 96;

/** The words of a canonical form or pattern that its sketch is made of. */
export const sketchWords = (template: string): string[] =>
  tellingWords(tokensOfTemplate(template, TOKENS_READ)).slice(0, WORDS_KEPT);

export const wordCode = (word: string): number => combine(hash1(word), hash2(word));

/** The sketch of a canonical form: a row per word and one per lane of min-hashes; none where there are no words. */
export function sketchOf(canonical: string): Sketch {
  const words = sketchWords(canonical);
  const rows = [...words.map((word) => ({ lane: WORD_LANE, code: wordCode(word) })), ...hashRows(words)];
  return { version: SKETCH_VERSION, rows };
}

export function hashRows(words: readonly string[]): SketchRow[] {
  if (words.length === 0) return [];
  const hashes = words.map(hash1);
  return Array.from({ length: HASH_LANES }, (_, i) => ({ lane: i + 1, code: laneCode(hashes, i + 1) }));
}

function laneCode(hashes: readonly number[], lane: number): number {
  let code = 0;
  for (let i = 0; i < HASHES_PER_CODE; i++) {
    const seed = Math.imul(lane * HASHES_PER_CODE + i, 0x9e3779b1);
    let least = 0xffffffff;
    for (const hash of hashes) least = Math.min(least, finalise(hash ^ seed) >>> 0);
    code = code * 2 ** BITS_PER_HASH + (least & (2 ** BITS_PER_HASH - 1));
  }
  return code;
}
