// A form outside the scanner's buffers: what the generaliser compares and what is rebuilt from a stored example.
import { Analysis } from './analysis.ts';
import { IS_STATE } from './atoms.ts';
import { isGlued, isKey } from './canonical.ts';
import { KeyMaker } from './key.ts';

export interface Token {
  /** Null for a run of variables. */
  text: string | null;
  hash: number;
  hash2: number;
  /** Names the value behind an equals sign: `uid=`. */
  isKey: boolean;
  isState: boolean;
  /** Tied to the variable behind it by a bracket or a colon: `LOCAL(0)`. */
  isGlued: boolean;
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
      isKey: !isVariable && isKey(atoms, a),
      isState: !isVariable && (atoms.traits[a]! & IS_STATE) !== 0,
      isGlued: !isVariable && isGlued(atoms, a),
    });
  }
  return tokens;
}

/** The shape of a message: what one stored example per form gives back at start. */
export function shapeOf(message: string, partition: string): Shape {
  const analysis = new Analysis().read(message);
  return { key: new KeyMaker().key(analysis.form, partition), tokens: tokensOf(analysis) };
}
