// What a detection found, in the figures by which its type is judged: rules state them, the score weighs them.

/** One shape per candidate type; counts are whole, ratios 0..1. */
export type StrengthFacts =
  | { readonly type: 'RECURRENCE'; readonly distinctDays: number }
  | { readonly type: 'SELF_HEAL'; readonly cycles: number }
  | { readonly type: 'BURST'; readonly peak: number; readonly baseline: number }
  | { readonly type: 'SPREAD'; readonly assets: number }
  | {
      readonly type: 'PRECURSOR';
      readonly confidence: number;
      readonly lift: number;
      readonly trials: number;
    }
  | { readonly type: 'ANOMALY'; readonly modelScore: number | null };
