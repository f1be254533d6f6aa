/** The model cannot be used at all: `message` says why, and what to do. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}

/** It failed on these texts. */
export class BatchError extends Error {
  override readonly name = 'BatchError';
}

/** Its process died, or did not answer in time: another one may do better. */
export class ProcessLostError extends Error {
  override readonly name = 'ProcessLostError';
}
