// By what signatures are ranked: how alarming one is by itself, and the best of what was detected about it.

export const SIGNATURE_SCORE = {
  /** Its words and worst severity, as the anomaly scorer weighs them: a single fatal line counts. */
  alarmWeight: 0.6,
  /** Its best standing candidate, which knows recurrence, spread and novelty. */
  candidateWeight: 0.4,
  /** What is left of the alarm of a message that tells the end of a trouble. */
  recoveryKeeps: 0.3,
  /** Of the alarm, the share that depends on being new: it falls to none at 30 days of age, as in the score. */
  noveltyShare: 0.1,
} as const;
