// A form outside the scanner's buffers: what the generaliser compares and what is rebuilt from a stored example.
import type { Analysis } from './analysis.ts';
import { AFTER_EQUALS, AFTER_SPACE, type Atoms, IS_STATE, WORD } from './atoms.ts';

export interface Token {
  /** Null for a run of variables. */
  text: string | null;
  hash: number;
  hash2: number;
  /** Names the value behind an equals sign: `uid=`. */
  isKey: boolean;
  isState: boolean;
  /** Touches the variable before or behind it, parted by one character at most: `LOCAL(0)`. */
  gluedBefore: boolean;
  gluedBehind: boolean;
}

export interface Shape {
  key: string;
  tokens: readonly Token[];
}

/** The tokens of the analysed line. */
export function tokensOf(analysis: Analysis): Token[] {
  const { atoms, form } = analysis;
  const tokens: Token[] = [];
  for (let t = 0; t < form.count; t++) {
    const a = form.first[t]!;
    const isVariable = form.isVariable[t] === 1;
    tokens.push({
      text: isVariable ? null : analysis.word(t),
      hash: form.hash[t]!,
      hash2: form.hash2[t]!,
      isKey: !isVariable && (atoms.before[a + 1]! & AFTER_EQUALS) !== 0,
      isState: !isVariable && (atoms.traits[a]! & IS_STATE) !== 0,
      gluedBefore: !isVariable && a > 0 && touches(atoms, a) && atoms.role[a - 1] !== WORD,
      gluedBehind: !isVariable && a + 1 < atoms.count && touches(atoms, a + 1) && atoms.role[a + 1] !== WORD,
    });
  }
  return tokens;
}

/** Whether at most one character, and no blank, parts atom `a` from the one before. */
function touches(atoms: Atoms, a: number): boolean {
  return atoms.start[a]! - atoms.end[a - 1]! <= 1 && (atoms.before[a]! & AFTER_SPACE) === 0;
}
