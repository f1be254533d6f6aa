// What the lines of one form show of its runs of variables, in numbers alone: whether each changed, and how.
import type { Analysis } from './analysis.ts';
import { HARD, SOFT } from './atoms.ts';

// A run climbs these, never down, so that the order of the lines does not matter.
/** All lines had the same text there. */
export const LITERAL = 0;
/** The values differ, what stands between them does not. */
export const SKELETON = 1;
export const WILD = 2;

/** State, text and layout of each run; can be sent to another thread. */
export type RunsEvidence = readonly number[];
const NUMBERS_PER_RUN = 3;

interface Run {
  token: number;
  state: number;
  /** Hash of the texts that may prove constant. */
  text: number;
  /** Hash of the delimiters between the values. */
  layout: number;
}

export class Runs {
  readonly #runs: Run[] = [];
  /** The runs that may still change. */
  #open: Run[] = this.#runs;

  /** As the first line of a form shows them. */
  constructor(analysis: Analysis) {
    const { count, isVariable } = analysis.form;
    for (let token = 0; token < count; token++) {
      if (isVariable[token] === 0) continue;
      const text = textHash(analysis, token);
      this.#runs.push({ token, state: LITERAL, text, layout: layoutHash(analysis, token) });
    }
  }

  /** The state of a run, counted from the left. */
  stateOf(run: number): number {
    return this.#runs[run]!.state;
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
    if (settled) this.#settle();
  }

  /** What the lines so far showed, for {@link merge}. */
  evidence(): RunsEvidence {
    return this.#runs.flatMap(({ state, text, layout }) => [state, text, layout]);
  }

  /** Takes in what other lines of the same form showed elsewhere, as if they had been observed here. */
  merge(evidence: RunsEvidence): void {
    for (let i = 0; i < this.#runs.length; i++) {
      const run = this.#runs[i]!;
      const at = NUMBERS_PER_RUN * i;
      const isSame = evidence[at + 1] === run.text;
      if (evidence[at + 2] !== run.layout) run.state = WILD;
      else run.state = Math.max(run.state, evidence[at]!, isSame ? LITERAL : SKELETON);
    }
    this.#settle();
  }

  #settle(): void {
    this.#open = this.#open.filter((run) => run.state !== WILD);
  }
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
