import type { Severity } from '../domain/severity.ts';

/** One distinct message and severity; texts are patterns, with `<*>` for each value. */
export interface ScorableText {
  readonly text: string;
  readonly severity: Severity;
}

export interface Verdict {
  readonly label: string;
  /** How sure the scorer is of its label, 0 to 1. */
  readonly score: number;
}

/** Anything that tells how anomalous a message is. The same text and severity give the same verdict. */
export interface Scorer {
  /** With the version: verdicts of another name are given anew. */
  readonly name: string;
  /** Aligned with `texts`. */
  score(texts: readonly ScorableText[]): Promise<readonly Verdict[]> | readonly Verdict[];
}
