// Whether a quotation mark opens a quoted value, closes text or is an apostrophe.
import { classOf, DIGIT, LETTER } from './characters.ts';

const BLANK = 32;
const APOSTROPHE = 39;
const COLON = 58;
const BACKTICK = 96;
const MAX_QUOTED = 160;

function isAlphanumeric(code: number): boolean {
  return (classOf(code) & (DIGIT | LETTER)) !== 0;
}

function closes(open: number, code: number): boolean {
  switch (open) {
    case BACKTICK: // closes itself or, as GNU tools print it, with an apostrophe
      return code === BACKTICK || code === APOSTROPHE;
    case 0x2018:
      return code === 0x2019;
    case 0x201c:
      return code === 0x201d;
    default:
      return code === open;
  }
}

/**
 * Where the quotation that opens at `position` closes, when it holds a single token with at most `maxBlanks` blanks and
 * is no name for what follows (`"key": …`); 0 otherwise, as for a sentence or for an apostrophe inside a word.
 */
export function closingQuote(units: Uint16Array, position: number, limit: number, maxBlanks: number): number {
  const open = units[position]!;
  if (open === APOSTROPHE && position > 0 && isAlphanumeric(units[position - 1]!)) return 0;
  const end = Math.min(position + 1 + MAX_QUOTED, limit);
  let blanks = 0;
  for (let i = position + 1; i < end; i++) {
    const code = units[i]!;
    if (closes(open, code)) {
      const next = units[i + 1]!;
      const isName = next === COLON || (code === APOSTROPHE && isAlphanumeric(next));
      return isName || i === position + 1 ? 0 : i;
    }
    if (code === BLANK && ++blanks > maxBlanks) return 0;
  }
  return 0;
}
