// Everything a score was made of. Recomputing from a receipt, also one that went through JSON, gives the same numbers.
import { ValidationError } from '../domain/errors.ts';
import type { ScoreInputs } from './inputs.ts';
import { type Scored, scoreCandidate } from './score.ts';
import type { ScoreSettings } from './settings.ts';

export const SCORE_ALGORITHM = 'score:v1';

export interface Receipt {
  readonly algorithm: string;
  readonly inputs: ScoreInputs;
  readonly settings: ScoreSettings;
}

export const receiptOf = (inputs: ScoreInputs, settings: ScoreSettings): Receipt => ({
  algorithm: SCORE_ALGORITHM,
  inputs,
  settings,
});

/** Throws ValidationError where the receipt was made by an algorithm that this version does not know. */
export function recompute(receipt: Receipt): Scored {
  if (receipt.algorithm !== SCORE_ALGORITHM)
    throw new ValidationError(
      `The receipt was made by "${receipt.algorithm}"; this version knows "${SCORE_ALGORITHM}". Use the version that made it.`,
    );
  return scoreCandidate(receipt.inputs, receipt.settings);
}
