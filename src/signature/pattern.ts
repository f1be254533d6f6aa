// Renders what was signed: the canonical form, and the readable template with `<*>` where values were.
import type { Analysis } from './analysis.ts';
import { startOfValue, valuesOf } from './values.ts';

export const WILDCARD = '<*>';

const CONTROL_SEQUENCE = /\x1b\[[0-?]*[ -/]*[@-~]/g;

/** Words and `<*>` parted by single blanks: exactly what the key is a hash of. */
export function canonicalText(analysis: Analysis): string {
  const tokens: string[] = [];
  for (let t = 0; t < analysis.form.count; t++) {
    tokens.push(analysis.form.isVariable[t] === 1 ? WILDCARD : analysis.word(t));
  }
  return tokens.join(' ');
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
