import type { Verdict } from '../scorer.ts';
import type { ModelConfig } from './config.ts';

/** How texts are put together for the model moves its numbers a little: in what is kept it must not show. */
const KEPT_DIGITS = 4;

const kept = (probability: number): number => Number(probability.toFixed(KEPT_DIGITS));

/**
 * The likeliest label with its probability, as the text-classification pipeline of Hugging Face has it: softmax over
 * the labels, or a sigmoid of each where several may hold. Null where the model's numbers are none.
 */
export function verdictOfLogits(
  logits: ArrayLike<number>,
  { labels, isMultiLabel }: Pick<ModelConfig, 'labels' | 'isMultiLabel'>,
): Verdict | null {
  let top = 0;
  for (let i = 0; i < labels.length; i++) {
    if (!Number.isFinite(logits[i])) return null;
    if (logits[i]! > logits[top]!) top = i;
  }
  const label = labels[top]!;
  if (isMultiLabel) return { label, score: kept(1 / (1 + Math.exp(-logits[top]!))) };
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += Math.exp(logits[i]! - logits[top]!);
  return { label, score: kept(1 / sum) };
}
