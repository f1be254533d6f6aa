// The readable template of a form, learnt from its lines: a value that never changes is shown, one that does is `<*>`.
import type { Analysis } from './analysis.ts';
import { HARD, SOFT } from './atoms.ts';
import { DIGIT } from './characters.ts';
import { WILDCARD } from './pattern.ts';
import { startOfValue } from './values.ts';

/** A run of variables climbs these, never down, so that the order of the lines does not matter. */
const LITERAL = 0;
const SKELETON = 1;
const WILD = 2;

interface Run {
  token: number;
  state: number;
  /** Hash of the texts that may prove constant. */
  text: number;
  /** Hash of the delimiters between the values. */
  layout: number;
  literal: string;
  skeleton: string;
}

/** State, text and layout of each run. */
export type TemplateEvidence = Int32Array<ArrayBuffer>;

export class Template {
  /** Constant text and runs in turn. */
  readonly #pieces: (string | Run)[] = [];
  readonly #runs: Run[] = [];
  /** The runs that may still change. */
  #open: Run[] = this.#runs;

  /** The template as the first line of a form shows it. */
  constructor(analysis: Analysis) {
    const { atoms, form, text } = analysis;
    let position = 0;
    for (let t = 0; t < form.count; t++) {
      const first = form.first[t]!;
      if (form.isVariable[t] === 0) {
        this.#pieces.push(text.slice(position, atoms.end[first]!));
      } else {
        this.#pieces.push(text.slice(position, startOfValue(analysis, first)));
        const run = runAt(analysis, t);
        this.#runs.push(run);
        this.#pieces.push(run);
      }
      position = atoms.end[form.reach[t]!]!;
    }
    this.#pieces.push(form.truncated ? '…' : text.slice(position));
  }

  /** Takes in another line of the same form. */
  observe(analysis: Analysis): void {
    let settled = false;
    for (const run of this.#open) {
      if (run.layout !== layoutHash(analysis, run.token)) {
        run.state = WILD;
        settled = true;
      } else if (run.state === LITERAL && run.text !== textHash(analysis, run.token)) {
        run.state = SKELETON;
      }
    }
    if (settled) this.#open = this.#open.filter((run) => run.state !== WILD);
  }

  /** What the lines so far showed, for {@link merge}. */
  evidence(): TemplateEvidence {
    return Int32Array.from(this.#runs.flatMap(({ state, text, layout }) => [state, text, layout]));
  }

  /** Takes in what other lines of the same form showed elsewhere, as if they had been observed here. */
  merge(evidence: TemplateEvidence): void {
    for (let i = 0; i < this.#runs.length; i++) {
      const run = this.#runs[i]!;
      const state = evidence[3 * i]!;
      const isSame = evidence[3 * i + 1] === run.text;
      if (evidence[3 * i + 2] !== run.layout) run.state = WILD;
      else run.state = Math.max(run.state, state, isSame ? LITERAL : SKELETON);
    }
    this.#open = this.#open.filter((run) => run.state !== WILD);
  }

  toString(): string {
    let output = '';
    for (const piece of this.#pieces) {
      if (typeof piece === 'string') output += piece;
      else
        output +=
          piece.state === LITERAL ? piece.literal : piece.state === SKELETON ? piece.skeleton : WILDCARD;
    }
    return output;
  }
}

function runAt(analysis: Analysis, token: number): Run {
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
  const hashes = { text: textHash(analysis, token), layout: layoutHash(analysis, token) };
  return { token, state: LITERAL, ...hashes, literal, skeleton };
}

/** A variable for certain though without digits (a path, a day's name): beside a blank it is one with its neighbour. */
function isWordlike({ atoms }: Analysis, a: number): boolean {
  return atoms.role[a] === HARD && (atoms.traits[a]! & DIGIT) === 0;
}

function textHash({ atoms, form }: Analysis, token: number): number {
  let hash = 0;
  for (let a = form.first[token]!; a <= form.last[token]!; a++) {
    hash = Math.imul(hash ^ (atoms.role[a] === SOFT ? atoms.hash[a]! : HARD), 0x85ebca6b);
  }
  return hash;
}

function layoutHash({ atoms, form }: Analysis, token: number): number {
  let hash = 0;
  for (let a = form.first[token]! + 1; a <= form.reach[token]!; a++) {
    hash = Math.imul(hash ^ (atoms.before[a]! + 3), 0x01000193);
  }
  return hash;
}
