// Renders what was signed: the canonical form, and the readable template with `<*>` where values were.
import type { Analysis } from './analysis.ts';
import type { Atoms } from './atoms.ts';
import { isGlued, isKey } from './canonical.ts';
import { startOfValue, valuesOf } from './values.ts';

export const WILDCARD = '<*>';

const CONTROL_SEQUENCE = /\x1b\[[0-?]*[ -/]*[@-~]/g;

/** Words and `<*>` parted by blanks; a word that an `=` or a bracket ties to its value shows as `uid=`, `LOCAL:`. */
export function canonicalText(analysis: Analysis): string {
  const { atoms, form } = analysis;
  const tokens: string[] = [];
  for (let t = 0; t < form.count; t++) {
    if (form.isVariable[t] === 1) tokens.push(WILDCARD);
    else tokens.push(analysis.word(t) + markText(atoms, form.first[t]!));
  }
  return tokens.join(' ');
}

function markText(atoms: Atoms, a: number): string {
  if (isKey(atoms, a)) return '=';
  return isGlued(atoms, a) ? ':' : '';
}

/** The line as it was printed, with one `<*>` for each value. */
export function patternText(analysis: Analysis): string {
  return render(analysis, (token) => {
    let text = '';
    let end = -1;
    for (const value of valuesOf(analysis, token)) {
      text += end < 0 ? WILDCARD : analysis.text.slice(end, value.start) + WILDCARD;
      end = value.end;
    }
    return text;
  });
}

/** The pattern with white space squeezed and terminal colours removed. */
export function normalisedText(analysis: Analysis): string {
  return patternText(analysis).replace(CONTROL_SEQUENCE, '').replace(/\s+/g, ' ').trim();
}

function render(analysis: Analysis, renderRun: (token: number) => string): string {
  const { atoms, form, text } = analysis;
  let output = '';
  let position = 0;
  for (let t = 0; t < form.count; t++) {
    const isVariable = form.isVariable[t] === 1;
    const first = form.first[t]!;
    const start = isVariable ? startOfValue(analysis, first) : atoms.start[first]!;
    output += text.slice(position, start) + (isVariable ? renderRun(t) : analysis.word(t));
    position = atoms.end[form.reach[t]!]!;
  }
  return form.truncated ? `${output}…` : output + text.slice(position);
}
