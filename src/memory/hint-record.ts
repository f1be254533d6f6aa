// What its record of outcomes says about a runbook hint.

export interface HintRecord {
  readonly worked: number;
  readonly failed: number;
}

/** Laplace's rule of succession, in millionths: one half while nobody has tried it. */
export const hintConfidence = ({ worked, failed }: HintRecord): number =>
  Math.round(((1 + worked) / (2 + worked + failed)) * 1_000_000);
