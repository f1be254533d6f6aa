// The readable template of a form, learnt from its lines: a value that never changes is shown, one that does is `<*>`.
import type { Analysis } from './analysis.ts';
import { HARD, SOFT } from './atoms.ts';
import { DIGIT } from './characters.ts';
import { WILDCARD } from './pattern.ts';
import { LITERAL, Runs, SKELETON } from './runs.ts';
import { startOfValue } from './values.ts';

/** What is shown of a run while no line differs in it, and while only its values differ. */
interface RunText {
  literal: string;
  skeleton: string;
}

export class Template {
  /** What the lines of the form showed so far. */
  readonly runs: Runs;
  /** Constant text and runs in turn. */
  readonly #pieces: (string | RunText)[] = [];

  /** The template as the first line of a form shows it. */
  constructor(analysis: Analysis) {
    const { atoms, form, text } = analysis;
    this.runs = new Runs(analysis);
    let position = 0;
    for (let t = 0; t < form.count; t++) {
      const first = form.first[t]!;
      if (form.isVariable[t] === 0) {
        this.#pieces.push(text.slice(position, atoms.end[first]!));
      } else {
        this.#pieces.push(text.slice(position, startOfValue(analysis, first)));
        this.#pieces.push(runTextAt(analysis, t));
      }
      position = atoms.end[form.reach[t]!]!;
    }
    this.#pieces.push(form.truncated ? '…' : text.slice(position));
  }

  toString(): string {
    let output = '';
    let run = 0;
    for (const piece of this.#pieces) {
      output += typeof piece === 'string' ? piece : shown(piece, this.runs.stateOf(run++));
    }
    return output;
  }
}

function shown({ literal, skeleton }: RunText, state: number): string {
  if (state === LITERAL) return literal;
  return state === SKELETON ? skeleton : WILDCARD;
}

function runTextAt(analysis: Analysis, token: number): RunText {
  const { atoms, form, text } = analysis;
  let literal = '';
  let skeleton = '';
  const first = form.first[token]!;
  for (let a = first; a <= form.last[token]!; a++) {
    let gap = '';
    if (a > first) {
      gap = text.slice(atoms.end[a - 1]!, startOfValue(analysis, a));
      if (gap.trim() === '' && (isWordlike(analysis, a) || isWordlike(analysis, a - 1))) continue;
    }
    literal += gap + (atoms.role[a] === SOFT ? text.slice(atoms.start[a]!, atoms.end[a]!) : WILDCARD);
    skeleton += gap + WILDCARD;
  }
  return { literal, skeleton };
}

/** A variable for certain though without digits (a path, a day's name): beside a blank it is one with its neighbour. */
function isWordlike({ atoms }: Analysis, a: number): boolean {
  return atoms.role[a] === HARD && (atoms.traits[a]! & DIGIT) === 0;
}
